import type { Agent } from '@plugboard/contracts/api';

import { ConnectInstructions } from '../../clients/ConnectInstructions.tsx';
import { Section } from '../../ui/Card.tsx';
import { useMcpUrl } from '../agents/use-mcp-url.ts';

/** How clients come to be this agent. */
export function AgentConnect({ agent }: { readonly agent: Agent }) {
  const url = useMcpUrl();
  return (
    <Section
      title="Connect a client"
      about={`One URL for all that ${agent.name} may use. Choose the client and copy what it needs.`}
    >
      <ConnectInstructions url={url} agent={agent.slug} />
    </Section>
  );
}
