import { Agent } from 'undici';
import { afterAll, describe, expect, it } from 'vitest';

import { textOf, type Envelope } from '../envelope/envelope.ts';
import { failureOf } from '../testing/failure-of.ts';
import {
  answerJson,
  beginEvents,
  type HttpServer,
  initializeResult,
  type Script,
  startHttpServer,
} from '../testing/http-server.ts';
import { connectSse } from './connect-sse.ts';
import { connectStreamableHttp, type StreamableHttpOptions } from './connect-streamable-http.ts';
import type { Upstream } from './upstream.ts';

const dispatcher = new Agent();
afterAll(() => dispatcher.close());

const common = { dispatcher, clientInfo: { name: 'test', version: '1' } };

function connect(
  { url }: HttpServer,
  options: Partial<StreamableHttpOptions> = {},
): Promise<Upstream> {
  return connectStreamableHttp({ url, ...common, ...options });
}

function resultText({ bytes, result, error }: Envelope): string {
  return textOf(bytes, (result ?? error)!).toString();
}

/** Applies to one method only. */
function on(method: string, script: Script): Script {
  return (incoming) => incoming.message.method === method && (script(incoming) ?? true);
}

const event = (message: unknown, id?: string): string =>
  `${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(message)}\n\n`;

describe('connectStreamableHttp', () => {
  it('does the handshake, then names session and version, and says farewell', async () => {
    const headers: unknown[] = [];
    await using server = await startHttpServer(({ request }) => {
      const { 'mcp-session-id': session, 'mcp-protocol-version': version } = request.headers;
      headers.push([request.method, session, version, request.headers['x-key']]);
    });
    const upstream = await connect(server, { headers: { 'X-Key': 'k' } });
    const answer = await upstream.request({ method: 'a', params: Buffer.from('{"n":1}') });
    expect(resultText(answer)).toBe('{"echo":{"n":1}}');
    await upstream[Symbol.asyncDispose]();
    expect(await upstream.closed).toBeUndefined();
    expect(server.log.filter((entry) => entry !== 'GET')).toEqual([
      'POST server/discover',
      'POST initialize',
      'POST notifications/initialized',
      'POST a',
      'DELETE',
    ]);
    expect(headers[0]).toEqual(['POST', undefined, '2026-07-28', 'k']);
    expect(headers[1]).toEqual(['POST', undefined, undefined, 'k']);
    for (const later of headers.slice(2)) {
      expect(later).toEqual([expect.any(String), 'session-1', '2025-06-18', 'k']);
    }
  });

  it('hears what comes on a request’s own stream, and restores its progress token', async () => {
    await using server = await startHttpServer(
      on('slow', (incoming) => {
        const { id, params } = incoming.message;
        const meta: unknown = params?.['_meta'];
        const progressToken: unknown = Reflect.get(Object(meta), 'progressToken');
        beginEvents(incoming, 'id: 0\ndata:\n\n');
        incoming.response.write(
          event({ jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken } }),
        );
        incoming.response.write(
          event({ jsonrpc: '2.0', method: 'notifications/message', params: {} }),
        );
        incoming.response.end(event({ jsonrpc: '2.0', id, result: { done: true } }));
      }),
    );
    await using upstream = await connect(server);
    const seen: string[] = [];
    const answer = await upstream.request({
      method: 'slow',
      params: Buffer.from('{"_meta":{"progressToken":"mine"}}'),
      onMessage: ({ bytes }) => void seen.push(bytes.toString()),
    });
    expect(resultText(answer)).toBe('{"done":true}');
    expect(seen).toEqual([
      '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"mine"}}',
      '{"jsonrpc":"2.0","method":"notifications/message","params":{}}',
    ]);
  });

  it('replaces a lost session once for all who notice, and repeats their requests', async () => {
    let session = 1;
    const script: Script = (incoming) => {
      const { request, response, message } = incoming;
      if (message.method === 'initialize') {
        answerJson(incoming, initializeResult, { 'mcp-session-id': `s${session}` });
        return true;
      }
      if (request.method === 'GET' || request.headers['mcp-session-id'] === `s${session}`)
        return false;
      response.writeHead(404).end('session not found');
      return true;
    };
    await using server = await startHttpServer(script);
    await using upstream = await connect(server);
    await upstream.request({ method: 'before' });
    session = 2;
    const answers = await Promise.all(
      [1, 2, 3, 4, 5].map((n) =>
        upstream.request({ method: 'after', params: Buffer.from(`{"n":${n}}`) }),
      ),
    );
    expect(answers.map(resultText)).toEqual([1, 2, 3, 4, 5].map((n) => `{"echo":{"n":${n}}}`));
    expect(server.log.filter((entry) => entry === 'POST initialize')).toHaveLength(2);
  });

  it('gives up on a session that is lost again at once', async () => {
    await using server = await startHttpServer(
      on('a', ({ response }) => void response.writeHead(404).end()),
    );
    await using upstream = await connect(server);
    expect(await failureOf(upstream.request({ method: 'a' }))).toContain('HTTP status 404');
    expect(resultText(await upstream.request({ method: 'b' }))).toBe('{"echo":null}');
  });

  it.each([
    [302, 'text/html', 'redirects are not followed'],
    [401, 'application/json', 'it wants other credentials'],
    [403, 'text/html', 'does not allow these credentials'],
    [500, 'text/plain', 'HTTP status 500'],
    [503, 'application/json', 'HTTP status 503'],
    [200, 'text/html', 'content type text/html instead of'],
  ])('names status %i with %s and repeats nothing of its body', async (status, type, text) => {
    await using server = await startHttpServer(
      on('a', ({ response }) => {
        const headers = { 'content-type': type, location: 'http://169.254.169.254/' };
        response.writeHead(status, headers).end('{"secret":"hunter2"}');
      }),
    );
    await using upstream = await connect(server);
    const failure = await failureOf(upstream.request({ method: 'a' }));
    expect(failure).toContain('upstream_failed');
    expect(failure).toContain(text);
    expect(failure).not.toContain('hunter2');
    expect(resultText(await upstream.request({ method: 'b' }))).toBe('{"echo":null}');
  });

  it('takes a JSON-RPC error that comes with a client error status', async () => {
    await using server = await startHttpServer(
      on('a', ({ response, message }) => {
        response.writeHead(400, { 'content-type': 'application/json' });
        response.end(
          JSON.stringify({ jsonrpc: '2.0', id: message.id, error: { code: -32602, message: 'm' } }),
        );
      }),
    );
    await using upstream = await connect(server);
    const answer = await upstream.request({ method: 'a' });
    expect([answer.kind, resultText(answer)]).toEqual(['error', '{"code":-32602,"message":"m"}']);
  });

  it.each([
    ['an answer to another request', '{"jsonrpc":"2.0","id":9999,"result":{}}'],
    ['garbage', '<<<'],
    ['a truncated answer', '{"jsonrpc":"2.0","id":2,"result":{'],
    ['nothing', ''],
  ])('fails a request that gets %s', async (_, body) => {
    await using server = await startHttpServer(
      on(
        'a',
        ({ response }) =>
          void response.writeHead(200, { 'content-type': 'application/json' }).end(body),
      ),
    );
    await using upstream = await connect(server);
    expect(await failureOf(upstream.request({ method: 'a' }))).toContain('without answering');
  });

  it('fails requests whose connection breaks', async () => {
    await using server = await startHttpServer((incoming) => {
      if (incoming.message.method === 'a') incoming.response.destroy();
      else if (incoming.message.method === 'b') {
        beginEvents(incoming, ': nothing yet\n\n');
        setTimeout(() => incoming.response.destroy(), 20);
      } else return false;
      return true;
    });
    await using upstream = await connect(server);
    expect(await failureOf(upstream.request({ method: 'a' }))).toMatch(
      /upstream_failed: .*UND_ERR_SOCKET/,
    );
    expect(await failureOf(upstream.request({ method: 'b' }))).toContain('upstream_failed');
  });

  it('refuses an answer beyond the limit, in either form', async () => {
    await using server = await startHttpServer((incoming) => {
      const { method, id } = incoming.message;
      if (method !== 'json' && method !== 'events') return false;
      const big = { jsonrpc: '2.0', id, result: 'x'.repeat(300_000) };
      if (method === 'json') answerJson(incoming, big.result);
      else beginEvents(incoming, event(big));
      return true;
    });
    await using upstream = await connect(server, { maxMessageBytes: 100_000 });
    expect(await failureOf(upstream.request({ method: 'json' }))).toContain('payload_too_large');
    expect(await failureOf(upstream.request({ method: 'events' }))).toContain('payload_too_large');
  });

  it('cancels upstream and closes the stream of what was cancelled', async () => {
    const closed = Promise.withResolvers<void>();
    await using server = await startHttpServer(
      on('hang', (incoming) => {
        beginEvents(incoming, ': started\n\n');
        incoming.response.once('close', () => closed.resolve());
      }),
    );
    await using upstream = await connect(server);
    const controller = new AbortController();
    const attempt = failureOf(upstream.request({ method: 'hang', signal: controller.signal }));
    await expect.poll(() => server.log).toContain('POST hang');
    controller.abort();
    expect(await attempt).toContain('cancelled');
    await closed.promise;
    await expect.poll(() => server.log).toContain('POST notifications/cancelled');
    expect(await failureOf(upstream.request({ method: 'hang', timeoutMs: 50 }))).toContain(
      'upstream_timeout',
    );
  });

  it('asks again for an answer when the server ended the stream early, from the last event on', async () => {
    let id: number | undefined;
    const places: unknown[] = [];
    await using server = await startHttpServer((incoming) => {
      const { request, response, message } = incoming;
      if (message.method === 'later') {
        id = message.id;
        beginEvents(incoming, 'id: e1\nretry: 10\ndata:\n\n');
        response.end();
        return true;
      }
      const place = request.headers['last-event-id'];
      if (request.method !== 'GET' || place === undefined) return false;
      places.push(place);
      beginEvents(
        incoming,
        places.length === 1 ? 'id: e2\ndata:\n\n' : event({ jsonrpc: '2.0', id, result: 1 }),
      );
      response.end();
      return true;
    });
    await using upstream = await connect(server);
    expect(resultText(await upstream.request({ method: 'later' }))).toBe('1');
    expect(places).toEqual(['e1', 'e2']);
  });

  it('listens for what belongs to no request, and again after the stream ended', async () => {
    let streams = 0;
    const places: unknown[] = [];
    await using server = await startHttpServer((incoming) => {
      const { request, response } = incoming;
      if (request.method !== 'GET') return false;
      streams += 1;
      places.push(request.headers['last-event-id']);
      const message = {
        jsonrpc: '2.0',
        method: 'notifications/tools/list_changed',
        params: { streams },
      };
      beginEvents(incoming, `retry: 10\n${event(message, `e${streams}`)}`);
      if (streams === 1) response.end();
      return true;
    });
    const seen: string[] = [];
    await using upstream = await connect(server, {
      onMessage: ({ bytes }) => void seen.push(bytes.toString()),
    });
    await expect.poll(() => seen.length).toBe(2);
    expect(places).toEqual([undefined, 'e1']);
    expect(upstream.inFlight).toBe(0);
  });

  it('fails to connect where nothing listens or the handshake is refused', async () => {
    const server = await startHttpServer();
    await server[Symbol.asyncDispose]();
    expect(await failureOf(connect(server))).toContain('ECONNREFUSED');
    await using refusing = await startHttpServer(({ response }) => {
      response.writeHead(401).end();
      return true;
    });
    expect(await failureOf(connect(refusing))).toContain('HTTP status 401');
  });
});

