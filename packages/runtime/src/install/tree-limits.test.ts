import { mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { createInstaller } from './installer.ts';
import type { PlannedPackage } from './messages.ts';
import { startRegistry, type TestRegistry } from './testing/registry.ts';
import { refuseTooLarge, watchSize } from './tree-limits.ts';

const gigabyte = 1024 ** 3;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plugboard-limits-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function packages(count: number, bytes: number | undefined): PlannedPackage[] {
  return Array.from({ length: count }, (_, at) => ({
    name: `package-${at}`,
    version: '1.0.0',
    integrity: undefined,
    bytes,
    license: undefined,
    deprecated: undefined,
    hasScripts: false,
    nodeEngine: undefined,
    optional: false,
  }));
}

const tooLarge = { failure: { kind: 'too_large' } };

describe('what a tree says of its size', () => {
  it('is refused beyond 2,500 packages and 2 GB', () => {
    expect(() => refuseTooLarge(packages(2_500, undefined))).not.toThrow();
    expect(thrown(() => refuseTooLarge(packages(2_501, undefined)))).toMatchObject(tooLarge);
    expect(() => refuseTooLarge(packages(2, gigabyte))).not.toThrow();
    expect(thrown(() => refuseTooLarge(packages(2, gigabyte + 1)))).toMatchObject(tooLarge);
  });
});

describe('a folder that is filled', () => {
  const sparse = async (bytes: number): Promise<void> => {
    await writeFile(join(folder, 'file'), '');
    await truncate(join(folder, 'file'), bytes);
  };

  it('ends what fills it once it holds too much', async () => {
    await using size = watchSize(folder);
    const filling = size.orTooLarge(new Promise(() => {}));
    await sparse(2 * gigabyte + 1);
    await expect(filling).rejects.toMatchObject(tooLarge);
  });

  it('is measured also when all is done, and may hold as much as is allowed', async () => {
    await using size = watchSize(folder);
    await sparse(2 * gigabyte);
    expect(await size.orTooLarge(Promise.resolve('done'))).toBe('done');
    await sparse(2 * gigabyte + 1);
    await expect(size.orTooLarge(Promise.resolve('done'))).rejects.toMatchObject(tooLarge);
  });
});

describe('installing what is too large', () => {
  let registry: TestRegistry;
  beforeEach(async () => {
    registry = await startRegistry();
    vi.stubEnv('npm_config_registry', registry.url);
    vi.stubEnv('NPM_CONFIG_REGISTRY', registry.url);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await registry[Symbol.asyncDispose]();
  });

  it('is refused before anything is fetched', async () => {
    await registry.publish({ name: 'huge', version: '1.0.0', unpackedSize: 3 * gigabyte });
    await registry.publish({
      name: 'server',
      version: '1.0.0',
      manifest: { bin: './server.js', dependencies: { huge: '1.0.0' } },
      files: { 'server.js': '' },
    });
    const installer = createInstaller({ dataDir: folder });
    const { signal } = new AbortController();
    const request = { spec: 'server', command: undefined, signal, onProgress: () => {} };
    const refusal = { code: 'install_failed', message: expect.stringMatching(/too large.*2 GB/) };
    await expect(installer.plan(request)).rejects.toMatchObject(refusal);
    await expect(installer.install({ ...request, approveScripts: false })).rejects.toMatchObject(
      refusal,
    );
    expect(registry.fetched).toEqual([]);
    expect(await readdir(join(folder, 'servers', '.staging'))).toEqual([]);
    expect(await readdir(join(folder, 'servers'))).toEqual(['.staging']);
  });
});

function thrown(act: () => void): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}
