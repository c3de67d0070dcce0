import { Agent } from 'undici';
import { afterAll, describe, expect, it } from 'vitest';

import { failureOf } from '../testing/failure-of.ts';
import {
  answerJson,
  discoverResult,
  type HttpServer,
  initializeResult,
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
  const clientInfo = { name: 'test', version: '1' };
  return connectStreamableHttp({ url, dispatcher, clientInfo, listen: false, ...options });
}

/** Does something about `server/discover` alone. */
function onDiscover(act: (incoming: Parameters<Script>[0]) => void): Script {
  return (incoming) => {
    if (incoming.message.method !== 'server/discover') return false;
    act(incoming);
    return true;
  };
}

const greeting = ['POST initialize', 'POST notifications/initialized'];

describe('connectStreamableHttp with a modern server', () => {
  it('asks once, names no session, listens to nothing and says no farewell', async () => {
    const seen: unknown[] = [];
    await using server = await startHttpServer((incoming) => {
      const { request } = incoming;
      seen.push([
        request.headers['mcp-protocol-version'],
        request.headers['mcp-method'],
        request.headers['mcp-session-id'],
      ]);
      incoming.response.setHeader('mcp-session-id', 'unasked');
      return modernScript(incoming);
    });
    const upstream = await connect(server, { listen: true, headers: { 'X-Key': 'k' } });
    expect(upstream.hello).toMatchObject({ era: 'modern', protocolVersion: '2026-07-28' });
    expect(JSON.parse(upstream.hello.result.toString())).toEqual(discoverResult);
    expect(upstream.mirrorsParams).toBe(true);
    await upstream.request({ method: 'a' });
    await upstream[Symbol.asyncDispose]();
    expect(await upstream.closed).toBeUndefined();
    expect(server.log).toEqual(['POST server/discover', 'POST a']);
    expect(seen).toEqual([
      ['2026-07-28', 'server/discover', undefined],
      ['2026-07-28', 'a', undefined],
    ]);
  });

  it.each([
    [400, -32020, undefined, 'does a proxy on the way to it remove'],
    [400, -32021, { requiredCapabilities: {} }, 'capabilities that were not declared'],
    [400, -32022, { supported: ['2027-01-01'] }, 'what it speaks is "2027-01-01"'],
    [404, -32022, undefined, 'what it speaks is not said'],
    [200, -32022, { supported: [] }, 'what it speaks is not said'],
  ])('does not greet after status %i with %i', async (status, code, data, text) => {
    await using server = await startHttpServer(
      onDiscover((incoming) => refuseJson(incoming, status, code, data)),
    );
    expect(await failureOf(connect(server))).toContain(text);
    expect(server.log).toEqual(['POST server/discover']);
  });

  it('asks once more when the server lists a version that both speak', async () => {
    let asked = 0;
    await using server = await startHttpServer((incoming) => {
      if (incoming.message.method !== 'server/discover') return false;
      asked += 1;
      if (asked > 1) return modernScript(incoming);
      refuseJson(incoming, 400, -32022, { supported: ['2026-07-28'] });
      return true;
    });
    await using upstream = await connect(server);
    expect(upstream.hello).toMatchObject({ era: 'modern', protocolVersion: '2026-07-28' });
    expect(server.log).toEqual(['POST server/discover', 'POST server/discover']);
  });

  it('does not ask for a third time', async () => {
    await using server = await startHttpServer(
      onDiscover((incoming) => refuseJson(incoming, 400, -32022, { supported: ['2026-07-28'] })),
    );
    expect(await failureOf(connect(server))).toContain('what it speaks is "2026-07-28"');
    expect(server.log).toHaveLength(2);
  });

  it('reads an error without an id as the answer', async () => {
    await using server = await startHttpServer(
      onDiscover(({ response }) => {
        const error = { code: -32022, message: 'no', data: { supported: ['2027-01-01'] } };
        response.writeHead(400, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ jsonrpc: '2.0', id: null, error }));
      }),
    );
    expect(await failureOf(connect(server))).toContain('what it speaks is "2027-01-01"');
  });
});

