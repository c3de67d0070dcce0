import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

import { serverJsonSchema } from '@plugboard/catalog';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { describeBundle } from './describe-bundle.ts';
import { installBundle, readBundle } from './install-bundle.ts';
import { parseManifest } from './manifest.ts';
import {
  buildBundle,
  buildManifest,
  buildZip,
  patchEntry,
  renameInside,
} from './testing/build-bundle.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'bundle-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

async function install(bytes: Buffer, sha256?: string) {
  const file = join(dataDir, 'upload.mcpb');
  await writeFile(file, bytes);
  return installBundle(file, { dataDir, sha256 });
}

/** Everything below `servers/`. */
async function installed(): Promise<string[]> {
  const entries = await readdir(join(dataDir, 'servers'), {
    recursive: true,
    withFileTypes: true,
  }).catch(() => []);
  return entries
    .filter((each) => !each.isDirectory())
    .map((each) => relative(dataDir, join(each.parentPath, each.name)));
}

async function refused(bytes: Buffer, message: RegExp): Promise<void> {
  await expect(install(bytes)).rejects.toThrow(message);
  expect(await installed()).toEqual([]);
}

describe('installBundle', () => {
  it('puts a node server in place whole, readable and not writable', async () => {
    const bytes = await buildBundle(undefined, {
      'server/run.sh': { bytes: Buffer.from('#!/bin/sh'), mode: 0o100777 },
      'node_modules/a/index.js': 'x',
    });
    const bundle = await install(bytes, digest(bytes));
    expect(bundle).toMatchObject({
      sha256: digest(bytes),
      entry: 'bundle/server/index.js',
      command: { entry: 'server/index.js', args: [], env: {} },
      files: 4,
    });
    expect(relative(dataDir, bundle.installDir)).toBe(
      `servers/mcpb+demo/1.0.0-${digest(bytes).slice(0, 12)}`,
    );
    const modes = ['manifest.json', 'server/run.sh', 'server'].map(async (name) => {
      return ((await stat(join(bundle.installDir, 'bundle', name))).mode & 0o7777).toString(8);
    });
    expect(await Promise.all(modes)).toEqual(['644', '755', '755']);
  });

  it('finds what is installed, and agrees when several install at once', async () => {
    const bytes = await buildBundle();
    const all = await Promise.all([install(bytes), install(bytes), install(bytes)]);
    expect(new Set(all.map(({ installDir }) => installDir)).size).toBe(1);
    expect((await installed()).length).toBe(3);
    expect(await readdir(join(dataDir, 'servers/.staging'))).toEqual([]);
  });

  it('refuses another file than the one expected', async () => {
    const bytes = await buildBundle();
    await expect(install(bytes, 'a'.repeat(64))).rejects.toThrow(/not the one that was expected/);
    expect(await installed()).toEqual([]);
  });

  it('keeps apart bundles of one name and version with other content', async () => {
    const [one, other] = [await buildBundle(), await buildBundle(undefined, { more: 'x' })];
    const folders = [(await install(one)).installDir, (await install(other)).installDir];
    expect(new Set(folders).size).toBe(2);
  });

  it('stays in its folder whatever the bundle is called', async () => {
    for (const name of ['../../etc', '@scope/name', '.', 'a\u0000b', '..', 'CON', 'é/😀']) {
      const { installDir } = await install(
        await buildBundle(buildManifest({ name, version: '../../1' })),
      );
      expect(relative(join(dataDir, 'servers'), installDir)).toMatch(
        /^mcpb\+[a-z0-9._-]+\/[\w.+-]+$/,
      );
    }
  });

  it('runs an executable of this machine alone', async () => {
    const own = Buffer.alloc(64);
    own.write('\u007fELF', 'latin1');
    own[4] = 2;
    own[5] = 1;
    own.writeUInt16LE(process.arch === 'arm64' ? 0xb7 : 0x3e, 18);
    const manifest = (program: string) =>
      buildManifest({
        server: {
          type: 'binary',
          entry_point: program,
          mcp_config: { command: program, args: ['--x'] },
        },
      });
    const bundle = await install(await buildBundle(manifest('bin/demo'), { 'bin/demo': own }));
    expect(bundle).toMatchObject({ entry: 'bundle/bin/demo', command: { args: ['--x'] } });
    expect((await stat(join(bundle.installDir, bundle.entry))).mode & 0o111).toBe(0o111);
    const foreign = Buffer.from(own);
    foreign.writeUInt16LE(0xf3, 18);
    const mach = Buffer.alloc(64);
    mach.writeUInt32LE(0xfeedfacf, 0);
    for (const [program, words] of [
      [foreign, /riscv64/],
      [mach, /darwin/],
      [Buffer.from('MZ......'), /win32/],
      [Buffer.from('text'), /no program/],
    ] as const) {
      await expect(
        install(await buildBundle(manifest('bin/demo'), { 'bin/demo': program })),
      ).rejects.toThrow(words);
    }
  });

  it.each([
    [{ type: 'python', entry_point: 'main.py' }, /Python server.*cannot run yet/],
    [{ type: 'uv', entry_point: 'main.py' }, /Python server.*cannot run yet/],
    [{ type: 'node', entry_point: 'absent.js' }, /absent\.js, which is not in it/],
    [{ type: 'node', entry_point: '../../../bin/sh' }, /not one of its own files/],
    [{ type: 'node', entry_point: '/bin/sh' }, /not one of its own files/],
    [
      { type: 'node', entry_point: 'x', mcp_config: { command: 'sh', args: ['-c', 'x'] } },
      /run by "sh"/,
    ],
    [
      { type: 'node', entry_point: 'x', mcp_config: { command: 'npx', args: ['x'] } },
      /run by "npx"/,
    ],
    [
      { type: 'node', entry_point: 'x', mcp_config: { args: ['-e', 'x()', 'server/index.js'] } },
      /option "-e"/,
    ],
    [
      { type: 'node', entry_point: 'x', mcp_config: { args: ['--require=/x', 'server/index.js'] } },
      /option "--require/,
    ],
    [
      { type: 'node', entry_point: 'x', mcp_config: { args: ['${user_config.x}/y.js'] } },
      /not one of its own files/,
    ],
    [{ type: 'binary', entry_point: '/bin/sh' }, /not one of its own files/],
  ])('refuses the server %j', async (server, message) => {
    await refused(await buildBundle(buildManifest({ server })), message);
  });

  it('refuses another system, and another Node, and takes harmless options of Node', async () => {
    await refused(
      await buildBundle(buildManifest({ compatibility: { platforms: ['amiga'] } })),
      /for amiga/,
    );
    const node = { compatibility: { runtimes: { node: '>=99' } } };
    await refused(await buildBundle(buildManifest(node)), /needs Node >=99/);
    const args = ['--no-warnings', '${__dirname}/server/index.js', '--port', '${user_config.port}'];
    const server = {
      type: 'node',
      entry_point: 'server/index.js',
      mcp_config: { command: 'node', args },
    };
    expect((await install(await buildBundle(buildManifest({ server })))).command).toEqual({
      entry: 'server/index.js',
      args: ['--port', '${user_config.port}'],
      env: { NODE_OPTIONS: '--no-warnings' },
    });
  });

  it('lets this platform outrank the rest', async () => {
    const mcp_config = {
      command: 'node',
      args: ['${__dirname}/server/index.js', 'general'],
      env: { A: '1', B: '1' },
      platform_overrides: {
        [process.platform]: { args: ['${__dirname}/server/index.js', 'own'], env: { B: '2' } },
      },
    };
    const server = { type: 'node', entry_point: 'server/index.js', mcp_config };
    const { command } = await install(await buildBundle(buildManifest({ server })));
    expect(command).toMatchObject({ args: ['own'], env: { A: '1', B: '2' } });
  });
});

