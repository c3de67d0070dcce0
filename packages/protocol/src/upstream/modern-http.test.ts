import type { IncomingHttpHeaders } from 'node:http';

import * as fc from 'fast-check';
import { Agent } from 'undici';
import { afterAll, describe, expect, it } from 'vitest';

import { type Envelope, textOf } from '../envelope/envelope.ts';
import { decodeHeaderValue } from '../modern/header-value.ts';
import { failureOf } from '../testing/failure-of.ts';
import {
  beginEvents,
  type HttpServer,
  modernScript,
  refuseJson,
  type Script,
  startHttpServer,
} from '../testing/http-server.ts';
import { connectStreamableHttp, type StreamableHttpOptions } from './connect-streamable-http.ts';
import type { Upstream } from './upstream.ts';

const dispatcher = new Agent();
afterAll(() => dispatcher.close());

function connect(
  { url }: HttpServer,
  options: Partial<StreamableHttpOptions> = {},
): Promise<Upstream> {
  return connectStreamableHttp({
    url,
    dispatcher,
    clientInfo: { name: 'test', version: '1' },
    capabilities: { roots: {} },
    ...options,
  });
}

/** A modern server with one method that the test writes. */
function startModern(method: string, script: Script): Promise<HttpServer> {
  return startHttpServer((incoming) =>
    incoming.message.method === method ? (script(incoming) ?? true) : modernScript(incoming),
  );
}

const textIn = ({ bytes, result, error }: Envelope): string =>
  textOf(bytes, (result ?? error)!).toString();

const event = (message: unknown, id?: string): string =>
  `${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(message)}\n\n`;

const versionKey = 'io.modelcontextprotocol/protocolVersion';
const meta = `"_meta":{"${versionKey}":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}`;

