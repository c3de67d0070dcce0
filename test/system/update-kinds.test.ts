import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import type { InstanceChangedEvent } from '@plugboard/contracts/api';
import { beforeAll, describe, expect, it } from 'vitest';

import { plugboardForFile } from '../harness/for-file.ts';
import { startLegacyRemote } from '../harness/legacy-remote.ts';
import { zip } from '../harness/zip.ts';
import { packServer } from '../registry/pack.ts';

const name = 'fixture-kinds';
const fixture = plugboardForFile({
  env: { NPM_CONFIG_FETCH_RETRY_MINTIMEOUT: '50', NPM_CONFIG_FETCH_RETRY_MAXTIMEOUT: '200' },
});

const source = (says: string) => `#!/usr/bin/env node
  import { existsSync } from 'node:fs';
  import { serve, text } from './rpc.mjs';
  serve({ name: 'kinds', tools: [{ name: 'say', inputSchema: { type: 'object' }, annotations: { readOnlyHint: true },
    run: async () => text(${says}) }] });`;

async function publish(version: string, manifest: object = {}, files: Record<string, string> = {}) {
  const packed = await packServer('ten-tools', {
    manifest: { name, version, license: 'MIT', ...manifest },
    files: { 'server.mjs': source(`'${version}'`), ...files },
  });
  fixture.registry.publish(packed);
}

const rpc = fileURLToPath(new URL('../fixtures/servers/rpc.mjs', import.meta.url));

/** A bundle of a server that says its version, uploaded. Resolves with its digest. */
async function upload(version: string): Promise<string> {
  const manifest = {
    manifest_version: '0.3',
    name: 'kinds',
    version,
    description: 'Says its version',
    author: { name: 'Somebody' },
    server: {
      type: 'node',
      entry_point: 'index.mjs',
      mcp_config: { command: 'node', args: ['${__dirname}/index.mjs'] },
    },
  };
  const bytes = await zip({
    'manifest.json': JSON.stringify(manifest),
    'rpc.mjs': await readFile(rpc),
    'index.mjs': source(`'${version}'`),
  });
  const { apiUrl, ownerKey } = fixture.plugboard;
  const response = await fetch(`${apiUrl}/bundles`, {
    method: 'POST',
    headers: {
      'content-type': 'application/octet-stream',
      authorization: `Bearer ${ownerKey}`,
    },
    body: new Uint8Array(bytes),
  });
  expect(response.ok).toBe(true);
  return createHash('sha256').update(bytes).digest('hex');
}

/** Puts entries into the catalog, as the files of a folder. */
async function list(entries: Readonly<Record<string, object>>): Promise<void> {
  const { api, dataDir } = fixture.plugboard;
  const folder = path.join(dataDir, 'catalog', 'own');
  for (const [file, entry] of Object.entries(entries)) {
    await writeFile(path.join(folder, `${file}.server.json`), JSON.stringify(entry));
  }
  const { id: sync } = await api.sources.sync({ source: 'own' });
  for await (const event of await api.sources.syncs.watch({ source: 'own', sync })) {
    if (event.type === 'done') expect(event.sync).toMatchObject({ state: 'succeeded' });
  }
}

async function finish(stream: AsyncIterable<InstanceChangedEvent>) {
  let last: InstanceChangedEvent | undefined;
  for await (const event of stream) last = event;
  if (last?.type !== 'done') throw new Error('it did not end');
  return last;
}

const update = async (instance: string, more: object = {}) =>
  finish(await fixture.plugboard.api.versions.update({ instance, ...more }));
const rollback = async (instance: string, more: object = {}) =>
  finish(await fixture.plugboard.api.versions.rollback({ instance, ...more }));

async function saidBy(slug: string): Promise<string> {
  const client = await fixture.plugboard.client(fixture.plugboard.demoToken, `/starter/${slug}`);
  try {
    return await client.say('say');
  } finally {
    await client.end();
  }
}

/** Where versions of the package are, by their folders' names. */
const serversFolder = () => path.join(fixture.plugboard.dataDir, 'servers');
async function packageFolder(version: string): Promise<string | undefined> {
  const folders = await readdir(path.join(serversFolder(), name)).catch(() => []);
  const found = folders.find((folder) => folder.startsWith(version));
  return found && path.join(serversFolder(), name, found);
}

beforeAll(async () => {
  const { api, dataDir } = fixture.plugboard;
  await mkdir(path.join(dataDir, 'catalog', 'own'), { recursive: true });
  await api.sources.add({ slug: 'own', kind: 'folder', location: 'own', everyMs: null });
  await publish('1.0.0');
  await publish('1.1.0');
});

