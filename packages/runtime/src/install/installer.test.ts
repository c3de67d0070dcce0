import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, realpath, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { probeSandbox } from '../sandbox/probe.ts';
import type { SandboxReport } from '../sandbox/probe.ts';
import { createInstaller } from './installer.ts';
import type { Installer } from './installer.ts';
import { startRegistry } from './testing/registry.ts';
import type { TestRegistry } from './testing/registry.ts';

const bin = { bin: './server.js' };
const files = { 'server.js': 'console.log("hello")' };

let root: string;
let dataDir: string;
let registry: TestRegistry;
let sandbox: SandboxReport;
let installer: Installer;

beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'plugboard-install-')));
});
afterAll(() => rm(root, { recursive: true, force: true }));

beforeEach(async () => {
  dataDir = await mkdtemp(join(root, 'data-'));
  registry = await startRegistry();
  vi.stubEnv('npm_config_registry', registry.url);
  vi.stubEnv('NPM_CONFIG_REGISTRY', registry.url);
  sandbox = await probeSandbox(dataDir);
  installer = createInstaller({ dataDir, sandbox });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await registry[Symbol.asyncDispose]();
});

describe('installing a package', () => {
  it('puts an exact version with what it needs into a folder of its own', async () => {
    await registry.publish({ name: 'helper', version: '2.1.0' });
    await registry.publish({
      name: '@scope/server',
      version: '1.2.3',
      manifest: { ...bin, dependencies: { helper: '^2.0.0' }, engines: { node: '>=20' } },
      files,
    });
    const installed = await install('@scope/server@^1.0.0');
    expect(installed).toEqual({
      name: '@scope/server',
      version: '1.2.3',
      integrity: expect.stringMatching(/^sha512-/),
      installDir: expect.stringMatching(/\/servers\/@scope\+server\/1\.2\.3-[0-9a-f]{12}$/),
      entry: 'node_modules/@scope/server/server.js',
      packages: 2,
      bytes: expect.any(Number),
      scriptsSkipped: [],
      nodeEngine: '>=20',
    });
    const lock = await readFile(join(installed.installDir, 'package-lock.json'), 'utf8');
    expect(JSON.parse(lock).packages['node_modules/helper']).toMatchObject({ version: '2.1.0' });
    // A server runs as another user, whatever the modes in the tarball.
    const { mode } = await stat(join(installed.installDir, installed.entry));
    expect(mode & 0o044).toBe(0o044);
    expect(await leftovers()).toEqual([]);
  });

  it('finds what is installed, and agrees with itself when asked twice at once', async () => {
    await registry.publish({ name: 'server', version: '1.0.0', manifest: bin, files });
    const [first, second] = await Promise.all([install('server@1.0.0'), install('server@stable')]);
    expect(second.installDir).toBe(first.installDir);
    await registry.publish({ name: 'server', version: '1.1.0', manifest: bin, files });
    expect(await install('server@1.0.0')).toMatchObject({ installDir: first.installDir });
    expect(await leftovers()).toEqual([]);
  });

  it('is planned without installing', async () => {
    await registry.publish({ name: 'scripted', version: '1.0.0', manifest: scripted('true') });
    await registry.publish({
      name: 'server',
      version: '1.0.0',
      manifest: {
        ...bin,
        dependencies: { scripted: '1.0.0' },
        license: 'MIT',
        deprecated: 'use another',
        engines: { node: '>=90' },
      },
      files,
    });
    const integrity = expect.stringMatching(/^sha512-/);
    expect(await installer.plan(request('server'))).toMatchObject({
      name: 'server',
      version: '1.0.0',
      integrity,
      packages: [
        {
          name: 'server',
          version: '1.0.0',
          integrity,
          license: 'MIT',
          deprecated: 'use another',
          hasScripts: false,
        },
        { name: 'scripted', version: '1.0.0', integrity, hasScripts: true },
      ],
      scripts: ['scripted'],
      entry: 'node_modules/server/server.js',
      present: false,
      nodeEngine: '>=90',
      suitsNode: false,
    });
    expect(await readdir(join(dataDir, 'servers'))).toEqual(['.staging']);
    expect(await leftovers()).toEqual([]);
  });

  it('refuses a tarball that is not what the registry announced', async () => {
    await registry.publish({ name: 'server', version: '1.0.0', manifest: bin, files });
    registry.tamper('server', '1.0.0');
    await expect(install('server')).rejects.toMatchObject({
      code: 'install_failed',
      message: expect.stringContaining('integrity'),
    });
    expect(await leftovers()).toEqual([]);
  });

  it('refuses a version that changed since it was installed', async () => {
    await registry.publish({ name: 'server', version: '1.0.0', manifest: bin, files });
    await install('server@1.0.0');
    await registry.publish({
      name: 'server',
      version: '1.0.0',
      manifest: bin,
      files: { 'server.js': 'console.log("evil")' },
    });
    await expect(install('server@1.0.0')).rejects.toMatchObject({
      code: 'install_failed',
      message: expect.stringContaining('must not change'),
    });
  });

  it('leaves nothing when it is given up', async () => {
    await registry.publish({ name: 'server', version: '1.0.0', manifest: bin, files });
    registry.delay = new Promise(() => undefined);
    const giveUp = new AbortController();
    const installing = installer.install({
      ...request('server'),
      approveScripts: false,
      signal: giveUp.signal,
      onProgress: ({ step }) => {
        if (step === 'fetch') giveUp.abort();
      },
    });
    await expect(installing).rejects.toMatchObject({ code: 'cancelled' });
    expect(await leftovers()).toEqual([]);
  });
});

