import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { fetchBundle } from './fetch-bundle.ts';

const bytes = Buffer.from('a bundle, for all this knows');
const sha256 = createHash('sha256').update(bytes).digest('hex');

let server: Server;
let base: string;
let folder: string;
let listener: RequestListener;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fetch-'));
  listener = (_, response) => void response.end(bytes);
  server = createServer((request, response) => listener(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

function get(url: string, wanted = sha256, allowPrivateNetwork = true) {
  const { signal } = new AbortController();
  const target = join(folder, 'x.part');
  return fetchBundle({ url, sha256: wanted, target, signal, outbound: { allowPrivateNetwork } });
}

describe('fetchBundle', () => {
  it('fetches what has the digest, over redirects', async () => {
    listener = ({ url }, response) => {
      if (url === '/moved') response.writeHead(302, { location: '/file' }).end();
      else response.end(bytes);
    };
    await get(`${base}/moved`);
    expect(await readFile(join(folder, 'x.part'))).toEqual(bytes);
  });

  it('keeps nothing of what has another digest, or is not there', async () => {
    await expect(get(base, 'b'.repeat(64))).rejects.toMatchObject({ code: 'install_failed' });
    listener = (_, response) => void response.writeHead(404).end();
    await expect(get(base)).rejects.toThrow(/status 404/);
    listener = (_, response) => void response.writeHead(302, { location: '/' }).end();
    await expect(get(base)).rejects.toThrow(/too many redirects/);
    listener = ({ socket }) => void socket.destroy();
    await expect(get(base)).rejects.toMatchObject({ code: 'install_failed' });
    expect(await readdir(folder)).toEqual([]);
  });

  it('reaches no private address, and nothing but https', async () => {
    await expect(get(base, sha256, false)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(get('https://127.0.0.1:1/x', sha256, false)).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(get('https://169.254.169.254/x')).rejects.toMatchObject({ code: 'forbidden' });
    await expect(get('file:///etc/passwd')).rejects.toMatchObject({ code: 'install_failed' });
    expect(await readdir(folder)).toEqual([]);
  });
});