describe('a bundle', () => {
  const server = 'com.example/bundled-kinds';

  it('is updated to the one that the catalog lists, and goes back', async () => {
    const digests = [await upload('1.0.0'), await upload('1.1.0')];
    const entry = (version: string, fileSha256: string | undefined) => ({
      name: server,
      description: 'Says its version',
      version,
      packages: [
        {
          registryType: 'mcpb',
          identifier: `https://bundles.example.invalid/kinds-${version}.mcpb`,
          version,
          fileSha256,
          transport: { type: 'stdio' },
        },
      ],
    });
    await list({ 'bundle-1': entry('1.0.0', digests[0]), 'bundle-2': entry('1.1.0', digests[1]) });
    const { plugboard } = fixture;
    await plugboard.add({ server: `${server}@1.0.0`, slug: 'bundled' });
    expect(await saidBy('bundled')).toBe('1.0.0');
    const listed = await plugboard.api.versions.list({ instance: 'bundled' });
    expect(listed).toMatchObject({
      from: 'catalog',
      updates: { compatible: { version: '1.1.0' } },
    });
    expect(await update('bundled')).toMatchObject({ version: '1.1.0', revision: 2 });
    expect(await saidBy('bundled')).toBe('1.1.0');
    await rm(serversFolder(), { recursive: true });
    expect(await rollback('bundled')).toMatchObject({ version: '1.0.0' });
    expect(await saidBy('bundled')).toBe('1.0.0');
  });

  it('that nobody lists says how it is updated', async () => {
    const { plugboard } = fixture;
    await plugboard.add({ server: `bundle:${await upload('3.0.0')}`, slug: 'unlisted' });
    await expect(update('unlisted')).rejects.toThrow(/Add the newer bundle as a server of its own/);
    await expect(update('unlisted', { to: '3.1.0' })).rejects.toThrow(/no version 3\.1\.0/);
    expect(await saidBy('unlisted')).toBe('3.0.0');
  });
});

describe('a remote', () => {
  it('is updated to the address that the catalog lists', async () => {
    await using remote = await startLegacyRemote();
    const { plugboard } = fixture;
    const entry = (version: string, at: string) => ({
      name: 'com.example/far-kinds',
      description: 'Far away',
      version,
      remotes: [{ type: 'streamable-http', url: `${remote.url}${at}` }],
    });
    await list({ 'far-1': entry('1.0.0', ''), 'far-2': entry('2.0.0', '?of=two') });
    await plugboard.add({
      server: 'com.example/far-kinds@1.0.0',
      slug: 'far',
      allowPrivateNetwork: true,
    });
    await expect(update('far')).rejects.toThrow(/2\.0\.0 is newer and may break/);
    expect(await update('far', { to: '2.0.0' })).toMatchObject({ version: '2.0.0' });
    const urls = await plugboard.database.rows(
      plugboard.dataDir,
      `select launch ->> 'url' as url from instances where slug = 'far'`,
    );
    expect(urls).toEqual([{ url: `${remote.url}?of=two` }]);
    expect(await rollback('far')).toMatchObject({ version: '1.0.0' });
  });
});

describe('going back to a package that was deleted', () => {
  const lose = async () => {
    await rm((await packageFolder('1.0.0'))!, { recursive: true });
    await rm(path.join(fixture.plugboard.dataDir, 'cache'), { recursive: true, force: true });
  };

  it('installs it again, as it was and not otherwise', async () => {
    const { plugboard, registry } = fixture;
    await plugboard.add({ server: `${name}@1.0.0`, slug: 'lost' });
    await update('lost', { to: '1.1.0' });
    await lose();
    registry.broken = true;
    await expect(rollback('lost')).rejects.toThrow(/registry cannot be reached/);
    registry.broken = false;
    await publish('1.0.0', {}, { 'other.mjs': '// was not there' });
    await expect(rollback('lost')).rejects.toThrow(/integrity differs/);
    expect(await packageFolder('1.0.0')).toBeUndefined();
    expect(await saidBy('lost')).toBe('1.1.0');
    await publish('1.0.0');
    expect(await rollback('lost')).toMatchObject({ version: '1.0.0' });
    expect(await saidBy('lost')).toBe('1.0.0');
  });
});

describe('install scripts that come with an update', () => {
  it('are told of, and run only when they are approved', async () => {
    const { plugboard } = fixture;
    const scripted = { scripts: { postinstall: 'node plant.mjs' } };
    await publish('1.2.0', scripted, {
      'plant.mjs': `import { writeFileSync } from 'node:fs'; writeFileSync('planted', 'x');`,
      'server.mjs': source(`String(existsSync(new URL('planted', import.meta.url)))`),
    });
    await plugboard.add({ server: `${name}@1.1.0`, slug: 'scripted' });
    const plan = await plugboard.cli('server', 'update', 'scripted', '1.2.0', '--plan');
    expect(plan.stdout).toMatch(/install scripts not run unless approved: .*fixture-kinds/);
    await update('scripted', { to: '1.2.0' });
    expect(await saidBy('scripted')).toBe('false');
    await rollback('scripted');
    await update('scripted', { to: '1.2.0', approveScripts: true });
    expect(await saidBy('scripted')).toBe('true');
  });
});