describe('a hostile archive', () => {
  const name = 'AAAAAAAAAAAA.js';

  it.each([
    ['../../../evil', '../../../ev.txt'],
    ['absolute', '/tmp/evil/a.txt'],
    ['backslash', '..\\..\\evil.txt'],
    ['drive', 'C:/evil/abc.txt'],
    ['NUL', 'evil\u0000aaaaaa.js'],
    ['dot step', 'aaa/./bbbbb.txt'],
    ['empty part', 'aaaa//bbbbb.txt'],
    ['reserved', 'aux.aaaaaaaaaaa'],
    ['reserved folder', 'nul/aaaaaaaa.js'],
    ['trailing dot', 'aaaaaaaaaaaaaa.'],
    ['stream', 'aaaaaaaa.js:abc'],
    ['new line', 'aaaa\naaaaaa.js'],
  ])('is refused: %s', async (_, to) => {
    const bytes = renameInside(
      await buildBundle(undefined, { [name]: 'x' }),
      name,
      to.padEnd(name.length, 'a'),
    );
    await refused(bytes, /refused|damaged list/);
  });

  it.each([
    [{ 'a/File.js': 'x', 'a/file.js': 'y' }, /name of another/],
    [{ 'a/x.js': 'x', 'A/y.js': 'y' }, /two spellings/],
    [{ 'caf\u00e9.js': 'x', 'cafe\u0301.js': 'y' }, /name of another/],
    [{ 'a/b': 'x', 'a/b/c.js': 'y' }, /is a file/],
    [{ 'MANIFEST.json': 'x' }, /name of another/],
  ])('is refused for colliding names: %j', async (files, message) => {
    await refused(await buildBundle(undefined, files), message);
  });

  it('is refused for a name that is there twice', async () => {
    const bytes = await buildBundle(undefined, { 'aaa.js': 'x', 'bbb.js': 'y' });
    await refused(renameInside(bytes, 'bbb.js', 'aaa.js'), /name of another/);
  });

  it.each([
    [0o120777, /link or a device/],
    [0o060644, /link or a device/],
    [0o020644, /link or a device/],
    [0o010644, /link or a device/],
    [0o140644, /link or a device/],
    [0o104755, /rights of another user/],
    [0o102755, /rights of another user/],
    [0o040755, /both a file and a folder/],
  ])('is refused for the mode %o', async (mode, message) => {
    const target = Buffer.from('/etc/passwd');
    await refused(await buildBundle(undefined, { odd: { bytes: target, mode } }), message);
  });

  it('is refused when encrypted, packed oddly, or damaged', async () => {
    const bytes = await buildBundle(undefined, { 'x.js': 'abcabc'.repeat(50) });
    await refused(patchEntry(bytes, 'x.js', 8, 1), /encrypted|unpacked/);
    await refused(patchEntry(bytes, 'x.js', 10, 99), /packed in a way/);
    await refused(patchEntry(bytes, 'x.js', 16, 7), /checksum/);
    await refused(patchEntry(bytes, 'x.js', 24, 3), /damaged|unpacked/);
    await refused(bytes.subarray(0, bytes.length - 30), /not a zip file|damaged/);
    await refused(Buffer.from('PK but no zip'), /not a zip file/);
    await refused(Buffer.alloc(0), /not a zip file/);
  });

  it('is refused when it swells', async () => {
    const bomb = await buildBundle(undefined, { 'big.txt': Buffer.alloc(64 * 2 ** 20) });
    await expect(install(bomb)).rejects.toMatchObject({ code: 'payload_too_large' });
    const many = await buildBundle();
    const end = many.lastIndexOf('PK\u0005\u0006');
    for (const at of [8, 10]) many.writeUInt16LE(20_001, end + at);
    await expect(install(many)).rejects.toMatchObject({ code: 'payload_too_large' });
    expect(await installed()).toEqual([]);
  });

  it('reaches nothing through what lies where it unpacks', async () => {
    const bytes = await buildBundle();
    const { installDir } = await install(bytes);
    await rm(installDir, { recursive: true });
    await symlink(tmpdir(), installDir);
    const again = install(bytes);
    await expect(again).rejects.toThrow();
    expect(await readdir(tmpdir())).not.toContain('plugboard-bundle.json');
  });
});

