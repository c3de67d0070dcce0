import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Bridge } from './bridge.ts';

interface Seen {
  readonly method: string | undefined;
  readonly body: string;
  readonly headers: IncomingMessage['headers'];
}

type Answer = (request: Seen, response: ServerResponse) => void;

const initialize = '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"x":1.0}}';
const initialized = '{"jsonrpc":"2.0","method":"notifications/initialized"}';
const hello = '{"jsonrpc":"2.0","id":0,"result":{"protocolVersion":"2025-06-18"}}';

const json = (response: ServerResponse, body: string, headers = {}): void => {
  response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(body);
};

/** A server as far as a bridge sees one: it opens sessions, and `answer` does the rest. */
class TestServer {
  seen: Seen[] = [];
  sessions = 0;
  answer: Answer = (_request, response) => response.writeHead(202).end();
  stream: ServerResponse | undefined;
  #server: Server;
  port = 0;

  constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, headers } = incoming;
    const request = { method, headers, body: await text(incoming) };
    this.seen.push(request);
    if (method === 'GET') {
      this.stream = response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.flushHeaders();
    } else if (method === 'DELETE') response.end();
    else if (request.body.includes('"initialize"')) {
      this.sessions += 1;
      json(response, hello, { 'mcp-session-id': `s${this.sessions}` });
    } else if (headers['mcp-session-id'] !== `s${this.sessions}`) {
      response.writeHead(404).end();
    } else this.answer(request, response);
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.listen(this.port, '127.0.0.1', resolve);
    });
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port
    this.port = (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }
}

describe('a bridge', () => {
  let server: TestServer;
  let bridge: Bridge;
  let delivered: string[];
  let complaints: string[];

  beforeEach(async () => {
    server = new TestServer();
    await server.listen();
    delivered = [];
    complaints = [];
    bridge = new Bridge({
      url: `http://127.0.0.1:${server.port}/mcp`,
      token: 'pb_token',
      deliver: (line) => {
        delivered.push(line);
        return Promise.resolve();
      },
      complain: (complaint) => complaints.push(complaint),
    });
  });
  afterEach(async () => {
    await bridge[Symbol.asyncDispose]();
    await server.close();
  });

  async function open(): Promise<void> {
    await bridge.forward(initialize);
    await bridge.forward(initialized);
    delivered.length = 0;
  }

  it('carries token, session and protocol version, and bodies byte for byte', async () => {
    await bridge.forward(initialize);
    expect(delivered).toEqual([hello]);
    await bridge.forward(initialized);
    expect(server.seen[0]).toMatchObject({ body: initialize });
    expect(server.seen[0]?.headers).toMatchObject({
      authorization: 'Bearer pb_token',
      accept: 'application/json, text/event-stream',
    });
    expect(server.seen[0]?.headers).not.toHaveProperty('mcp-session-id');
    expect(server.seen[1]?.headers).toMatchObject({
      'mcp-session-id': 's1',
      'mcp-protocol-version': '2025-06-18',
    });
  });

  it('loses no number and no unknown field of an answer', async () => {
    await open();
    const answer =
      '{"jsonrpc":"2.0",\n "id":7,"result":{"n":12345678901234567890,"x":1.0,"é":"\\u00e9"}}';
    server.answer = (_request, response) => json(response, answer);
    await bridge.forward('{"jsonrpc":"2.0","id":7,"method":"tools/list"}');
    expect(delivered).toEqual([answer.replace('\n', ' ')]);
  });

  it('delivers what comes before the answer on an event stream, in order', async () => {
    await open();
    const progress = '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progress":1}}';
    const answer = '{"jsonrpc":"2.0","id":"a","result":{}}';
    server.answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`: hi\n\nid: 1\ndata: ${progress.slice(0, 20)}`);
      setImmediate(() => response.end(`${progress.slice(20)}\r\n\r\ndata: ${answer}\n\n`));
    };
    await bridge.forward('{"jsonrpc":"2.0","id":"a","method":"tools/call"}');
    expect(delivered).toEqual([progress, answer]);
  });

  it('delivers what the server says of its own accord', async () => {
    await open();
    await expect.poll(() => server.stream).toBeDefined();
    const changed = '{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}';
    server.stream?.write(`event: message\ndata: ${changed}\n\n`);
    await expect.poll(() => delivered).toEqual([changed]);
  });

  it('opens one new session for all who find the old one gone', async () => {
    await open();
    server.sessions = 9;
    server.answer = ({ body }, response) => {
      const { id } = JSON.parse(body);
      if (id === undefined) response.writeHead(202).end();
      else json(response, `{"jsonrpc":"2.0","id":${id},"result":{}}`);
    };
    await Promise.all(
      [1, 2, 3].map((id) => bridge.forward(`{"jsonrpc":"2.0","id":${id},"method":"ping"}`)),
    );
    expect(server.sessions).toBe(10);
    expect(delivered.toSorted()).toEqual(
      [1, 2, 3].map((id) => `{"jsonrpc":"2.0","id":${id},"result":{}}`),
    );
    expect(complaints).toEqual(['the server forgot the session; a new one is open']);
  });

  it('waits for a server that is restarted', async () => {
    await open();
    await server.close();
    const calling = bridge.forward('{"jsonrpc":"2.0","id":1,"method":"ping"}');
    const { port } = server;
    server = new TestServer();
    server.port = port;
    server.answer = ({ body }, response) =>
      body.includes('ping')
        ? json(response, '{"jsonrpc":"2.0","id":1,"result":{}}')
        : response.writeHead(202).end();
    await new Promise((resolve) => {
      setTimeout(resolve, 300);
    });
    await server.listen();
    await calling;
    expect(delivered).toEqual(['{"jsonrpc":"2.0","id":1,"result":{}}']);
  });

  it('answers with an error when the connection breaks, and does not send twice', async () => {
    await open();
    server.answer = (_request, response) => response.destroy();
    await bridge.forward('{"jsonrpc":"2.0","id":1,"method":"tools/call"}');
    expect(JSON.parse(delivered[0] ?? '')).toMatchObject({ id: 1, error: { code: -32_000 } });
    expect(server.seen.filter(({ body }) => body.includes('tools/call'))).toHaveLength(1);
  });

  it('answers with an error when the stream ends before the answer', async () => {
    await open();
    server.answer = (_request, response) =>
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end(': nothing\n\n');
    await bridge.forward('{"jsonrpc":"2.0","id":1,"method":"tools/call"}');
    expect(JSON.parse(delivered[0] ?? '').error.message).toMatch(/ended before the answer/);
  });

  it('tells of a token that is not valid', async () => {
    await open();
    server.answer = (_request, response) => response.writeHead(401).end();
    await bridge.forward('{"jsonrpc":"2.0","id":1,"method":"tools/list"}');
    expect(JSON.parse(delivered[0] ?? '').error.message).toMatch(/token is not valid/);
    expect(complaints[0]).not.toContain('pb_token');
  });

  it('drops what is no message, with a complaint', async () => {
    await bridge.forward('hello');
    expect(server.seen).toEqual([]);
    expect(complaints[0]).toMatch(/not a JSON-RPC message/);
  });

  it('ends its session when it is closed', async () => {
    await open();
    await bridge[Symbol.asyncDispose]();
    expect(server.seen.at(-1)).toMatchObject({ method: 'DELETE' });
  });
});