describe('a licence policy', () => {
  it('refuses an update before it is fetched', async () => {
    const { plugboard, registry } = fixture;
    await publish('1.3.0', { license: 'SSPL-1.0' });
    await plugboard.add({ server: `${name}@1.1.0`, slug: 'licensed' });
    await plugboard.api.licencePolicy.set({ allow: ['MIT'], deny: [], unknown: 'refuse' });
    const before = registry.requests.length;
    try {
      await expect(update('licensed', { to: '1.3.0' })).rejects.toThrow(/SSPL-1\.0/);
    } finally {
      await plugboard.api.licencePolicy.set({ allow: null, deny: [], unknown: 'warn' });
    }
    const tarballs = registry.requests.slice(before).filter((path_) => path_.includes('1.3.0'));
    expect(tarballs).toEqual([]);
    expect(await saidBy('licensed')).toBe('1.1.0');
    const { revisions } = await plugboard.api.versions.history({ instance: 'licensed' });
    expect(revisions).toHaveLength(1);
  });
});

describe('packages of old revisions', () => {
  it('are removed when nobody can go back to them, and not before', async () => {
    const { plugboard } = fixture;
    for (const version of ['5.0.0', '5.1.0']) await publish(version);
    await plugboard.add({ server: `${name}@5.0.0`, slug: 'aging' });
    await update('aging', { to: '5.1.0' });
    const configure = async (idleMs: number) => {
      const settings = { idleMs };
      const stream = await plugboard.api.configuration.configure({ instance: 'aging', settings });
      for await (const _event of stream);
    };
    for (let turn = 1; turn <= 8; turn += 1) await configure(60_000 + turn);
    // Revision 10: the first can be gone back to still.
    expect(await packageFolder('5.0.0')).toBeDefined();
    await configure(60_100);
    expect(await packageFolder('5.0.0')).toBeUndefined();
    expect(await packageFolder('5.1.0')).toBeDefined();
    await expect(rollback('aging', { revision: 1 })).rejects.toThrow(/too old.*5\.0\.0 by name/);
    expect(await rollback('aging', { revision: 2 })).toMatchObject({ version: '5.1.0' });
  });
});

describe('the command line', () => {
  it('goes back when it is told to, and shows first what it would do', async () => {
    const { plugboard } = fixture;
    await plugboard.add({ server: `${name}@1.0.0`, slug: 'typed' });
    const shown = await plugboard.cli('server', 'update', 'typed', '1.1.0');
    expect(shown.code).toBe(2);
    expect(shown.stderr).toContain('--yes');
    expect(shown.stdout).toMatch(/1\.0\.0 → 1\.1\.0/);
    expect(await saidBy('typed')).toBe('1.0.0');
    const updated = await plugboard.cli('server', 'update', 'typed', '1.1.0', '--yes');
    expect(updated.stdout).toMatch(/typed is at 1\.1\.0, revision 2\.[^]*server rollback typed/);

    const asked = await plugboard.cli('server', 'rollback', 'typed');
    expect(asked.code).toBe(2);
    expect(asked.stderr).toContain('--yes');
    expect(asked.stdout).toMatch(/typed would go back to revision 1: 1\.1\.0 → 1\.0\.0/);
    expect(await saidBy('typed')).toBe('1.1.0');
    const back = await plugboard.cli('server', 'rollback', 'typed', '--yes', '--note', 'slow');
    expect(back.code, back.stderr).toBe(0);
    expect(back.stdout).toMatch(/typed is at 1\.0\.0, revision 3\./);
    const nowhere = await plugboard.cli('server', 'rollback', 'typed', '--yes');
    expect(nowhere.code).toBe(4);
    expect(nowhere.stderr).toMatch(/nothing to go back/);
    const wrong = await plugboard.cli('server', 'rollback', 'typed', '9', '--yes');
    expect(wrong.code).toBe(4);
    expect(wrong.stderr).toMatch(/no revision 9/);
    const history = await plugboard.cli('server', 'history', 'typed');
    expect(history.stdout).toMatch(/3 now.*1\.0\.0.*rolled back.*slow/);
  });

  it('shows a changelog, or says that there is none', async () => {
    const { plugboard } = fixture;
    await publish(
      '1.4.0',
      {},
      {
        'CHANGELOG.md': '# Changes\n## 1.4.0\n- says more\n## 1.0.0\n- first\n',
      },
    );
    await plugboard.add({ server: `${name}@1.1.0`, slug: 'told-of' });
    const told = await plugboard.cli('server', 'changelog', 'told-of', '1.4.0');
    expect(told.code, told.stderr).toBe(0);
    expect(told.stdout).toMatch(/^1\.4\.0\n- says more\n/);
    expect(told.stdout).not.toContain('first');
    const none = await plugboard.cli('server', 'changelog', 'told-of', '1.1.0');
    expect(none.stdout).toMatch(/ships no changelog/);
  });
});
