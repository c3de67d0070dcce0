/** A server that others wrote the protocol of: the TypeScript SDK's, in the era that is asked for. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';

import {
  createMcpHandler,
  fromJsonSchema,
  inputRequired,
  McpServer,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import { serveStdio, StdioServerTransport } from '@modelcontextprotocol/server/stdio';

export type SdkEra = 'legacy' | 'modern' | 'dual';

export function buildSdkServer(): McpServer {
  const server = new McpServer(
    { name: 'sdk', version: '1' },
    { capabilities: { tools: { listChanged: true } } },
  );
  server.registerTool('echo', { inputSchema: withRegion('string') }, (args) => ({
    content: [{ type: 'text', text: JSON.stringify(args) }],
  }));
  server.registerTool('invalid', { inputSchema: withRegion('array') }, () => ({
    content: [],
  }));
  server.registerTool('ask', {}, (context) => {
    const given = context.mcpReq.inputResponses?.['name'];
    if (given !== undefined) return { content: [{ type: 'text', text: JSON.stringify(given) }] };
    return inputRequired({ inputRequests: { name: inputRequired.listRoots() }, requestState: 's' });
  });
  server.registerTool('change', {}, () => {
    server.sendToolListChanged();
    return { content: [] };
  });
  return server;
}

/** Serves on the standard streams of this process. */
export async function serveSdkStdio(era: SdkEra): Promise<void> {
  if (era === 'legacy') await buildSdkServer().connect(new StdioServerTransport());
  else serveStdio(buildSdkServer, { legacy: era === 'dual' ? 'serve' : 'reject' });
}

export interface SdkHttpServer extends AsyncDisposable {
  readonly url: string;
  /** Tells those who listen that the tools changed. */
  notifyToolsChanged(): void;
}

/** Serves by Streamable HTTP on a port of its own. */
export async function startSdkHttp(era: SdkEra): Promise<SdkHttpServer> {
  const legacy = new WebStandardStreamableHTTPServerTransport({
    sessionIdGenerator: () => 'session',
  });
  await buildSdkServer().connect(legacy);
  const handler = createMcpHandler(buildSdkServer, {
    legacy: era === 'dual' ? 'stateless' : 'reject',
  });
  const respond = (request: Request): Promise<Response> =>
    era === 'legacy' ? legacy.handleRequest(request) : handler.fetch(request);
  const server = createServer((request, response) => void carry(request, response, respond));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on TCP');
  return {
    url: `http://127.0.0.1:${address.port}/mcp`,
    notifyToolsChanged: () => handler.notify.toolsChanged(),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await handler.close();
      await legacy.close();
    },
  };
}

async function carry(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  respond: (request: Request) => Promise<Response>,
): Promise<void> {
  const gone = new AbortController();
  outgoing.once('close', () => gone.abort());
  const { method = 'GET', headers } = incoming;
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const body = method === 'POST' ? Buffer.concat(chunks) : null;
  const response = await respond(
    new Request(`http://${headers.host}/mcp`, {
      method,
      headers: Object.entries(headers).map(([name, value]) => [name, String(value)]),
      body,
      signal: gone.signal,
    }),
  );
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.body === null) outgoing.end();
  else
    Readable.fromWeb(response.body)
      .on('error', () => outgoing.destroy())
      .pipe(outgoing);
}

function withRegion(type: 'string' | 'array'): ReturnType<typeof fromJsonSchema> {
  const region = { type, 'x-mcp-header': 'Region' };
  return fromJsonSchema({ type: 'object', properties: { region } });
}
