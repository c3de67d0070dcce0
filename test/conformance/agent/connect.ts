import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

/** The era that an agent speaks with Plugboard. */
export const agentEras = ['legacy', 'modern'] as const;
export type AgentEra = (typeof agentEras)[number];

export interface AgentOptions {
  readonly era: AgentEra;
  /** Whether it can be asked; it accepts every question with its defaults. */
  readonly answers: boolean;
}

/** An agent as people run them: the SDK's client. */
export async function connectAgent(
  url: string,
  token: string,
  { era, answers }: AgentOptions,
): Promise<Client> {
  const client = new Client(
    { name: 'conformance-agent', version: '1.0.0' },
    {
      capabilities: answers ? { elicitation: { form: { applyDefaults: true } } } : {},
      versionNegotiation: { mode: era === 'legacy' ? 'legacy' : { pin: '2026-07-28' } },
    },
  );
  if (answers) {
    client.setRequestHandler('elicitation/create', () => ({ action: 'accept', content: {} }));
  }
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers: { authorization: `Bearer ${token}` } },
  });
  await client.connect(transport);
  return client;
}
