import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';

import type { AddSourceInput, Sync } from '@plugboard/contracts/api';
import { afterAll, describe, expect, it } from 'vitest';

import { eventually } from '../harness/eventually.ts';
import { plugboardForFile } from '../harness/for-file.ts';
import { startPlugboard } from '../harness/plugboard.ts';
import { buildEntry, generateEntries } from '../mcp-registry/entries.ts';
import { type Fault, type McpRegistry, startMcpRegistry } from '../mcp-registry/registry.ts';
import { startRegistry } from '../registry/registry.ts';

const file = plugboardForFile();
const stack = new AsyncDisposableStack();
afterAll(() => stack.disposeAsync());

let made = 0;

/** A registry of a test's own, and its source. */
async function buildSource(
  entries = [buildEntry('com.example/one')],
  options: Partial<AddSourceInput> = {},
): Promise<{ registry: McpRegistry; source: string }> {
  const registry = stack.use(await startMcpRegistry(entries));
  const source = `source-${(made += 1)}`;
  await file.plugboard.api.sources.add({
    slug: source,
    kind: 'registry',
    location: registry.url,
    allowPrivateNetwork: true,
    everyMs: null,
    ...options,
  });
  return { registry, source };
}

async function sync(source: string, full = false, api = file.plugboard.api): Promise<Sync> {
  const { id } = await api.sources.sync({ source, full });
  for await (const event of await api.sources.syncs.watch({ source, sync: id })) {
    if (event.type === 'done') return event.sync;
  }
  throw new Error('watching ended before the sync');
}

async function versionsOf(source: string) {
  const { id } = await file.plugboard.api.sources.get({ source });
  const { database, dataDir } = file.plugboard;
  return database.rows(
    dataDir,
    `select name, version, status, status_message, is_latest, document from catalog_versions
     where source_id = '${id}' order by name, version`,
  );
}