describe('a modern request over HTTP', () => {
  it('says whose it is where its sender did not, and repeats itself in headers', async () => {
    const seen: IncomingHttpHeaders[] = [];
    await using server = await startHttpServer((incoming) => {
      seen.push(incoming.request.headers);
      return modernScript(incoming);
    });
    await using upstream = await connect(server, { headers: { Authorization: 'Bearer k' } });
    const bare = await upstream.request({ method: 'tools/list' });
    expect(textIn(bare)).toContain(
      '"io.modelcontextprotocol/clientCapabilities":{"roots":{}},"io.modelcontextprotocol/clientInfo":{"name":"test","version":"1"}',
    );
    const params = `{"name":"a","arguments":{"r":"x"},${meta},"n":1.50}`;
    const headers = { 'Mcp-Param-Region': 'x', 'MCP-PARAM-b': '=?base64?w7w=?=' };
    const own = await upstream.request({
      method: 'tools/call',
      params: Buffer.from(params),
      headers,
    });
    expect(textIn(own)).toContain('"n":1.5');
    expect(textIn(own)).not.toContain('clientInfo');
    expect(seen[1]).toMatchObject({
      accept: 'application/json, text/event-stream',
      authorization: 'Bearer k',
      'content-type': 'application/json',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/list',
    });
    expect(seen[1]).not.toHaveProperty('mcp-name');
    expect(seen[2]).toMatchObject({
      'mcp-method': 'tools/call',
      'mcp-name': 'a',
      'mcp-param-region': 'x',
      'mcp-param-b': '=?base64?w7w=?=',
    });
  });

  it('has headers that say what its body does, whatever that is', async () => {
    let seen: IncomingHttpHeaders = {};
    await using server = await startHttpServer((incoming) => {
      seen = incoming.request.headers;
      return modernScript(incoming);
    });
    await using upstream = await connect(server);
    const text = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1 }),
      fc.string({ minLength: 1 }),
      fc.constantFrom('=?base64?eA==?=', ' a', 'a\r\nAuthorization: x', 'é', '\u0000'),
    );
    const methods = [
      ['tools/call', 'name'],
      ['prompts/get', 'name'],
      ['resources/read', 'uri'],
      ['tasks/get', 'taskId'],
      ['tasks/update', 'taskId'],
      ['tasks/cancel', 'taskId'],
    ] as const;
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...methods), text, async ([method, key], name) => {
        const params = Buffer.from(JSON.stringify({ [key]: name }));
        const answer = await upstream.request({ method, params });
        expect(JSON.parse(textIn(answer)).echo[key]).toBe(name);
        expect(decodeHeaderValue(String(seen['mcp-method']))).toBe(method);
        expect(decodeHeaderValue(String(seen['mcp-name']))).toBe(name);
      }),
      { numRuns: 200 },
    );
    const method = 'x/ü\r\nAuthorization: y';
    await upstream.request({ method });
    expect(decodeHeaderValue(String(seen['mcp-method']))).toBe(method);
    expect(seen).not.toHaveProperty('authorization');
  });

  it.each<[string, string, Readonly<Record<string, string>>]>([
    ['a header that is ours', '{}', { 'Mcp-Method': 'x' }],
    ['a header with credentials', '{}', { authorization: 'x' }],
    ['a name that is no token', '{}', { 'Mcp-Param-a b': 'x' }],
    ['a line break', '{}', { 'Mcp-Param-a': 'x\r\nauthorization: y' }],
    ['a value beyond ASCII', '{}', { 'Mcp-Param-a': 'ü' }],
    ['a version with a line break', `{"_meta":{"${versionKey}":"1\\r\\nx: y"}}`, {}],
    ['an empty version', `{"_meta":{"${versionKey}":""}}`, {}],
    ['two versions', `{"_meta":{"${versionKey}":"a","${versionKey}":"b"}}`, {}],
  ])('is not sent with %s', async (_, params, headers) => {
    await using server = await startHttpServer(modernScript);
    await using upstream = await connect(server);
    const failure = failureOf(
      upstream.request({ method: 'a', params: Buffer.from(params), headers }),
    );
    expect(await failure).toContain('invalid_input');
    expect(server.log).toEqual(['POST server/discover']);
    await upstream.request({ method: 'b' });
  });

  it.each([
    [404, -32601],
    [400, -32602],
    [400, -32020],
    [400, -32021],
    [200, -32603],
  ])('is answered by an error with status %i and code %i', async (status, code) => {
    await using server = await startModern('a', (incoming) => refuseJson(incoming, status, code));
    await using upstream = await connect(server);
    const answer = await upstream.request({ method: 'a' });
    expect([answer.kind, textIn(answer)]).toEqual(['error', `{"code":${code},"message":"no"}`]);
  });

  it('is answered by an error that names no request', async () => {
    await using server = await startModern('a', ({ response }) => {
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end('{"jsonrpc":"2.0","error":{"code":-32020,"message":"m","x":1.0},"id":null}');
    });
    await using upstream = await connect(server);
    const { kind, bytes } = await upstream.request({ method: 'a' });
    expect([kind, bytes.toString()]).toEqual([
      'error',
      '{"jsonrpc":"2.0","id":2,"error":{"code":-32020,"message":"m","x":1.0}}',
    ]);
  });

  it('is cancelled by the end of its stream alone', async () => {
    const closed = Promise.withResolvers<void>();
    await using server = await startModern('hang', (incoming) => {
      beginEvents(incoming, ': started\n\n');
      incoming.response.once('close', () => closed.resolve());
    });
    await using upstream = await connect(server);
    const controller = new AbortController();
    const attempt = failureOf(upstream.request({ method: 'hang', signal: controller.signal }));
    await expect.poll(() => server.log).toContain('POST hang');
    controller.abort();
    expect(await attempt).toContain('cancelled');
    await closed.promise;
    await upstream.request({ method: 'a' });
    expect(server.log).toEqual(['POST server/discover', 'POST hang', 'POST a']);
  });

  it('has no time limit where its limit is 0', async () => {
    await using server = await startModern('subscriptions/listen', (incoming) => {
      beginEvents(incoming, event({ jsonrpc: '2.0', method: 'notifications/x', params: {} }));
      const end = event({ jsonrpc: '2.0', id: incoming.message.id, result: {} });
      setTimeout(() => incoming.response.end(end), 400);
    });
    await using upstream = await connect(server, { requestTimeoutMs: 50, maxTotalMs: 100 });
    const seen: string[] = [];
    const answer = await upstream.request({
      method: 'subscriptions/listen',
      timeoutMs: 0,
      onMessage: ({ method }) => void seen.push(String(method)),
    });
    expect([textIn(answer), seen]).toEqual(['{}', ['notifications/x']]);
  });

  it.each(['ends', 'breaks'])(
    'fails when its stream %s, and is not asked for again',
    async (how) => {
      await using server = await startModern('a', (incoming) => {
        beginEvents(incoming, 'id: e1\nretry: 10\ndata:\n\n');
        if (how === 'ends') incoming.response.end();
        else setTimeout(() => incoming.response.destroy(), 20);
      });
      await using upstream = await connect(server);
      let suspended = 0;
      const attempt = upstream.request({ method: 'a', onSuspend: () => void (suspended += 1) });
      expect(await failureOf(attempt)).toMatch(/without answering|connection to the server failed/);
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect([server.log, suspended]).toEqual([['POST server/discover', 'POST a'], 0]);
    },
  );

  it('brings no requests of the server, and no answers to it', async () => {
    await using server = await startModern('a', (incoming) => {
      const { id } = incoming.message;
      const asks = ['ping', 'roots/list', 'sampling/createMessage'].map((method, n) =>
        event({ jsonrpc: '2.0', id: n, method }),
      );
      beginEvents(incoming, asks.join(''));
      incoming.response.end(event({ jsonrpc: '2.0', id, result: {} }));
    });
    const refuse = (): never => {
      throw new Error('a modern server has nothing to ask this way');
    };
    await using upstream = await connect(server, { onRequest: refuse });
    await upstream.request({ method: 'a', onRequest: refuse });
    upstream.respond(Buffer.from('{"jsonrpc":"2.0","id":1,"result":{}}'));
    await upstream.request({ method: 'b' });
    expect(server.log).toEqual(['POST server/discover', 'POST a', 'POST b']);
  });

  it('needs no session where the server thinks it does', async () => {
    await using server = await startModern('a', ({ response }) => {
      response.writeHead(404).end('session not found');
    });
    await using upstream = await connect(server);
    expect(await failureOf(upstream.request({ method: 'a' }))).toContain('HTTP status 404');
    expect(server.log).toEqual(['POST server/discover', 'POST a']);
  });
});

describe('a modern notification over HTTP', () => {
  it('repeats its method in headers', async () => {
    let seen: IncomingHttpHeaders = {};
    await using server = await startModern('notifications/x', ({ request, response }) => {
      seen = request.headers;
      response.writeHead(202).end();
    });
    await using upstream = await connect(server);
    upstream.notify('notifications/x', Buffer.from('{"a":1}'));
    await expect.poll(() => server.log).toContain('POST notifications/x');
    expect(seen).toMatchObject({
      'mcp-method': 'notifications/x',
      'mcp-protocol-version': '2026-07-28',
    });
  });
});
