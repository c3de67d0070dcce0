import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { eventually } from '../harness/eventually.ts';
import { plugboardForFile } from '../harness/for-file.ts';
import type { RpcMessage } from '../harness/raw-client.ts';

const fixture = plugboardForFile();

/** A remote MCP server that can be switched off and on, in both transports. */
class RemoteServer {
  #server: Server | undefined;
  #port = 0;
  readonly #streams = new Map<string, ServerResponse>();
  readonly #sessions = new Set<string>();
  authorization: string | undefined;
  cancelled = 0;
  hanging = 0;

  get port(): number {
    return this.#port;
  }

  async start(): Promise<void> {
    this.#sessions.clear();
    const server = createServer((request, response) => {
      const url = new URL(request.url ?? '/', 'http://remote');
      this.authorization = request.headers.authorization;
      if (url.pathname === '/sse') this.#openStream(response);
      else if (request.method !== 'POST') response.writeHead(405).end();
      else {
        void json(request).then((body) => {
          // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only Plugboard calls here
          this.#hear(body as RpcMessage, url, request.headers['mcp-session-id'], response);
        });
      }
    });
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TCP server that listens has one
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
    this.#streams.clear();
  }

  #openStream(response: ServerResponse): void {
    const id = crypto.randomUUID();
    this.#streams.set(id, response);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`event: endpoint\ndata: /messages?id=${id}\n\n`);
  }

  #hear(message: RpcMessage, url: URL, session: unknown, response: ServerResponse): void {
    if (message.method === 'notifications/cancelled') this.cancelled += 1;
    const answer = this.#answer(message);
    const stream = this.#streams.get(url.searchParams.get('id') ?? '');
    if (stream) {
      response.writeHead(202).end();
      if (answer) stream.write(`event: message\ndata: ${answer}\n\n`);
      return;
    }
    if (message.method === 'initialize') {
      const id = crypto.randomUUID();
      this.#sessions.add(id);
      response.setHeader('mcp-session-id', id);
    } else if (!this.#sessions.has(String(session))) {
      response.writeHead(404).end();
      return;
    }
    if (message.id === undefined) response.writeHead(202).end();
    else if (answer) response.writeHead(200, { 'content-type': 'application/json' }).end(answer);
    else response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
  }

  #answer({ id, method, params }: RpcMessage): string | undefined {
    const reply = (result: string) =>
      `{"x-top":1.0,"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${result}}`;
    if (id === undefined) return undefined;
    if (method === 'initialize') {
      return reply(
        `{"protocolVersion":"2025-06-18","capabilities":{"tools":{}},"serverInfo":{"name":"remote","version":"1"}}`,
      );
    }
    if (method === 'tools/list') {
      return reply(
        `{"tools":[{"name":"echo","inputSchema":{"type":"object"},"x":1.0},{"name":"hang","inputSchema":{"type":"object"}}]}`,
      );
    }
    if (params?.name === 'hang') {
      this.hanging += 1;
      return undefined;
    }
    return reply(
      `{"content":[{"type":"text","text":${JSON.stringify(String(params?.arguments?.text))}}],"big":12345678901234567890}`,
    );
  }
}

const remote = new RemoteServer();
beforeAll(() => remote.start());
afterAll(() => remote.stop());

describe.each([
  ['streamable-http', '/mcp'],
  ['sse', '/sse'],
] as const)('a remote server by %s', (transport, path) => {
  const slug = `remote-${transport}`;

  it('is added, listed and called, with its secret header', async () => {
    const { plugboard } = fixture;
    await plugboard.add({
      server: `http://127.0.0.1:${remote.port}${path}`,
      slug,
      transport,
      allowPrivateNetwork: true,
      secrets: { Authorization: 'Bearer remote-canary' },
    });
    const client = await plugboard.client(plugboard.demoToken, `/starter/${slug}`);
    expect(await client.toolNames()).toEqual(['echo', 'hang']);
    const params = { name: 'echo', arguments: { text: 'é' } };
    const { rawMessage } = await client.request('tools/call', params, { id: 5 });
    expect(rawMessage).toBe(
      '{"x-top":1.0,"jsonrpc":"2.0","id":5,"result":{"content":[{"type":"text","text":"é"}],"big":12345678901234567890}}',
    );
    expect(remote.authorization).toBe('Bearer remote-canary');
    expect(JSON.stringify(await plugboard.api.instances.get({ instance: slug }))).not.toContain(
      'remote-canary',
    );
  });

  it('hears when the agent gives up', async () => {
    const { plugboard } = fixture;
    const client = await plugboard.client(plugboard.demoToken);
    const before = remote.cancelled;
    const arrived = remote.hanging;
    const hanging = client.request('tools/call', { name: `${slug}__hang` }, { id: 'h' });
    await eventually('the call arrived', () => remote.hanging > arrived);
    await client.notify('notifications/cancelled', { requestId: 'h' });
    await eventually('the server heard of it', () => remote.cancelled > before);
    await hanging;
  });

  it('may die and come back: calls fail with a reason, then are answered again', async () => {
    const { plugboard } = fixture;
    const client = await plugboard.client(plugboard.demoToken);
    await remote.stop();
    try {
      const error = await client.refused(`${slug}__echo`, { text: 'x' });
      expect(error.data).toMatchObject({
        code: expect.stringMatching(/upstream_failed|unavailable/),
      });
      expect(await client.toolNames()).toContain(`${slug}__echo`);
    } finally {
      await remote.start();
    }
    await eventually(
      'it answered again',
      async () => {
        const { message } = await client.request('tools/call', {
          name: `${slug}__echo`,
          arguments: { text: 'back' },
        });
        return message.result?.content[0].text === 'back';
      },
      60_000,
    );
  });
});

describe('the address of a remote server', () => {
  it.each([
    'http://127.0.0.1:1/mcp',
    'http://localhost:1/mcp',
    'http://[::1]:1/',
    'http://169.254.169.254/',
    'http://10.0.0.1/',
    'http://2130706433/',
  ])('may not be private unless an admin says so: %s', async (server) => {
    await expect(fixture.plugboard.add({ server, slug: 'private' })).rejects.toThrow(
      /private|loopback|allow-private|allowPrivateNetwork/i,
    );
  });

  it.each(['ftp://example.com/', 'http://user:password@127.0.0.1/mcp', 'file:///etc/passwd'])(
    'has to be one of HTTP without a password: %s',
    async (server) => {
      await expect(
        fixture.plugboard.add({ server, slug: 'odd', allowPrivateNetwork: true }),
      ).rejects.toThrow();
    },
  );
});