describe('the sync of a registry', () => {
  it('reads all of it, then what changed, and keeps what was deleted as deleted', async () => {
    const { registry, source } = await buildSource(generateEntries(250));
    expect(await sync(source)).toMatchObject({
      state: 'succeeded',
      counts: { read: 250, added: 245, removed: 5, refused: 0 },
    });
    const updatedAt = new Date().toISOString();
    const [one, two] = generateEntries(2);
    const facts = { version: String(one!.server['version']), updatedAt };
    registry.put(
      buildEntry(String(one!.server['name']), {
        ...facts,
        status: 'deleted',
        statusMessage: 'Gone',
      }),
      buildEntry(String(two!.server['name']), { version: '9.0.0', updatedAt }),
    );
    const before = registry.requests.length;
    const second = await sync(source);
    expect(second).toMatchObject({
      state: 'succeeded',
      counts: { added: 1, removed: 1, changed: 0 },
    });
    expect(registry.requests.slice(before)).toHaveLength(1);
    expect(registry.requests.at(-1)?.path).toContain('updated_since=');
    const versions = await versionsOf(source);
    expect(versions).toHaveLength(251);
    expect(versions.find(({ name }) => name === one!.server['name'])).toMatchObject({
      status: 'deleted',
      status_message: 'Gone',
    });
    const latest = versions.filter(
      (row) => row['name'] === two!.server['name'] && row['is_latest'],
    );
    expect(latest).toMatchObject([{ version: '9.0.0' }]);
  });

  it('marks what vanished only after a complete listing', async () => {
    const { registry, source } = await buildSource([
      buildEntry('com.example/stays'),
      buildEntry('com.example/vanishes'),
    ]);
    await sync(source);
    registry.drop('com.example/vanishes', '1.0.0');
    await sync(source);
    expect((await versionsOf(source)).map(({ status }) => status)).toEqual(['active', 'active']);
    registry.fault = () => ({ kind: 'text', type: 'application/json', text: '{' });
    expect((await sync(source, true)).state).toBe('failed');
    expect((await versionsOf(source)).map(({ status }) => status)).toEqual(['active', 'active']);
    registry.fault = undefined;
    expect(await sync(source, true)).toMatchObject({ counts: { removed: 1, unchanged: 1 } });
    expect((await versionsOf(source)).map(({ status }) => status)).toEqual(['active', 'deleted']);
  });

  it('tries again when the registry is busy, broken or cut off', async () => {
    const { registry, source } = await buildSource(generateEntries(150));
    const faults = new Map<number, Fault>([
      [1, { kind: 'status', status: 429, retryAfter: '0' }],
      [2, { kind: 'status', status: 503 }],
      [4, { kind: 'drop' }],
    ]);
    registry.fault = (count) => faults.get(count);
    expect(await sync(source)).toMatchObject({ state: 'succeeded', counts: { read: 150 } });
    expect(registry.requests.length).toBe(5);
  });

  it('keeps what it has when the registry goes away, and goes on from there', async () => {
    const { registry, source } = await buildSource(generateEntries(1200));
    registry.fault = (count) => (count > 7 ? { kind: 'status', status: 500 } : undefined);
    const failed = await sync(source);
    expect(failed.state).toBe('failed');
    expect(failed.error).toMatch(/could not be read.*next sync goes on/);
    const kept = await versionsOf(source);
    expect(kept).toHaveLength(600);
    for (const { document, version } of kept) {
      expect(JSON.parse(String(document))).toMatchObject({ version });
    }
    expect(await file.plugboard.api.sources.get({ source })).toMatchObject({ resumable: true });
    registry.fault = undefined;
    const before = registry.requests.length;
    expect(await sync(source)).toMatchObject({ state: 'succeeded', counts: { read: 600 } });
    expect(registry.requests.length - before).toBe(6);
    expect(await versionsOf(source)).toHaveLength(1200);
  });

  it.each([
    ['a cursor that repeats', { kind: 'same-cursor' }, /same cursor twice/],
    ['a web page', { kind: 'text', type: 'text/html', text: '<html>' }, /not with JSON/],
    ['broken JSON', { kind: 'text', type: 'application/json', text: '{"servers":[' }, /broken/],
    ['other JSON', { kind: 'text', type: 'application/json', text: '{}' }, /is not a registry/],
    ['a body without end', { kind: 'huge', bytes: 200e6 }, /more than 33554432 bytes/],
    [
      'a redirect to a metadata service',
      { kind: 'redirect', to: 'http://169.254.169.254/' },
      /never allowed/,
    ],
  ] as const)('refuses %s', async (_, fault, error) => {
    const { registry, source } = await buildSource();
    registry.fault = () => fault;
    const failed = await sync(source);
    expect(failed.state).toBe('failed');
    expect(failed.error).toMatch(error);
    expect(await versionsOf(source)).toEqual([]);
  });

  it('refuses hostile entries one by one, says why, and takes the rest', async () => {
    const hostile = [
      buildEntry('../../etc', {}),
      buildEntry('com.example/x;rm', {}),
      buildEntry('com.example/long', { server: { description: 'x'.repeat(10_000_000) } }),
      buildEntry('com.example/nul', { server: { title: 'a\u0000b' } }),
      buildEntry('com.example/surrogate', { server: { title: '\ud800' } }),
      buildEntry('com.example/shell', {
        server: {
          packages: [{ registryType: 'npm', identifier: '$(id)', transport: { type: 'stdio' } }],
        },
      }),
      buildEntry('com.example/link', { server: { websiteUrl: 'javascript:alert(1)' } }),
    ];
    const { source } = await buildSource([buildEntry('com.example/good'), ...hostile]);
    const done = await sync(source);
    expect(done).toMatchObject({
      state: 'succeeded',
      counts: { added: 1, refused: hostile.length },
    });
    expect(done.refusals).toHaveLength(hostile.length);
    expect(await versionsOf(source)).toMatchObject([{ name: 'com.example/good' }]);
  });

  it('is one, however often it is asked for', async () => {
    const { registry, source } = await buildSource(generateEntries(300));
    registry.delayMs = 100;
    const ids = await Promise.all(
      Array.from({ length: 5 }, async () => (await file.plugboard.api.sources.sync({ source })).id),
    );
    expect(new Set(ids).size).toBe(1);
    expect(await sync(source)).toMatchObject({ id: ids[0], state: 'succeeded' });
    expect(registry.requests).toHaveLength(3);
  });

  it('can be cancelled', async () => {
    const { registry, source } = await buildSource(generateEntries(1000));
    registry.fault = (count) => (count > 6 ? { kind: 'hang' } : undefined);
    const { api } = file.plugboard;
    const { id } = await api.sources.sync({ source });
    await eventually('it is on its way', async () => (await versionsOf(source)).length === 600);
    const cancelled = await api.sources.syncs.cancel({ source, sync: id });
    expect(cancelled.state).toBe('cancelled');
    await expect(api.sources.syncs.cancel({ source, sync: id })).rejects.toMatchObject({
      code: 'conflict',
    });
    registry.fault = undefined;
    expect(await sync(source)).toMatchObject({ state: 'succeeded', counts: { read: 400 } });
  });

  it('reaches no private network unless an admin allowed it', async () => {
    const { api } = file.plugboard;
    const registry = stack.use(await startMcpRegistry());
    const source = { slug: 'inner', kind: 'registry', everyMs: null } as const;
    await expect(api.sources.add({ ...source, location: registry.url })).rejects.toMatchObject({
      code: 'invalid_input',
    });
    await api.sources.add({ ...source, location: registry.url.replace('http:', 'https:') });
    const failed = await sync('inner');
    expect(failed.error).toMatch(/not on the public internet/);
    expect(registry.requests).toEqual([]);
  });

  it('sends its token to its origin alone, and shows it nowhere', async () => {
    const elsewhere = stack.use(await startMcpRegistry());
    const { registry, source } = await buildSource([], { token: 'very-secret-token' });
    await sync(source);
    expect(registry.requests.at(-1)?.authorization).toBe('Bearer very-secret-token');
    registry.fault = () => ({ kind: 'redirect', to: `${elsewhere.url}/v0.1/servers` });
    await sync(source);
    expect(elsewhere.requests.map(({ authorization }) => authorization)).toEqual([undefined]);
    const { api, database, dataDir } = file.plugboard;
    await expect(api.sources.change({ source, location: elsewhere.url })).rejects.toMatchObject({
      code: 'invalid_input',
    });
    const shown = JSON.stringify([
      await api.sources.list(),
      await database.rows(dataDir, 'select * from audit_records'),
      await database.rows(dataDir, 'select * from catalog_sources'),
      await database.rows(dataDir, 'select * from pgboss.job'),
      file.plugboard.output,
    ]);
    expect(shown).not.toContain('very-secret-token');
  });
});

