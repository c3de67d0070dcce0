import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

import type { RpcMessage } from './raw-client.ts';

/** A remote server of the legacy era that asks, takes its time and tells of a resource. */
export interface LegacyRemote extends AsyncDisposable {
  readonly url: string;
  /** Lets calls of `wait` be answered. */
  release(): void;
  /** URIs that some session is subscribed to. */
  readonly subscribed: ReadonlySet<string>;
  /** Tells everybody who listens that a resource changed. */
  touch(uri: string): void;
  /** Tells everybody who listens. */
  tell(method: string, params: object): void;
}

const tools = ['ask', 'wait'].map((name) => ({ name, inputSchema: { type: 'object' } }));

const results: Readonly<Record<string, object>> = {
  initialize: {
    protocolVersion: '2025-11-25',
    capabilities: { tools: {}, resources: { subscribe: true }, logging: {} },
    serverInfo: { name: 'legacy-remote', version: '1' },
  },
  'tools/list': { tools },
  'resources/list': { resources: [{ uri: 'note://watched', name: 'Watched' }] },
  'resources/templates/list': { resourceTemplates: [] },
  'resources/subscribe': {},
  'resources/unsubscribe': {},
  'logging/setLevel': {},
};

export async function startLegacyRemote(): Promise<LegacyRemote> {
  const listening = new Set<ServerResponse>();
  const subscribed = new Set<string>();
  const waiting = new Map<string, (answer: RpcMessage) => void>();
  let released = Promise.withResolvers<void>();

  const write = (response: ServerResponse, message: object): void => {
    response.write(`data: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`);
  };

  async function call({ id, params }: RpcMessage, response: ServerResponse): Promise<void> {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    let said = 'waited';
    if (params.name === 'ask') {
      const question = crypto.randomUUID();
      const asked = new Promise<RpcMessage>((resolve) => waiting.set(question, resolve));
      const schema = { type: 'object', properties: { name: { type: 'string' } } };
      write(response, {
        id: question,
        method: 'elicitation/create',
        params: { message: 'Your name?', requestedSchema: schema },
      });
      const { result, error } = await asked;
      said = result ? `hello ${result.content?.name ?? result.action}` : error!.message;
    } else {
      const log = { level: 'info', data: 'waiting' };
      write(response, { method: 'notifications/message', params: log });
      await released.promise;
      write(response, { method: 'notifications/message', params: { ...log, data: 'released' } });
    }
    write(response, { id, result: { content: [{ type: 'text', text: said }] } });
    response.end();
  }

  function hear(message: RpcMessage, response: ServerResponse): void {
    const { id, method, params } = message;
    if (method === undefined) waiting.get(String(id))?.(message);
    if (method === undefined || id === undefined) {
      response.writeHead(202).end();
      return;
    }
    if (method === 'resources/subscribe') subscribed.add(params.uri);
    if (method === 'resources/unsubscribe') subscribed.delete(params.uri);
    if (method === 'tools/call') {
      void call(message, response);
      return;
    }
    const result = results[method];
    const answer = result ? { result } : { error: { code: -32601, message: `no ${method}` } };
    response.writeHead(200, {
      'content-type': 'application/json',
      ...(method === 'initialize' && { 'mcp-session-id': crypto.randomUUID() }),
    });
    response.end(JSON.stringify({ jsonrpc: '2.0', id, ...answer }));
  }

  function tell(method: string, params: object): void {
    for (const response of listening) write(response, { method, params });
  }

  const server = createServer((request, response) => {
    if (request.method === 'POST') {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only Plugboard calls here
      void json(request).then((body) => hear(body as RpcMessage, response));
    } else if (request.method === 'GET') {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      listening.add(response);
      response.on('close', () => listening.delete(response));
    } else response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TCP server that listens has one
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    subscribed,
    release() {
      released.resolve();
      released = Promise.withResolvers<void>();
    },
    touch: (uri) => tell('notifications/resources/updated', { uri }),
    tell,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
