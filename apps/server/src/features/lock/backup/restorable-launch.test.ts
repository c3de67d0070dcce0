import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { z } from 'zod';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { isRestorable as isRevisionRestorable } from './restorable-launch.ts';

const launch = {
  driver: 'process',
  installDir: 'servers/@acme+db/1.0.0-abcdef',
  entry: 'node_modules/@acme/db/main.js',
  args: [],
  env: {},
  network: { mode: 'off' },
  limits: { memoryMb: 256, cpus: 1, pids: 64 },
  mounts: [],
};
const remote = {
  driver: 'remote',
  transport: 'streamable-http',
  url: 'https://mcp.example.com/mcp',
  headers: {},
  allowPrivateNetwork: false,
};

const isRestorable = (given: object, dataDir: string, more: object = {}) =>
  isRevisionRestorable(
    {
      revision: 1,
      reason: 'installed',
      version: '1.0.0',
      entry: null,
      settings: {},
      package: null,
      launch: z.record(z.string(), z.json()).parse(given),
      idleMs: 0,
      startTimeoutMs: 1000,
      contract: [],
      note: null,
      createdAt: '2030-01-01T00:00:00Z',
      ...more,
    },
    dataDir,
  );

describe('a launch of a backup', () => {
  let folder = '';
  let dataDir = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'plugboard-restorable-'));
    dataDir = join(folder, 'data');
    await mkdir(dataDir);
    await mkdir(join(folder, 'docs'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('is restored when it is one of ours', async () => {
    expect(await isRestorable(launch, dataDir)).toBe(true);
    expect(await isRestorable(remote, dataDir)).toBe(true);
    const mounts = [{ path: join(folder, 'docs'), writable: false }];
    expect(await isRestorable({ ...launch, mounts }, dataDir)).toBe(true);
  });

  it.each([
    { installDir: '../elsewhere' },
    { installDir: 'servers/../../etc' },
    { installDir: 'servers' },
    { installDir: '/etc' },
    { installDir: 'servers/.staging/x' },
    { installDir: 'servers/a/../b' },
    { installDir: 'run/a/b' },
    { entry: '/bin/sh' },
    { entry: 'node_modules/../../../../bin/sh' },
    { driver: 'shell' },
    { mounts: [{ path: '/nowhere/at/all', writable: false }] },
  ])('is not when it says %j', async (change) => {
    expect(await isRestorable({ ...launch, ...change }, dataDir)).toBe(false);
  });

  it('is not beside an entry or a package that is none', async () => {
    expect(await isRestorable(launch, dataDir, { entry: '{"name":"x"}' })).toBe(false);
    expect(await isRestorable(launch, dataDir, { package: { type: 'other' } })).toBe(false);
  });

  it('is not when it shows the data directory, or calls inside without leave', async () => {
    const mounts = [{ path: folder, writable: true }];
    expect(await isRestorable({ ...launch, mounts }, dataDir)).toBe(false);
    expect(await isRestorable({ ...remote, url: 'http://127.0.0.1/mcp' }, dataDir)).toBe(false);
  });
});