describe('the sync of a folder', () => {
  it('reads inside the catalog folder and nowhere else', async () => {
    const { api, dataDir } = file.plugboard;
    const root = path.join(dataDir, 'catalog');
    await mkdir(path.join(root, 'team/a/b'), { recursive: true });
    const entry = JSON.stringify(buildEntry('com.example/foldered').server);
    await writeFile(path.join(root, 'team/a/b/server.json'), entry);
    await writeFile(path.join(root, 'team/a/b/README.md'), '# Hello <script>1</script>');
    await symlink('/etc', path.join(root, 'out'));
    await symlink('/etc/passwd', path.join(root, 'team/a/server.json'));
    const add = (slug: string, location: string) =>
      api.sources.add({ slug, kind: 'folder', location, everyMs: null });
    await add('team', 'team');
    expect(await sync('team')).toMatchObject({ state: 'succeeded', counts: { read: 1, added: 1 } });
    for (const [index, location] of ['../keys', 'out', '/etc', 'team/../../x'].entries()) {
      await add(`bad-${index}`, location);
      expect((await sync(`bad-${index}`)).error).toMatch(/catalog folder/);
    }
  });
});

describe('plugboard source', () => {
  it('adds, syncs, shows, lists and removes', async () => {
    const registry = stack.use(await startMcpRegistry(generateEntries(20)));
    const { plugboard } = file;
    const options = ['--allow-private-network', '--every', 'never'];
    const added = await plugboard.cli('source', 'add', 'cli', registry.url, ...options);
    expect(added).toMatchObject({ code: 0 });
    expect(added.stdout).toMatch(/Sync of cli succeeded: read 20/);
    expect((await plugboard.cli('source', 'show', 'cli')).stdout).toMatch(/servers\s+16/);
    const listed = (await plugboard.cli('source', 'list', '--json')).json;
    expect(listed.sources[0]).toMatchObject({ slug: 'bundled' });
    registry.fault = () => ({ kind: 'status', status: 404 });
    const failed = await plugboard.cli('source', 'sync', 'cli');
    expect(failed.code).toBe(1);
    expect(failed.stderr).toMatch(/status 404/);
    expect((await plugboard.cli('source', 'remove', 'cli')).code).toBe(0);
    expect((await plugboard.cli('source', 'show', 'cli')).code).toBe(4);
  });
});

describe('a Plugboard that is killed while it syncs', () => {
  it('goes on where it was when it is started again', async () => {
    await using registry = await startMcpRegistry(generateEntries(1500));
    await using packages = await startRegistry();
    packages.passesOn = false;
    await using plugboard = await startPlugboard({ registry: packages.url });
    const { api } = plugboard;
    registry.fault = (count) => (count > 12 ? { kind: 'hang' } : undefined);
    await api.sources.add({
      slug: 'big',
      kind: 'registry',
      location: registry.url,
      allowPrivateNetwork: true,
      everyMs: null,
    });
    const { id } = await api.sources.sync({ source: 'big' });
    await eventually(
      'batches are stored',
      async () => {
        const { counts } = await api.sources.syncs.get({ source: 'big', sync: id });
        return counts.read === 1200;
      },
      100_000,
    );
    await plugboard.kill9();
    registry.fault = undefined;
    const before = registry.requests.length;
    await plugboard.start();
    await eventually('it went on by itself', async () => {
      const { state, counts } = await api.sources.syncs.get({ source: 'big', sync: id });
      return state === 'succeeded' && counts.read === 1500;
    });
    expect(registry.requests.length - before).toBe(3);
    expect(await api.sources.get({ source: 'big' })).toMatchObject({ resumable: false });
  });
});