describe('connectSse', () => {
  /** The 2024-11-05 transport: answers to POSTs come by the one stream. */
  function sseScript(endpoint: string): Script {
    let stream: { write(text: string): void; end(): void } | undefined;
    return (incoming) => {
      const { request, response, message } = incoming;
      if (request.method === 'GET') {
        beginEvents(incoming, `event: endpoint\ndata: ${endpoint}\n\n`);
        stream = response;
        return true;
      }
      if (message.method === 'refused') {
        response.writeHead(403).end('secret');
        return true;
      }
      response.writeHead(202).end();
      if (message.method === 'hangup') stream?.end();
      if (message.id === undefined || message.method === 'hangup') return true;
      const result = message.method === 'initialize' ? initializeResult : { echo: request.url };
      stream?.write(`event: message\n${event({ jsonrpc: '2.0', id: message.id, result })}`);
      return true;
    };
  }

  it('posts to the endpoint that the stream names and hears by the stream', async () => {
    await using server = await startHttpServer(sseScript('/messages?session=1'));
    const upstream = await connectSse({ url: server.url, ...common });
    expect(resultText(await upstream.request({ method: 'a' }))).toBe(
      '{"echo":"/messages?session=1"}',
    );
    expect(await failureOf(upstream.request({ method: 'refused' }))).toContain('HTTP status 403');
    expect(await failureOf(upstream.request({ method: 'hangup' }))).toContain(
      'ended its event stream',
    );
    expect(await upstream.closed).toMatchObject({ code: 'upstream_failed' });
  });

  it.each([
    'http://evil.example/messages',
    '//evil.example/x',
    'https://127.0.0.1/',
    'file:///etc',
  ])('refuses the endpoint %s', async (endpoint) => {
    await using server = await startHttpServer(sseScript(endpoint));
    expect(await failureOf(connectSse({ url: server.url, ...common }))).toContain('own origin');
    expect(server.log).toEqual(['GET']);
  });

  it('refuses a page that is no stream', async () => {
    await using server = await startHttpServer(({ response }) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>');
      return true;
    });
    expect(await failureOf(connectSse({ url: server.url, ...common }))).toContain('text/html');
  });
});
