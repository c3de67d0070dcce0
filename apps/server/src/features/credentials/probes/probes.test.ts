import { generateKeyPairSync } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';

import { type OutboundFetch, openOutboundFetch } from '@plugboard/runtime';
import { Secret } from '@plugboard/vault';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { askGoogle } from './ask-google.ts';
import { askService } from './ask-service.ts';

let server: Server;
let base: string;
let answer: { status: number; body?: string; location?: string };
const seen: { url: string; authorization: string | undefined; method: string }[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    const { url = '', method = '' } = request;
    seen.push({ url, method, authorization: request.headers.authorization });
    const headers = answer.location === undefined ? {} : { location: answer.location };
    response.writeHead(answer.status, headers).end(answer.body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('not listening');
  base = `http://127.0.0.1:${address.port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  seen.length = 0;
});

/** Every service is our small one; what is asked for is as it was meant. */
async function toServer(): Promise<OutboundFetch> {
  const outbound = await openOutboundFetch(true);
  return {
    fetch: (url, request) =>
      outbound.fetch(`${base}/${new URL(url).host}${new URL(url).pathname}`, request),
    [Symbol.asyncDispose]: () => outbound[Symbol.asyncDispose](),
  };
}

const { signal } = new AbortController();
const options = { signal, open: toServer };
const key = new Secret('canary-key');

describe('asking a service', () => {
  it('sends the key where the service is, and tells whose it is', async () => {
    answer = { status: 200, body: '{"login":"octo-cat"}' };
    expect(await askService('github', { key }, options)).toEqual({
      outcome: 'accepted',
      message: 'GitHub accepts it, as octo-cat.',
    });
    expect(seen).toEqual([
      { url: '/api.github.com/user', method: 'GET', authorization: 'Bearer canary-key' },
    ]);
  });

  it.each([
    [{ status: 401 }, 'refused'],
    [{ status: 403 }, 'refused'],
    [{ status: 500, body: 'canary-key is wrong' }, 'unknown'],
    [{ status: 302, location: 'http://169.254.169.254/' }, 'unknown'],
    [{ status: 200, body: '{"login":"<script>canary-key</script>"}' }, 'accepted'],
    [{ status: 200, body: 'no json' }, 'accepted'],
    [{ status: 200, body: `{"login":"${'x'.repeat(100_000)}"}` }, 'accepted'],
  ])('takes %j for %s, and repeats nothing that it says', async (said, outcome) => {
    answer = said;
    const verdict = await askService('github', { key }, options);
    expect(verdict.outcome).toBe(outcome);
    expect(verdict.message).not.toContain('canary');
    expect(verdict.message.length).toBeLessThan(200);
    expect(seen).toHaveLength(1);
  });

  it.each([
    'https://127.0.0.1',
    'https://169.254.169.254',
    'https://[::1]',
    'https://localhost',
    'https://2130706433',
    'https://metadata.google.internal',
  ])('is not steered to %s', async (url) => {
    const verdict = await askService('gitlab', { key, url: new Secret(url) }, { signal });
    expect(verdict.outcome).toBe('unknown');
    expect(seen).toEqual([]);
  });

  it('does not send a key elsewhere for a service that has no other place', async () => {
    const url = new Secret('https://evil.example');
    const verdict = await askService('stripe', { key, url }, options);
    expect(verdict.outcome).toBe('unknown');
    expect(seen).toEqual([]);
  });

  it('says that it does not know how', async () => {
    expect(await askService(undefined, { key }, options)).toMatchObject({ outcome: 'unknown' });
    expect(await askService('nobody-knows', { key }, options)).toMatchObject({
      outcome: 'unknown',
    });
  });
});

describe('asking Google of a service account', () => {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const json = new Secret(
    JSON.stringify({
      type: 'service_account',
      client_email: 'bot@shop.iam.gserviceaccount.com',
      private_key: privateKey,
      token_uri: 'https://evil.example/token',
    }),
  );

  it('asks Google itself, whatever the key file says', async () => {
    answer = { status: 200, body: '{}' };
    expect(await askGoogle({ json }, Date.now(), options)).toMatchObject({ outcome: 'accepted' });
    expect(seen).toMatchObject([{ url: '/oauth2.googleapis.com/token', method: 'POST' }]);
    answer = { status: 400 };
    expect(await askGoogle({ json }, Date.now(), options)).toMatchObject({ outcome: 'refused' });
  });
});