describe('readBundle', () => {
  it.each([
    ['no manifest', buildZip({ 'a.js': 'x' }), /no manifest\.json/],
    ['a nested manifest', buildZip({ 'a/manifest.json': '{}' }), /no manifest\.json/],
    ['no JSON', buildBundle('{'), /not JSON/],
    ['a list', buildBundle('[]'), /manifest_version is missing/],
    ['another revision', buildBundle(buildManifest({ manifest_version: '9.0' })), /"9\.0"; 0\.1/],
    ['no author', buildBundle(buildManifest({ author: undefined })), /at author/],
    ['an odd server', buildBundle(buildManifest({ server: { type: 'perl' } })), /at server\.type/],
    [
      'odd variables',
      buildBundle(
        buildManifest({
          server: { type: 'node', entry_point: 'x', mcp_config: { env: { 'A=B': '1' } } },
        }),
      ),
      /at server\.mcp_config\.env/,
    ],
    [
      'a huge manifest',
      buildBundle(buildManifest({ long: 'x'.repeat(2 ** 20) })),
      /larger than 1 MB/,
    ],
  ])('says what is wrong: %s', async (_, making, message) => {
    const file = join(dataDir, 'x.mcpb');
    await writeFile(file, await making);
    await expect(readBundle(file)).rejects.toThrow(message);
  });

  it.each(['0.1', '0.2', '0.3', '0.4'])(
    'reads revision %s, and unknown fields',
    async (revision) => {
      const file = join(dataDir, 'x.mcpb');
      const manifest = {
        ...buildManifest({ manifest_version: undefined, future: { a: 1 } }),
        dxt_version: revision,
      };
      await writeFile(file, await buildBundle(manifest));
      expect((await readBundle(file)).manifest).toMatchObject({ name: 'demo', future: { a: 1 } });
      expect(await readFile(file)).toBeTruthy();
    },
  );
});

