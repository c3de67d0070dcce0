import { setTimeout as delay } from 'node:timers/promises';

import { AppError } from '@plugboard/contracts';
import { Agent } from 'undici';
import { afterAll, describe, expect, it } from 'vitest';

import { textOf, type Envelope } from '../envelope/envelope.ts';
import {
  beginEvents,
  type HttpServer,
  type Incoming,
  modernScript,
  type Script,
  startHttpServer,
} from '../testing/http-server.ts';
import { connectSse } from './connect-sse.ts';
import { connectStreamableHttp } from './connect-streamable-http.ts';
import type { Refusal, UpstreamAuthorization } from './upstream-authorization.ts';
import type { Upstream } from './upstream.ts';

const dispatcher = new Agent();
afterAll(() => dispatcher.close());

const common = { dispatcher, clientInfo: { name: 'test', version: '1' } };

interface Tokens extends UpstreamAuthorization {
  readonly refusals: Refusal[];
  readonly asked: string[];
}

/** Tokens `t1`, `t2`, …: each refusal of the newest makes the next. */
function buildTokens(
  changes: Partial<UpstreamAuthorization> = {},
  start = 1,
): Tokens & { number: number } {
  return {
    number: start,
    refusals: [],
    asked: [],
    headers({ method, url }) {
      this.asked.push(`${method} ${new URL(url).pathname}`);
      return { authorization: `Bearer t${this.number}` };
    },
    async refused(refusal) {
      this.refusals.push(refusal);
      if (refusal.sent === `Bearer t${this.number}`) this.number += 1;
      return true;
    },
    ...changes,
  };
}

/** Takes one token alone at a time. */
function guarded(isGood: (token: string | undefined) => boolean, inner?: Script): Script {
  return (incoming) => {
    if (isGood(incoming.request.headers.authorization)) return inner?.(incoming) ?? false;
    refuse(incoming);
    return true;
  };
}

function refuse({ response }: Incoming, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(401, {
    'www-authenticate': 'Bearer error="invalid_token"',
    'content-type': 'text/plain',
    ...headers,
  });
  response.end('no');
}

function connect({ url }: HttpServer, authorization: UpstreamAuthorization, headers = {}) {
  return connectStreamableHttp({ url, ...common, authorization, headers });
}

function resultText({ bytes, result, error }: Envelope): string {
  return textOf(bytes, (result ?? error)!).toString();
}

const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'it did not fail',
    (error: unknown) => error,
  );

const ask = (upstream: Upstream, text = 'x'): Promise<Envelope> =>
  upstream.request({ method: 'a', params: Buffer.from(JSON.stringify({ text })) });

