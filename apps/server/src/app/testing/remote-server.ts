import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { json } from 'node:stream/consumers';

/** A small MCP server over Streamable HTTP (2025-11-25), with answers that a test may change. */
export interface RemoteServer extends AsyncDisposable {
  readonly url: string;
  /** Definitions that `tools/list` answers. */
  tools: unknown[];
  /** How often it was asked for them. */
  lists: number;
  /** Holds back the list of tools that is asked for while it is set. */
  gate: Promise<void> | undefined;
  /** The Authorization headers seen, in order. */
  readonly authorizations: (string | undefined)[];
}

export async function startRemoteServer(): Promise<RemoteServer> {
  const authorizations: (string | undefined)[] = [];
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('not listening');

  const remote: RemoteServer = {
    url: `http://127.0.0.1:${address.port}/mcp`,
    tools: [
      { name: 'look', annotations: { readOnlyHint: true }, inputSchema: { type: 'object' } },
      { name: 'act', inputSchema: { type: 'object' } },
    ],
    lists: 0,
    gate: undefined,
    authorizations,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    authorizations.push(request.headers.authorization);
    if (request.method !== 'POST') {
      response.writeHead(405).end();
      return;
    }
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a test's own client sends it
    const message = (await json(request)) as { id?: number; method: string; params?: object };
    if (message.id === undefined) {
      response.writeHead(202).end();
      return;
    }
    const body = JSON.stringify({ jsonrpc: '2.0', id: message.id, result: resultOf(message) });
    if (message.method === 'tools/list') {
      remote.lists += 1;
      await remote.gate;
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  }

  function resultOf({ method, params }: { method: string; params?: object }): unknown {
    switch (method) {
      case 'initialize':
        return {
          protocolVersion: '2025-11-25',
          capabilities: { tools: {} },
          serverInfo: { name: 'remote', version: '1.0.0' },
        };
      case 'tools/list':
        return { tools: remote.tools };
      case 'tools/call':
        return { content: [{ type: 'text', text: JSON.stringify(params) }], extra: 'kept' };
      default:
        return {};
    }
  }

  return remote;
}
