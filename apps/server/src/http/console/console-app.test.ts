import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';

import { Hono } from 'hono';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createConsole } from './console-app.ts';

const page = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
const script = 'export const answer = 42;\n'.repeat(50);

let folder = '';
let dist = '';
let app: Hono;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plugboard-serving-'));
  dist = join(folder, 'dist');
  await writeFile(join(folder, 'secret.txt'), 'outside');
  await build(dist, 'first');
  app = new Hono();
  const serve = createConsole(dist);
  app.notFound(async (c) => (await serve(c)) ?? c.json({ code: 'not_found' }, 404));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function build(at: string, name: string): Promise<void> {
  await mkdir(join(at, 'assets'), { recursive: true });
  await writeFile(join(at, 'index.html'), `<!doctype html><title>${name}</title>`);
  await writeFile(join(at, '.built'), 'hash');
  await writeFile(join(at, 'icon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  await writeFile(join(at, `assets/${name}.js`), script);
  await writeFile(join(at, `assets/${name}.js.br`), brotliCompressSync(script));
  await writeFile(join(at, `assets/${name}.js.gz`), gzipSync(script));
}

const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  app.request(`http://127.0.0.1${path}`, { method, headers });

describe('the console’s page', () => {
  it.each(['/', '/agents/x', '/servers/io.github.acme%2Fmail', '/account-of-nobody'])(
    'is what a person sees at %s',
    async (path) => {
      const response = await get(path, page);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(response.headers.get('cache-control')).toBe('no-cache');
      expect(await response.text()).toContain('<title>first</title>');
    },
  );

  it('may load and run its own files alone', async () => {
    const { headers } = await get('/', page);
    const policy = (headers.get('content-security-policy') ?? '').split('; ');
    expect(policy).toEqual([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' data:",
      "font-src 'self'",
      "connect-src 'self'",
      "frame-src 'self'",
      "form-action 'self'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
    ]);
  });

  it('is not sent again to who has it', async () => {
    const etag = (await get('/', page)).headers.get('etag') ?? '';
    expect(etag).toMatch(/^W\/"[\w-]+"$/);
    for (const known of [etag, etag.slice(2), `"other", ${etag}`, '*']) {
      const again = await get('/agents', { ...page, 'if-none-match': known });
      expect([again.status, await again.text()]).toEqual([304, '']);
      expect(again.headers.get('etag')).toBe(etag);
    }
    expect((await get('/', { ...page, 'if-none-match': '"other"' })).status).toBe(200);
  });

  it.each([
    ['a program', '/agents', { accept: 'application/json' }, 'GET'],
    ['a program that takes anything', '/', { accept: '*/*' }, 'GET'],
    ['who says nothing', '/', {}, 'GET'],
    ['a form', '/agents', page, 'POST'],
    ['a path of the API', '/api/v1/nothing', page, 'GET'],
    ['a path of agents', '/mcp/starter', page, 'GET'],
    ['a path of OAuth', '/oauth/nothing', page, 'GET'],
    ['a file that is not there', '/assets/gone.js', page, 'GET'],
    ['metadata', '/.well-known/nothing', page, 'GET'],
  ])('is not for %s', async (_, path, headers, method) => {
    const response = await get(path, headers, method);
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({ code: 'not_found' });
  });

  it('is told to be on its way while there is none', async () => {
    await rename(dist, join(folder, 'away'));
    const response = await get('/agents', page);
    expect(response.status).toBe(503);
    expect(response.headers.get('refresh')).toBe('2');
    expect(await response.text()).toContain('being built');
    await rename(join(folder, 'away'), dist);
    expect((await get('/agents', page)).status).toBe(200);
  });
});

describe('the console’s files', () => {
  it.each([
    ['br, gzip', 'br'],
    ['gzip, deflate, br', 'br'],
    ['gzip', 'gzip'],
    ['br;q=0, gzip;q=0.5', 'gzip'],
    ['identity', null],
    ['', null],
  ])('are packed for %j as %j', async (accepted, packing) => {
    const response = await get('/assets/first.js', { 'accept-encoding': accepted });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-encoding')).toBe(packing);
    expect(response.headers.get('vary')).toBe('accept-encoding');
    expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    const body = Buffer.from(await response.arrayBuffer());
    expect(response.headers.get('content-length')).toBe(String(body.length));
    if (packing === null) expect(body.toString()).toBe(script);
    else expect(body.length).toBeLessThan(script.length);
  });

  it('are asked for again where their names stay', async () => {
    const { headers } = await get('/icon.svg');
    expect(headers.get('cache-control')).toBe('no-cache');
    expect(headers.get('content-type')).toBe('image/svg+xml');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it('stay for pages of the build before, when another is put in its place', async () => {
    expect((await get('/assets/first.js')).status).toBe(200);
    await build(join(folder, 'next'), 'second');
    await rename(dist, join(folder, 'old'));
    await rename(join(folder, 'next'), dist);
    expect(await (await get('/', page)).text()).toContain('second');
    expect((await get('/assets/second.js')).status).toBe(200);
    expect((await get('/assets/first.js')).status).toBe(200);
  });

  it('are found when only they are asked for after another build', async () => {
    expect((await get('/', page)).status).toBe(200);
    await build(join(folder, 'next'), 'second');
    await rename(dist, join(folder, 'old'));
    await rename(join(folder, 'next'), dist);
    expect((await get('/assets/second.js')).status).toBe(200);
  });

  it.each([
    '/assets/../../secret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/assets/%2e%2e/%2e%2e/secret.txt',
    '/assets/..%5c..%5csecret.txt',
    '//secret.txt',
    '/assets//first.js',
    '/assets/first.js%00.svg',
    '/assets/link.txt',
    '/linked/secret.txt',
    '/.built',
    '/assets/',
    '/assets',
    '/assets/first.js.br',
    '/index.html',
    '/assets/__proto__',
    '/assets/%zz',
  ])('are nothing else that a path may lead to: %s', async (path) => {
    await symlink(join(folder, 'secret.txt'), join(dist, 'assets/link.txt'));
    await symlink(folder, join(dist, 'linked'));
    const response = await get(path);
    expect(response.status).toBe(404);
    expect(await response.text()).not.toContain('outside');
  });
});
