import { AppError } from '@plugboard/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { checkUrl, exchange } from './exchange.ts';
import type { OAuthNetwork } from './network.ts';
import { loopback } from './testing/network.ts';
import { startTestServer, type TestServer } from './testing/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => server[Symbol.asyncDispose]());

async function ask(path: string, network: OAuthNetwork = loopback): Promise<Response> {
  return exchange(network, `${server.origin}${path}`, { method: 'GET' });
}

describe('exchange', () => {
  it('gives up on an answer without end, and on one that does not come', async () => {
    server.on('/endless', (_seen, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const timer = setInterval(() => response.write(' '.repeat(50_000)), 1);
      response.on('close', () => clearInterval(timer));
      return undefined;
    });
    server.on('/silent', () => undefined);
    server.on('/stalled', (_seen, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{');
      return undefined;
    });
    await expect(ask('/endless')).rejects.toMatchObject({ reason: 'answer_too_large' });
    for (const path of ['/silent', '/stalled']) {
      await expect(ask(path, { ...loopback, timeoutMs: 50 })).rejects.toMatchObject({
        kind: 'later',
        reason: 'unreachable',
      });
    }
  });

  it('follows no redirect, not even to itself', async () => {
    server.on('/moved', { status: 302, headers: { location: '/moved' } });
    await expect(ask('/moved')).rejects.toMatchObject({ kind: 'protocol', reason: 'redirected' });
    expect(server.paths().filter((path) => path === '/moved')).toHaveLength(1);
  });

  it("takes the server's own trouble for trouble that ends", async () => {
    server.on('/busy', { status: 429, headers: { 'retry-after': '7' } });
    server.on('/broken', { status: 503, headers: { 'retry-after': '99999999' }, body: 'secret' });
    await expect(ask('/busy')).rejects.toMatchObject({ kind: 'later', retryAfterMs: 7000 });
    const failure = await ask('/broken').catch((error: unknown) => error);
    expect(failure).toMatchObject({ kind: 'later', retryAfterMs: 3_600_000 });
    expect(String(failure)).not.toContain('secret');
  });

  it('says what the safe fetch refuses, and ends with its caller', async () => {
    const refusing = {
      ...loopback,
      fetch: async () => {
        throw new TypeError('fetch failed', { cause: new AppError('forbidden', 'Not there.') });
      },
    };
    await expect(ask('/', refusing)).rejects.toMatchObject({
      kind: 'protocol',
      reason: 'address_not_allowed',
      message: 'Not there.',
    });
    const signal = AbortSignal.abort(new Error('gone'));
    await expect(ask('/silent', { ...loopback, signal })).rejects.toThrow('gone');
  });

  it('keeps of the headers what is read, and no cookies', async () => {
    server.on('/headers', { headers: { 'set-cookie': 'a=b', 'dpop-nonce': 'n' } });
    const { headers } = await ask('/headers');
    expect([headers.get('set-cookie'), headers.get('dpop-nonce')]).toEqual([null, 'n']);
  });
});

describe('checkUrl', () => {
  it('refuses http, other schemes, credentials and fragments', () => {
    for (const url of [
      'http://as.test/token',
      'javascript:alert(1)',
      'file:///etc/passwd',
      'data:text/html,x',
      'https://a:b@as.test/',
      'https://as.test/#x',
      'https://as.test/#',
      '//as.test',
      '',
    ]) {
      expect(() => checkUrl(url, false), url).toThrow('is not allowed');
    }
    expect(checkUrl('https://as.test/token', false).host).toBe('as.test');
    expect(checkUrl('http://localhost:1/token', true).host).toBe('localhost:1');
    expect(() => checkUrl('javascript:alert(1)', true)).toThrow('is not allowed');
  });
});
