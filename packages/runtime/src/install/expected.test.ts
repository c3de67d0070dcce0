import { createHash } from 'node:crypto';
import { mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { createInstaller, type ExpectedPackage, type Installer } from './installer.ts';
import { npmOwnRegistry } from './registry-options.ts';
import { startRegistry, type TestRegistry } from './testing/registry.ts';

interface Packument {
  readonly versions: {
    readonly '1.0.0': { readonly dist: { integrity: string; tarball: string } };
  };
}

let dataDir: string;
let registry: TestRegistry;
let installer: Installer;
let integrity: string;
let sha256: string;

beforeEach(async () => {
  dataDir = await realpath(await mkdtemp(join(tmpdir(), 'plugboard-expected-')));
  registry = await startRegistry();
  vi.stubEnv('npm_config_registry', registry.url);
  vi.stubEnv('NPM_CONFIG_REGISTRY', registry.url);
  installer = createInstaller({ dataDir });
  await registry.publish({
    name: 'server',
    version: '1.0.0',
    manifest: { bin: './server.js' },
    files: { 'server.js': '' },
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as the registry above has it
  const packument = (await (await fetch(`${registry.url}/server`)).json()) as Packument;
  const { dist } = packument.versions['1.0.0'];
  integrity = dist.integrity;
  const tarball = Buffer.from(await (await fetch(dist.tarball)).arrayBuffer());
  sha256 = createHash('sha256').update(tarball).digest('hex');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await registry[Symbol.asyncDispose]();
  await rm(dataDir, { recursive: true, force: true });
});

function request(expected: ExpectedPackage) {
  const { signal } = new AbortController();
  return { spec: 'server@1.0.0', command: undefined, expected, signal, onProgress: () => {} };
}

const install = (expected: ExpectedPackage) =>
  installer.install({ ...request(expected), approveScripts: false });

const other = { integrity: `sha512-${'A'.repeat(86)}==`, sha256: 'a'.repeat(64) };

describe('a package that is known beforehand', () => {
  it('is installed when it is the one expected', async () => {
    const expected = { integrity, sha256: sha256.toUpperCase(), registryBaseUrl: registry.url };
    expect((await installer.plan(request(expected))).differs).toBeUndefined();
    expect(await install(expected)).toMatchObject({ version: '1.0.0', integrity });
  });

  it.each([
    ['integrity', { integrity: other.integrity }, /integrity differs/],
    ['sha256', { sha256: other.sha256 }, /SHA-256 differs/],
  ] as const)(
    'is refused with another %s, and nothing is left',
    async (what, expected, message) => {
      await expect(install(expected)).rejects.toMatchObject({
        code: 'install_failed',
        message: expect.stringMatching(message),
      });
      expect(await installed()).toEqual([]);
      expect(await installer.plan(request(expected))).toMatchObject({ differs: what });
      expect(await installed()).toEqual([]);
    },
  );

  it('is refused also when it lies installed', async () => {
    await install({});
    await expect(install({ integrity: other.integrity })).rejects.toThrow(/integrity differs/);
    await expect(install({ sha256: other.sha256 })).rejects.toThrow(/SHA-256 differs/);
    expect(await installed()).toEqual(['server']);
  });

  it('is refused when it was published anew, which a plan tells', async () => {
    await install({});
    await registry.publish({
      name: 'server',
      version: '1.0.0',
      manifest: { bin: './server.js' },
      files: { 'server.js': '// other' },
    });
    expect(await installer.plan(request({}))).toMatchObject({ differs: 'installed' });
    expect(await installer.plan(request({ integrity }))).toMatchObject({ differs: 'integrity' });
  });

  it.each([
    'http://127.0.0.1:1',
    'https://registry.example.com/npm/',
    'https://user:hunter2@registry.example.com',
    'file:///etc',
    'not a url',
  ])('is not fetched when it is to come from %s', async (registryBaseUrl) => {
    const refusal = await install({ registryBaseUrl }).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'install_failed' });
    expect(String(refusal)).toMatch(/does not use. Nothing was fetched/);
    expect(String(refusal)).not.toContain('hunter2');
    expect(await installed()).toEqual([]);
    await expect(installer.plan(request({ registryBaseUrl }))).rejects.toThrow(/does not use/);
  });

  it('may name npm’s own registry where a mirror stands for it', async () => {
    const expected = { registryBaseUrl: npmOwnRegistry };
    expect(await install(expected)).toMatchObject({ integrity });
  });
});

async function installed(): Promise<string[]> {
  const names = await readdir(join(dataDir, 'servers'));
  expect(await readdir(join(dataDir, 'servers', '.staging'))).toEqual([]);
  return names.filter((name) => name !== '.staging');
}