describe('connectStreamableHttp with a legacy server', () => {
  it.each([
    [400, 'text/plain', ''],
    [400, 'application/json', '{"error":"no session"}'],
    [400, 'application/json', '<<<'],
    [404, 'text/html', '<html>'],
    [405, 'text/plain', ''],
    [406, 'text/plain', ''],
    [410, 'text/plain', ''],
    [415, 'text/plain', ''],
    [422, 'application/json', '{}'],
    [200, 'text/html', '<html>'],
    [200, 'application/json', '{}'],
    [200, 'application/json', '{"jsonrpc":"2.0","id":1,"result":{}}'],
    [200, 'text/event-stream', ': nothing\n\n'],
    [200, 'text/event-stream', 'id: 1\ndata:\n\n'],
    [202, 'text/plain', ''],
    [204, 'text/plain', ''],
    [404, 'application/json', '{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"m"}}'],
    [
      400,
      'application/json',
      '{"jsonrpc":"2.0","id":1,"error":{"code":-32022,"message":"m","data":{"supported":["2025-06-18"]}}}',
    ],
  ])('greets it after status %i, %s, %s', async (status, type, body) => {
    await using server = await startHttpServer(
      onDiscover(({ response }) => response.writeHead(status, { 'content-type': type }).end(body)),
    );
    await using upstream = await connect(server);
    expect(upstream.hello.era).toBe('legacy');
    expect(upstream.mirrorsParams).toBe(false);
    await upstream.request({ method: 'a' });
    expect(server.log).toEqual(['POST server/discover', ...greeting, 'POST a']);
  });

  it('takes no session from what did not open one', async () => {
    const sessions: unknown[] = [];
    await using server = await startHttpServer((incoming) => {
      sessions.push(incoming.request.headers['mcp-session-id']);
      if (incoming.message.method === 'server/discover') {
        answerJson(incoming, {}, { 'mcp-session-id': 'stray' });
        return true;
      }
      if (incoming.message.method !== 'initialize') return false;
      answerJson(incoming, initializeResult);
      return true;
    });
    await using upstream = await connect(server);
    await upstream.request({ method: 'a' });
    expect(sessions).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('greets one that is silent, after a while', async () => {
    await using server = await startHttpServer(onDiscover(() => {}));
    await using upstream = await connect(server, { initializeTimeoutMs: 4000 });
    expect(upstream.hello.era).toBe('legacy');
    await upstream.request({ method: 'a' });
    expect(server.log).toEqual(['POST server/discover', ...greeting, 'POST a']);
  });

  it('fails in the words for its transport where it has another one', async () => {
    await using server = await startHttpServer(({ response }) => {
      response.writeHead(405).end();
      return true;
    });
    expect(await failureOf(connect(server))).toContain('does not take messages of this transport');
    expect(server.log).toEqual(['POST server/discover', 'POST initialize']);
  });
});

describe('connectStreamableHttp with a server that says nothing of its era', () => {
  it.each([301, 307, 401, 403, 407, 408, 425, 429, 502, 503])(
    'fails after status %i',
    async (status) => {
      await using server = await startHttpServer(
        onDiscover(({ response }) => response.writeHead(status).end('hunter2')),
      );
      const failure = await failureOf(connect(server));
      expect(failure).toContain(`HTTP status ${status}`);
      expect(failure).not.toContain('hunter2');
      expect(server.log).toEqual(['POST server/discover']);
    },
  );

  it('greets one that stumbles, unless it was modern before', async () => {
    const stumbling = onDiscover(({ response }) => response.writeHead(500).end());
    await using server = await startHttpServer(stumbling);
    await using upstream = await connect(server);
    expect(upstream.hello.era).toBe('legacy');
    expect(await failureOf(connect(server, { era: 'modern' }))).toContain('HTTP status 500');
    await using broken = await startHttpServer(({ response }) => {
      response.writeHead(500).end();
      return true;
    });
    expect(await failureOf(connect(broken))).toContain('HTTP status 500');
    expect(broken.log).toEqual(['POST server/discover', 'POST initialize']);
  });

  it('fails when the connection breaks, before or in the answer', async () => {
    await using server = await startHttpServer(onDiscover(({ response }) => response.destroy()));
    expect(await failureOf(connect(server))).toContain('the connection to the server failed');
    await using cutting = await startHttpServer(
      onDiscover(({ response }) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '99' });
        response.write('{');
        setTimeout(() => response.destroy(), 20);
      }),
    );
    expect(await failureOf(connect(cutting))).toContain('the connection to the server failed');
    expect([...server.log, ...cutting.log]).toEqual([
      'POST server/discover',
      'POST server/discover',
    ]);
  });

  it('fails when the answer is too large', async () => {
    await using server = await startHttpServer(
      onDiscover((incoming) => answerJson(incoming, { text: 'x'.repeat(200_000) })),
    );
    expect(await failureOf(connect(server, { maxMessageBytes: 100_000 }))).toContain(
      'payload_too_large',
    );
  });
});

describe('connectStreamableHttp with what the server was before', () => {
  it('tries a legacy one as such, and asks one that has become modern', async () => {
    await using legacy = await startHttpServer();
    await using first = await connect(legacy, { era: 'legacy' });
    expect(first.hello.era).toBe('legacy');
    await first.request({ method: 'a' });
    expect(legacy.log).toEqual([...greeting, 'POST a']);
    await using modern = await startHttpServer(modernScript);
    await using second = await connect(modern, { era: 'legacy' });
    expect(second.hello.era).toBe('modern');
    expect(modern.log).toEqual(['POST initialize', 'POST server/discover']);
  });

  it('keeps to the first failure of one that is neither, and asks nothing where it is refused', async () => {
    await using neither = await startHttpServer(({ response }) => {
      response.writeHead(404).end();
      return true;
    });
    expect(await failureOf(connect(neither, { era: 'legacy' }))).toContain('no MCP endpoint');
    await using locked = await startHttpServer(({ response }) => {
      response.writeHead(401).end();
      return true;
    });
    expect(await failureOf(connect(locked, { era: 'legacy' }))).toContain('other credentials');
    expect(locked.log).toEqual(['POST initialize']);
  });

  it('greets one that was modern', async () => {
    await using server = await startHttpServer();
    await using upstream = await connect(server, { era: 'modern' });
    expect(upstream.hello.era).toBe('legacy');
  });
});