describe('describeBundle', () => {
  function describeServer(mcp_config: object, user_config: object) {
    const server = { type: 'node', entry_point: 'server/index.js', mcp_config };
    const manifest = parseManifest(JSON.stringify(buildManifest({ server, user_config })));
    const described = describeBundle(manifest, { identifier: 'demo.mcpb', sha256: 'a'.repeat(64) });
    expect(serverJsonSchema.safeParse(described.server).error).toBeUndefined();
    return { ...described, package: described.server.packages?.[0] };
  }

  it('makes arguments and variables of what a bundle asks for', () => {
    const entry = describeServer(
      {
        command: 'node',
        args: [
          '${__dirname}/server/index.js',
          '--level',
          '${user_config.level}',
          '--root=${user_config.root}',
          '${user_config.folders}',
        ],
        env: {
          API_KEY: '${user_config.api_key}',
          AUTH: 'Bearer ${user_config.api_key}',
          DATA: '${__dirname}${/}data',
          HOME_DIR: '${HOME}',
        },
      },
      {
        level: { type: 'number', title: 'Level', default: 3, min: 1, max: 9 },
        root: { type: 'directory', title: 'Root', default: '${HOME}/x' },
        folders: { type: 'directory', title: 'Folders', multiple: true, required: true },
        api_key: { type: 'string', title: 'Key', sensitive: true, required: true, default: 'x' },
      },
    );
    expect(entry.package?.packageArguments).toMatchObject([
      { type: 'named', name: '--level', format: 'number', default: '3' },
      {
        type: 'positional',
        value: '--root={user_root}',
        variables: { user_root: { format: 'filepath' } },
      },
      {
        type: 'positional',
        valueHint: 'folders',
        isRepeated: true,
        isRequired: true,
        format: 'filepath',
      },
    ]);
    expect(entry.package?.environmentVariables).toMatchObject([
      { name: 'API_KEY', isSecret: true, isRequired: true },
      {
        name: 'AUTH',
        value: 'Bearer {user_api_key}',
        variables: { user_api_key: { isSecret: true } },
      },
      { name: 'DATA', value: '{installDir}/bundle/data' },
      { name: 'HOME_DIR', value: '{workDir}' },
    ]);
    expect(entry.problems.join('\n')).toMatch(/root has a default/);
    expect(entry.problems.join('\n')).toMatch(/api_key comes with a default/);
    expect(JSON.stringify(entry.server)).not.toContain('"default":"x"');
  });

  it('says that a secret must not be an argument', () => {
    const { problems } = describeServer(
      { command: 'node', args: ['${__dirname}/server/index.js', '${user_config.k}'] },
      { k: { type: 'string', sensitive: true } },
    );
    expect(problems.join()).toMatch(/secret k on its command line/);
  });

  it('leaves what it does not know as it is, and says so', () => {
    const { package: made, problems } = describeServer(
      {
        command: 'node',
        args: ['${__dirname}/server/index.js', '${user_config.__proto__}', '${odd}'],
      },
      {},
    );
    expect(made?.packageArguments).toMatchObject([
      { value: '${user_config.__proto__}' },
      { value: '${odd}' },
    ]);
    expect(problems.join()).toMatch(/odd/);
  });
});
