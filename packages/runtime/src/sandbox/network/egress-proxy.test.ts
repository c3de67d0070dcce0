import { once } from 'node:events';
import { createServer as createHttpServer, request } from 'node:http';
import type { Server as HttpServer } from 'node:http';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { parseAllowList } from './allow-list.ts';
import { createEgressProxy } from './egress-proxy.ts';
import type { Destination } from './egress-proxy.ts';

let upstream: HttpServer;
let upstreamPort: number;
let listener: Server;
let proxyPort: number;
const refused: Destination[] = [];
const seen: { headers: object; url: string | undefined; body: string }[] = [];

beforeAll(async () => {
  upstream = createHttpServer((incoming, outgoing) => {
    let body = '';
    incoming.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    incoming.on('end', () => {
      seen.push({ headers: incoming.headers, url: incoming.url, body });
      outgoing.end('from upstream');
    });
  });
  upstreamPort = await listen(upstream);
  const names: Record<string, string[]> = {
    'rebound.example': ['127.0.0.1'],
    'metadata.example': ['169.254.169.254'],
    'inner.example': ['10.0.0.1', '::1', 'fd00::1', '::ffff:192.168.0.1', '64:ff9b::10.0.0.1'],
  };
  const proxy = createEgressProxy({
    allowList: parseAllowList([`127.0.0.1:${upstreamPort}`, '*.example', '*.example:1']),
    onRefused: (destination) => refused.push(destination),
    lookup: async (host) => (names[host] ?? []).map((address) => ({ address })),
  });
  listener = createServer((socket) => proxy.accept(socket));
  proxyPort = await listen(listener);
});

afterAll(() => {
  listener.close();
  upstream.close();
  upstream.closeAllConnections();
});

describe('the proxy of a sandbox', () => {
  it('relays a plain request with the host that was checked and no headers of one hop', async () => {
    const answer = await ask(`http://127.0.0.1:${upstreamPort}/path?query`, {
      method: 'POST',
      headers: {
        host: 'internal.example',
        'proxy-authorization': 'Basic c2VjcmV0',
        connection: 'x-private, keep-alive',
        'x-private': 'hop',
        'x-public': 'end',
      },
      body: 'hello',
    });
    expect(answer).toEqual({ status: 200, body: 'from upstream' });
    expect(seen.at(-1)).toEqual({
      url: '/path?query',
      body: 'hello',
      headers: expect.objectContaining({ host: `127.0.0.1:${upstreamPort}`, 'x-public': 'end' }),
    });
    expect(seen.at(-1)?.headers).not.toHaveProperty('proxy-authorization');
    expect(seen.at(-1)?.headers).not.toHaveProperty('x-private');
  });

  it('tunnels to what is listed', async () => {
    const socket = connect(proxyPort, '127.0.0.1');
    socket.write(`CONNECT 127.0.0.1:${upstreamPort} HTTP/1.1\r\nhost: x\r\n\r\n`);
    const [head] = await once(socket, 'data');
    expect(String(head)).toMatch(/^HTTP\/1\.1 200 /);
    socket.write('GET /tunnelled HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toContain('from upstream');
    socket.destroy();
  });

  it.each([
    ['an unlisted host', 'http://other.test/', 'other.test', 80],
    ['an unlisted port', 'http://127.0.0.1:1/', '127.0.0.1', 1],
    ['a name that resolves to this machine', 'http://rebound.example/', 'rebound.example', 80],
    [
      'a name that resolves to a metadata service',
      'http://metadata.example/',
      'metadata.example',
      80,
    ],
    ['a name that resolves to private networks', 'http://inner.example:1/', 'inner.example', 1],
    ['a number that means an address', 'http://2130706433/', '127.0.0.1', 80],
  ])('refuses %s and tells', async (_what, url, host, port) => {
    expect(await ask(url)).toMatchObject({ status: 403 });
    expect(refused.at(-1)).toEqual({ host, port });
    const { hostname } = new URL(url);
    expect(await tunnelStatus(`${hostname}:${port}`)).toBe(403);
    expect(refused.at(-1)).toEqual({ host, port });
  });

  it('answers what is not for a proxy', async () => {
    expect(await ask('/relative')).toMatchObject({ status: 400 });
    expect(await tunnelStatus('no-port')).toBe(400);
  });
});

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address: AddressInfo | string | null = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function ask(
  url: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<{ status: number | undefined; body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{
    status: number | undefined;
    body: string;
  }>();
  const { method = 'GET', headers = {}, body: sent } = options;
  request({ host: '127.0.0.1', port: proxyPort, path: url, method, headers, agent: false })
    .on('response', (incoming) => {
      let body = '';
      incoming.on('data', (chunk: Buffer) => {
        body += chunk.toString();
      });
      incoming.on('end', () => resolve({ status: incoming.statusCode, body }));
    })
    .on('error', reject)
    .end(sent);
  return promise;
}

async function tunnelStatus(authority: string): Promise<number> {
  const socket = connect(proxyPort, '127.0.0.1');
  socket.write(`CONNECT ${authority} HTTP/1.1\r\nhost: x\r\n\r\n`);
  const [head] = await once(socket, 'data');
  socket.destroy();
  return Number(String(head).split(' ')[1]);
}
