import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { expect, it } from 'vitest';

import { installTree } from './install-tree.ts';

const run = promisify(execFile);

it('takes away what would run a package’s files as another user', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'plugboard-install-'));
  await using _ = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
  const tarball = await packWithSetuid(folder);
  const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
  await using registry = await serve(tarball, integrity);
  const staging = join(folder, 'staging');
  await mkdir(staging, { mode: 0o755 });

  await installTree(
    staging,
    {
      name: 'privileged',
      version: '1.0.0',
      integrity,
      binary: 'tool',
      nodeEngine: undefined,
      suitsNode: true,
      deprecated: undefined,
    },
    { registry: registry.url, cache: join(folder, 'cache'), ignoreScripts: true, audit: false },
    () => {},
  );

  const { mode } = await lstat(join(staging, 'node_modules/privileged/tool'));
  expect((mode & 0o7777).toString(8)).toBe('755');
  expect(((await lstat(staging)).mode & 0o777).toString(8)).toBe('755');
});

async function packWithSetuid(folder: string): Promise<Buffer> {
  const source = join(folder, 'package');
  await mkdir(source);
  await writeFile(
    join(source, 'package.json'),
    JSON.stringify({ name: 'privileged', version: '1.0.0', bin: { privileged: 'tool' } }),
  );
  await writeFile(join(source, 'tool'), '#!/usr/bin/env node\n');
  await chmod(join(source, 'tool'), 0o6755);
  await run('tar', ['czf', join(folder, 'package.tgz'), '-C', folder, 'package']);
  return readFile(join(folder, 'package.tgz'));
}

async function serve(
  tarball: Buffer,
  integrity: string,
): Promise<AsyncDisposable & { url: string }> {
  let url = '';
  const server = createServer((request, response) => {
    if (request.url?.endsWith('.tgz')) {
      response.end(tarball);
      return;
    }
    const dist = { tarball: `${url}privileged/-/privileged-1.0.0.tgz`, integrity };
    const version = { name: 'privileged', version: '1.0.0', bin: { privileged: 'tool' }, dist };
    const packument = {
      name: 'privileged',
      'dist-tags': { latest: '1.0.0' },
      versions: { '1.0.0': version },
    };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(packument));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('listens on no port');
  url = `http://127.0.0.1:${address.port}/`;
  return {
    url,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
