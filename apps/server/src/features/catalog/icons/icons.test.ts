import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { openOutboundFetch } from '@plugboard/runtime';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { createIcons, type Icons } from './icons.ts';

const png = Buffer.from('\x89PNG\r\n\x1a\nrest', 'latin1');
const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';

/** What a host sends, by path, whatever it calls it. */
const files: Readonly<Record<string, string | Buffer>> = {
  '/png': png,
  '/jpeg': Buffer.from('\xff\xd8\xff\xe0', 'latin1'),
  '/gif': 'GIF89a…',
  '/webp': 'RIFF0000WEBPVP8 ',
  '/svg': svg,
  '/declared': `\ufeff<?xml version="1.0"?>\n<!-- by hand -->\n<!DOCTYPE svg PUBLIC "x">\n${svg}`,
  '/html': '<!doctype html><svg></svg>',
  '/html-in-svg-clothes': `<!--<svg>--><html><svg></svg></html>`,
  '/entities': '<!DOCTYPE svg [<!ENTITY x "y">]><svg>&x;</svg>',
  '/svgish': '<svgx></svgx>',
  '/script': 'alert(1)',
  '/empty': '',
  '/large': Buffer.concat([png, Buffer.alloc(256 * 1024)]),
};

let host: Server;
let base = '';
let icons: Icons;
let now = 1_000_000;
const seen: string[] = [];
let held: Promise<void> | undefined;

beforeAll(async () => {
  host = createServer((request, response) => {
    void (async () => {
      const path = request.url ?? '';
      seen.push(path);
      await held;
      if (path === '/moved') response.writeHead(302, { location: '/png' }).end();
      else if (path === '/inward') {
        response.writeHead(302, { location: 'http://169.254.169.254/latest' }).end();
      } else if (path.startsWith('/failing')) response.writeHead(500).end(png);
      else response.writeHead(200, { 'content-type': 'image/png' }).end(files[path.split('?')[0]!]);
    })();
  });
  host.listen(0, '127.0.0.1');
  await once(host, 'listening');
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TCP server that listens has one
  base = `http://127.0.0.1:${(host.address() as AddressInfo).port}`;
  icons = createIcons({ clock: () => now, open: () => openOutboundFetch(true) });
});
beforeEach(() => {
  seen.length = 0;
  now += 48 * 60 * 60_000;
});
afterAll(async () => {
  await icons[Symbol.asyncDispose]();
  host.closeAllConnections();
  host.close();
});

describe('icons', () => {
  it.each([
    ['/png', 'image/png'],
    ['/jpeg', 'image/jpeg'],
    ['/gif', 'image/gif'],
    ['/webp', 'image/webp'],
    ['/svg', 'image/svg+xml'],
    ['/declared', 'image/svg+xml'],
    ['/moved', 'image/png'],
  ])('are what their first bytes say: %s', async (path, type) => {
    expect(await icons.load(base + path)).toMatchObject({ type, bytes: expect.any(Buffer) });
  });

  it.each([
    '/html',
    '/html-in-svg-clothes',
    '/entities',
    '/svgish',
    '/script',
    '/empty',
    '/large',
    '/failing',
    '/inward',
    '/absent',
  ])('are nothing else: %s', async (path) => {
    expect(await icons.load(base + path)).toBeUndefined();
  });

  it('are fetched once in a day, and once for all who ask at the same time', async () => {
    const gate = Promise.withResolvers<void>();
    held = gate.promise;
    const all = [1, 2, 3].map(() => icons.load(`${base}/png`));
    gate.resolve();
    held = undefined;
    expect((await Promise.all(all)).map((image) => image?.type)).toEqual(
      Array.from({ length: 3 }, () => 'image/png'),
    );
    await icons.load(`${base}/png`);
    expect(seen).toEqual(['/png']);
    now += 25 * 60 * 60_000;
    await icons.load(`${base}/png`);
    expect(seen).toEqual(['/png', '/png']);
  });

  it('that failed are left alone for some minutes', async () => {
    await icons.load(`${base}/failing`);
    await icons.load(`${base}/failing`);
    expect(seen).toEqual(['/failing']);
    now += 6 * 60_000;
    await icons.load(`${base}/failing`);
    expect(seen).toEqual(['/failing', '/failing']);
  });

  it('are fetched by https and from public addresses alone', async () => {
    await using outside = createIcons({ clock: () => now });
    const https = base.replace('http:', 'https:');
    const inside = ['https://169.254.169.254/icon', 'https://[::1]/icon', 'https://localhost/icon'];
    for (const url of [`${base}/png`, `${https}/png`, ...inside, 'file:///etc/passwd', 'no url']) {
      expect(await outside.load(url), url).toBeUndefined();
    }
    expect(seen).toEqual([]);
  });
});
