import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { isAppError } from '@plugboard/contracts';
import { fetch } from 'undici';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { openOutboundFetch, type OutboundFetch, type OutboundRequest } from './outbound-fetch.ts';
import { createOutbound } from './outbound.ts';

interface Seen {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

let server: Server;
let base = '';
let outbound: OutboundFetch;
const seen: Seen[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    void (async () => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      seen.push({ method: request.method, path: request.url, headers: request.headers, body });
      if (request.url === '/moved') response.writeHead(307, { location: '/elsewhere' }).end();
      else if (request.url === '/inward') {
        response.writeHead(307, { location: 'http://169.254.169.254/latest' }).end();
      } else if (request.url === '/endless') {
        const timer = setInterval(() => response.write('x'.repeat(1000)), 1);
        response.on('close', () => clearInterval(timer));
      } else response.end('here');
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TCP server that listens has one
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(async () => {
  seen.length = 0;
  outbound = await openOutboundFetch(true);
});
afterEach(async () => outbound[Symbol.asyncDispose]());
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const form: OutboundRequest = {
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded', authorization: 'Basic eDp5' },
  body: 'grant_type=client_credentials',
  signal: new AbortController().signal,
};

async function read(body: AsyncIterable<Uint8Array> | null): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body ?? []) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('openOutboundFetch', () => {
  it('sends method, headers and body', async () => {
    const answer = await outbound.fetch(`${base}/token`, form);
    expect([answer.status, await read(answer.body)]).toEqual([200, 'here']);
    expect(seen).toMatchObject([
      { method: 'POST', path: '/token', body: form.body, headers: { authorization: 'Basic eDp5' } },
    ]);
  });

  it('never sends a body on to where a server points', async () => {
    for (const path of ['/moved', '/inward']) {
      const answer = await outbound.fetch(`${base}${path}`, { ...form, redirect: 'follow' });
      expect(answer.status).toBe(307);
    }
    expect(seen.map(({ path }) => path)).toEqual(['/moved', '/inward']);
  });

  it('follows redirects of what only reads, unless told not to', async () => {
    const { headers, signal } = form;
    const followed = await outbound.fetch(`${base}/moved`, { headers, signal });
    const kept = await outbound.fetch(`${base}/moved`, { headers, signal, redirect: 'manual' });
    expect([followed.status, kept.status]).toEqual([200, 307]);
    expect(kept.headers.get('location')).toBe('/elsewhere');
    expect(seen.map(({ path }) => path)).toEqual(['/moved', '/elsewhere', '/moved']);
  });

  it('refuses to post to http and private addresses where an admin did not allow them', async () => {
    await using outside = await openOutboundFetch(false);
    const https = base.replace('http:', 'https:');
    for (const url of [base, https, 'https://169.254.169.254/token', 'https://[::1]/token']) {
      const failure = await outside.fetch(url, form).catch((error: unknown) => error);
      const cause = failure instanceof Error ? failure.cause : undefined;
      expect(isAppError(cause, 'forbidden'), url).toBe(true);
    }
    expect(seen).toEqual([]);
  });

  it('posts nothing to a name that was rebound since the last request', async () => {
    let calls = 0;
    const agent = createOutbound({
      allowPrivateNetwork: true,
      lookup: async () => {
        calls += 1;
        return [{ address: calls === 1 ? '127.0.0.1' : '169.254.169.254', family: 4 }];
      },
    });
    const url = base.replace('127.0.0.1', 'rebind.test');
    const init = { method: 'POST', body: 'secret=1', dispatcher: agent };
    await (await fetch(`${url}/token`, init)).text();
    const disconnected = once(agent, 'disconnect');
    server.closeAllConnections();
    await disconnected;
    const failure = await fetch(`${url}/token`, init).catch((error: unknown) => error);
    expect(failure).toMatchObject({ cause: { code: 'forbidden' } });
    expect(seen).toHaveLength(1);
    await agent.destroy();
  });

  it('stops reading a body that is longer than it may be', async () => {
    const answer = await outbound.fetch(`${base}/endless`, { ...form, maxBytes: 10_000 });
    await expect(read(answer.body)).rejects.toMatchObject({ code: 'payload_too_large' });
    const short = await outbound.fetch(`${base}/token`, { ...form, maxBytes: 4 });
    expect(await read(short.body)).toBe('here');
  });
});