describe('what cannot be installed', () => {
  it.each([
    '../folder',
    'file:../folder',
    'https://example.com/server.tgz',
    'git+https://example.com/server.git',
    'owner/repository',
    'alias@npm:server',
    'sp ace',
    '.hidden',
    '',
  ])('is refused as a spec: %j', async (spec) => {
    await expect(install(spec)).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('is named together with the cure', async () => {
    await registry.publish({ name: 'library', version: '1.0.0' });
    await registry.publish({ name: 'server', version: '1.0.0', manifest: bin, files });
    await registry.publish({
      name: 'many',
      version: '1.0.0',
      manifest: { bin: { a: 'a.js', b: 'b.js' } },
      files: { 'a.js': '', 'b.js': '' },
    });
    await registry.publish({
      name: 'modern',
      version: '1.0.0',
      manifest: { ...bin, engines: { node: '>=99' } },
      files,
    });
    await registry.publish({
      name: 'lost',
      version: '1.0.0',
      manifest: { ...bin, dependencies: { nowhere: '1.0.0' } },
      files,
    });
    await registry.publish({
      name: 'foreign',
      version: '1.0.0',
      manifest: { ...bin, dependencies: { thing: 'git+https://127.0.0.1:1/thing.git' } },
      files,
    });
    await registry.publish({ name: 'hollow', version: '1.0.0', manifest: bin });
    const failures = [
      ['nothing', /no package "nothing"/],
      ['server@9.9.9', /no version .*Latest is 1\.0\.0/],
      ['library', /library and not a server/],
      ['many', /several commands.*a, b/],
      ['modern', /needs Node >=99.*v?\d+\.\d+\.\d+/],
      ['lost', /depends on a package that is not in the registry/],
      ['foreign', /outside the registry/],
      ['hollow', /no command|library/],
    ] as const;
    for (const [spec, message] of failures) {
      await expect(install(spec), spec).rejects.toMatchObject({
        code: 'install_failed',
        message: expect.stringMatching(message),
      });
    }
    expect(
      await installer.install({ ...request('many'), command: 'b', approveScripts: false }),
    ).toMatchObject({
      entry: 'node_modules/many/b.js',
    });
    expect(await leftovers()).toEqual([]);
  }, 60_000);

  it('tells what is installed when the registry is out of reach', async () => {
    await registry.publish({ name: 'server', version: '1.0.0', manifest: bin, files });
    await install('server@1.0.0');
    await registry.close();
    await expect(install('server@2.0.0')).rejects.toMatchObject({
      code: 'install_failed',
      message: expect.stringMatching(/cannot be reached.*Installed here: 1\.0\.0/),
    });
    // All that an exact version needs lies in the cache.
    await expect(install('server@1.0.0')).resolves.toMatchObject({ version: '1.0.0' });
  }, 60_000);
});

describe('install scripts', () => {
  const attempt = `
    const fs = require('node:fs');
    const outcome = {};
    const attempt = (name, act) => { try { act(); outcome[name] = 'done'; } catch (error) { outcome[name] = error.code; } };
    attempt('own', () => fs.writeFileSync('built.txt', 'x'));
    attempt('installFolder', () => fs.writeFileSync('../../more.txt', 'x'));
    attempt('dataDir', () => fs.readdirSync(process.env.INIT_CWD + '/../../../sandbox'));
    attempt('shadow', () => fs.readFileSync('/etc/shadow'));
    fs.writeFileSync('outcome.json', JSON.stringify({ ...outcome, environment: Object.keys(process.env) }));`;

  beforeEach(async () => {
    await registry.publish({
      name: 'server',
      version: '1.0.0',
      manifest: { ...bin, ...scripted('node build.js') },
      files: { ...files, 'build.js': attempt },
    });
  });

  it('do not run unless they are approved', async () => {
    const installed = await install('server');
    expect(installed.scriptsSkipped).toEqual(['server']);
    expect(existsSync(join(installed.installDir, 'node_modules/server/built.txt'))).toBe(false);
  });

  it('run in a sandbox when they are', async () => {
    vi.stubEnv('PLUGBOARD_TEST_SECRET', 'of the host');
    const plain = await install('server');
    const installed = await installer.install({ ...request('server'), approveScripts: ['server'] });
    expect(installed.scriptsSkipped).toEqual([]);
    expect(installed.installDir).not.toBe(plain.installDir);
    const outcome = await readFile(
      join(installed.installDir, 'node_modules/server/outcome.json'),
      'utf8',
    );
    expect(JSON.parse(outcome)).toEqual({
      own: 'done',
      installFolder: expect.stringMatching(/^E(?:ROFS|ACCES)$/),
      dataDir: 'ENOENT',
      shadow: 'ENOENT',
      environment: expect.not.arrayContaining(['PLUGBOARD_TEST_SECRET']),
    });
    const { uid } = await stat(join(installed.installDir, 'node_modules/server/built.txt'));
    expect(uid).toBe(process.getuid?.());
    expect(await leftovers()).toEqual([]);
  });

  it('end the installation when they fail, are unknown, or have no sandbox', async () => {
    await registry.publish({
      name: 'broken',
      version: '1.0.0',
      manifest: { ...bin, ...scripted('exit 3') },
      files,
    });
    await expect(
      installer.install({ ...request('broken'), approveScripts: true }),
    ).rejects.toMatchObject({
      code: 'install_failed',
      message: expect.stringContaining('exit code 3'),
    });
    await expect(
      installer.install({ ...request('broken'), approveScripts: ['other'] }),
    ).rejects.toMatchObject({ code: 'invalid_input' });
    const without = createInstaller({ dataDir });
    await expect(
      without.install({ ...request('broken'), approveScripts: true }),
    ).rejects.toMatchObject({ code: 'unavailable' });
    expect(await leftovers()).toEqual([]);
  });
});

function scripted(line: string): Record<string, unknown> {
  return { scripts: { postinstall: line } };
}

function request(spec: string) {
  return {
    spec,
    command: undefined,
    signal: new AbortController().signal,
    onProgress: () => undefined,
  };
}

async function install(spec: string) {
  return installer.install({ ...request(spec), approveScripts: false });
}

async function leftovers(): Promise<string[]> {
  return readdir(join(dataDir, 'servers', '.staging'));
}