describe('UpstreamAuthorization', () => {
  it.each(['legacy', 'modern'])('is asked for each request of the %s era', async (era) => {
    const tokens = buildTokens();
    await using server = await startHttpServer(
      guarded((token) => token === 'Bearer t1', era === 'modern' ? modernScript : undefined),
    );
    const upstream = await connect(server, tokens, {
      authorization: 'Bearer static',
      'x-key': 'k',
    });
    expect(upstream.hello.era).toBe(era);
    await ask(upstream);
    await upstream[Symbol.asyncDispose]();
    expect(tokens.refusals).toEqual([]);
    expect(tokens.asked).toHaveLength(server.log.length);
    expect(tokens.asked).toContain('POST /mcp');
    if (era === 'legacy') {
      expect(tokens.asked).toContain('GET /mcp');
      expect(tokens.asked).toContain('DELETE /mcp');
    }
  });

  it.each(['legacy', 'modern'])(
    'has a refused request of the %s era sent once more, whole, in the same session',
    async (era) => {
      const sessions: unknown[] = [];
      const tokens = buildTokens();
      let good = 1;
      await using server = await startHttpServer((incoming) => {
        sessions.push(incoming.request.headers['mcp-session-id']);
        const isGood = (token: string | undefined) => token === `Bearer t${good}`;
        return guarded(isGood, era === 'modern' ? modernScript : undefined)(incoming);
      });
      await using upstream = await connect(server, tokens);
      await ask(upstream); // the handshake is over then
      good = 2;
      const before = sessions.length;
      const text = 'ü'.repeat(100_000);
      const answer = await ask(upstream, text);
      expect(resultText(answer)).toContain(text);
      expect(server.log.filter((it) => it === 'POST a')).toHaveLength(3);
      expect(tokens.refusals).toEqual([
        {
          status: 401,
          challenge: 'Bearer error="invalid_token"',
          dpopNonce: undefined,
          sent: 'Bearer t1',
        },
      ]);
      expect(new Set(sessions.slice(before))).toEqual(
        new Set([era === 'legacy' ? 'session-1' : undefined]),
      );
      expect(server.log.filter((it) => it === 'POST initialize')).toHaveLength(
        era === 'legacy' ? 1 : 0,
      );
    },
  );

  it('goes on with many requests at once when their token is refused', async () => {
    const tokens = buildTokens();
    let good = 1;
    await using server = await startHttpServer(guarded((token) => token === `Bearer t${good}`));
    await using upstream = await connect(server, tokens);
    await ask(upstream);
    good = 2;
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask(upstream)));
    expect(answers).toHaveLength(50);
    expect(tokens.number).toBe(2);
  });

  it('is asked twice at most of a server that refuses for ever', async () => {
    const tokens = buildTokens();
    let isHostile = false;
    await using server = await startHttpServer(guarded(() => !isHostile));
    await using upstream = await connect(server, tokens);
    await ask(upstream);
    isHostile = true;
    const failure = await failureOf(ask(upstream));
    expect(failure).toMatchObject({ code: 'upstream_failed', details: { status: 401 } });
    expect(server.log.filter((it) => it === 'POST a')).toHaveLength(3);
    expect(tokens.refusals).toHaveLength(1);
    // The connection goes on.
    isHostile = false;
    await ask(upstream);
  });

  it('lets a refusal stand when there is nothing else to send, and hears each challenge', async () => {
    const tokens = buildTokens({
      async refused(refusal) {
        tokens.refusals.push(refusal);
        return false;
      },
    });
    let count = 0;
    await using server = await startHttpServer((incoming) => {
      if (incoming.message.method !== 'a') return false;
      count += 1;
      refuse(incoming, { 'www-authenticate': `Bearer realm="${count}"` });
      return true;
    });
    await using upstream = await connect(server, tokens);
    for (const _ of [1, 2]) {
      expect(await failureOf(ask(upstream))).toMatchObject({ details: { status: 401 } });
    }
    expect(count).toBe(2);
    expect(tokens.refusals.map(({ challenge }) => challenge)).toEqual([
      'Bearer realm="1"',
      'Bearer realm="2"',
    ]);
  });

  it('steps up on a 403 with a challenge, and leaves one without alone', async () => {
    const tokens = buildTokens();
    let challenge: Record<string, string> = {
      'www-authenticate': 'Bearer error="insufficient_scope", scope="write"',
    };
    await using server = await startHttpServer((incoming) => {
      if (incoming.message.method !== 'a') return false;
      if (incoming.request.headers.authorization === 'Bearer t2') return false;
      incoming.response.writeHead(403, challenge).end();
      return true;
    });
    await using upstream = await connect(server, tokens);
    await ask(upstream);
    expect(tokens.refusals).toMatchObject([{ status: 403 }]);
    tokens.number = 1;
    challenge = {};
    expect(await failureOf(ask(upstream))).toMatchObject({ details: { status: 403 } });
    expect(tokens.refusals).toHaveLength(1);
  });

  it('hears a nonce for DPoP and sends the next proof with it', async () => {
    let nonce: string | undefined;
    const tokens = buildTokens({
      headers: () => ({ authorization: 'DPoP t', dpop: `proof ${nonce ?? 'without'}` }),
      async refused({ dpopNonce }) {
        nonce = dpopNonce;
        return dpopNonce !== undefined;
      },
    });
    await using server = await startHttpServer((incoming) => {
      if (incoming.request.headers['dpop'] === 'proof n-1') return false;
      refuse(incoming, { 'dpop-nonce': 'n-1' });
      return true;
    });
    await using upstream = await connect(server, tokens);
    await ask(upstream);
    expect(server.log.filter((it) => it === 'POST a')).toHaveLength(1);
  });

  it('makes a request wait for a token that is being fetched', async () => {
    const waiting = Promise.withResolvers<Readonly<Record<string, string>>>();
    let isFetching = false;
    const tokens = buildTokens({
      headers: () => (isFetching ? waiting.promise : { authorization: 'Bearer t1' }),
    });
    await using server = await startHttpServer();
    await using upstream = await connect(server, tokens);
    isFetching = true;
    const asked = ask(upstream);
    await delay(20);
    expect(server.log).not.toContain('POST a');
    waiting.resolve({ authorization: 'Bearer t2' });
    await asked;
  });

  it('sends nothing for a caller that has left while the token was fetched', async () => {
    const waiting = Promise.withResolvers<Readonly<Record<string, string>>>();
    let isFetching = false;
    const tokens = buildTokens({
      headers: ({ method }) =>
        isFetching && method === 'POST' ? waiting.promise : { authorization: 'Bearer t1' },
    });
    await using server = await startHttpServer(modernScript);
    await using upstream = await connect(server, tokens);
    isFetching = true;
    const abort = new AbortController();
    const asked = failureOf(upstream.request({ method: 'a', signal: abort.signal }));
    abort.abort();
    expect(await asked).toMatchObject({ code: 'cancelled' });
    waiting.resolve({ authorization: 'Bearer t2' });
    await delay(20);
    expect(server.log).not.toContain('POST a');
  });

  it('tells the caller that somebody must sign in, from either question', async () => {
    const signIn = new AppError('sign_in_required', 'Sign in there.', { details: { x: 1 } });
    let step: 'good' | 'headers' | 'refused' = 'good';
    const tokens = buildTokens({
      headers() {
        if (step === 'headers') throw signIn;
        return { authorization: 'Bearer t1' };
      },
      async refused() {
        throw signIn;
      },
    });
    await using server = await startHttpServer(guarded(() => step !== 'refused'));
    await using upstream = await connect(server, tokens);
    for (const each of ['headers', 'refused'] as const) {
      step = each;
      expect(await failureOf(ask(upstream))).toBe(signIn);
    }
    step = 'good';
    await ask(upstream);
  });

  it('fails the handshake with who must sign in', async () => {
    const tokens = buildTokens({
      headers: () => Promise.reject(new AppError('sign_in_required', 'Sign in there.')),
    });
    await using server = await startHttpServer();
    expect(await failureOf(connect(server, tokens))).toMatchObject({ code: 'sign_in_required' });
    expect(
      await failureOf(connectSse({ url: server.url, ...common, authorization: tokens })),
    ).toMatchObject({
      code: 'sign_in_required',
    });
    expect(server.log).toEqual([]);
  });

  it('never sends a header that would be two', async () => {
    const tokens = buildTokens();
    await using server = await startHttpServer();
    const upstream = await connect(server, tokens);
    await using _ = upstream;
    const evil = 'Bearer t\r\nx-injected: 1';
    tokens.headers = () => ({ authorization: evil });
    const failure = await failureOf(ask(upstream));
    expect(failure).toMatchObject({ code: 'upstream_failed' });
    expect(String(failure)).not.toContain('injected');
    expect(server.log).not.toContain('POST a');
  });

  it('follows no redirect with its header', async () => {
    const tokens = buildTokens();
    const stolen: unknown[] = [];
    await using thief = await startHttpServer(({ request }) => {
      stolen.push(request.headers.authorization);
    });
    for (const status of [301, 302, 303, 307, 308]) {
      let isTurning = false;
      await using server = await startHttpServer(({ response }) => {
        if (!isTurning) return false;
        response.writeHead(status, { location: thief.url }).end();
        return true;
      });
      await using upstream = await connect(server, tokens);
      isTurning = true;
      expect(await failureOf(ask(upstream))).toMatchObject({ details: { status } });
    }
    expect(stolen).toEqual([]);
  });

  it('is not held up by a refusal that never ends', async () => {
    const tokens = buildTokens();
    await using server = await startHttpServer((incoming) => {
      if (incoming.request.headers.authorization !== 'Bearer t1') return false;
      incoming.response.writeHead(401, { 'www-authenticate': 'Bearer' });
      const timer = setInterval(() => incoming.response.write('more '.repeat(100)), 1);
      incoming.response.on('close', () => clearInterval(timer));
      return true;
    });
    await using upstream = await connect(server, tokens);
    expect(resultText(await ask(upstream))).toContain('echo');
  });

  it('opens the listening stream again with another token', async () => {
    const tokens = buildTokens();
    const streams: unknown[] = [];
    await using server = await startHttpServer((incoming) => {
      const { method, headers } = incoming.request;
      if (method !== 'GET') return false;
      streams.push(headers.authorization);
      if (headers.authorization === 'Bearer t1') refuse(incoming);
      else beginEvents(incoming, 'data: {"jsonrpc":"2.0","method":"notifications/a"}\n\n');
      return true;
    });
    const heard = Promise.withResolvers<void>();
    await using upstream = await connectStreamableHttp({
      url: server.url,
      ...common,
      authorization: tokens,
      onMessage: () => heard.resolve(),
    });
    await heard.promise;
    expect(streams).toEqual(['Bearer t1', 'Bearer t2']);
    await ask(upstream);
  });

  it('serves the old transport, stream and messages alike', async () => {
    const tokens = buildTokens();
    let good = 1;
    const seen: string[] = [];
    let stream: Incoming['response'] | undefined;
    await using server = await startHttpServer((incoming) => {
      const { request, response, message } = incoming;
      const isGood = request.headers.authorization === `Bearer t${good}`;
      seen.push(`${request.method} ${isGood}`);
      if (!isGood) {
        refuse(incoming);
      } else if (request.method === 'GET') {
        stream = response;
        beginEvents(incoming, 'event: endpoint\ndata: /messages\n\n');
      } else {
        response.writeHead(202).end();
        const result =
          message.method === 'initialize'
            ? {
                protocolVersion: '2024-11-05',
                capabilities: {},
                serverInfo: { name: 's', version: '1' },
              }
            : { echo: message.params };
        if (message.id !== undefined) {
          const text = JSON.stringify({ jsonrpc: '2.0', id: message.id, result });
          stream?.write(`event: message\ndata: ${text}\n\n`);
        }
      }
      return true;
    });
    good = 2;
    await using upstream = await connectSse({ url: server.url, ...common, authorization: tokens });
    await ask(upstream);
    good = 3;
    expect(resultText(await ask(upstream))).toContain('echo');
    expect(seen.slice(0, 2)).toEqual(['GET false', 'GET true']);
    expect(seen.slice(-2)).toEqual(['POST false', 'POST true']);
  });
});
