import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { plugboardForFile } from '../harness/for-file.ts';
import { startLegacyRemote } from '../harness/legacy-remote.ts';
import { type Plugboard, startPlugboard } from '../harness/plugboard.ts';
import { makeScratch } from '../harness/scratch.ts';
import { zip } from '../harness/zip.ts';

const fixture = plugboardForFile();

describe('plugboard.lock with a server of the catalog and a remote', () => {
  it('makes them the same elsewhere, from the entry and the address in it', async () => {
    const { plugboard: first, registry } = fixture;
    await using remote = await startLegacyRemote();
    await using folder = await makeScratch('lock');
    registry.passesOn = true;
    await first.add({ server: 'memory', slug: 'brain' });
    await first.add({
      server: remote.url,
      slug: 'far',
      allowPrivateNetwork: true,
      headers: { 'X-Team': 'a' },
      secrets: { Authorization: 'Bearer secret-of-the-remote' },
    });
    const file = path.join(folder.path, 'plugboard.lock');
    // Starter servers may be on their way in the background, here and there.
    const ours = async ({ api }: Pick<Plugboard, 'api'>) =>
      (await api.lock.get()).instances?.filter(({ slug }) => ['brain', 'far'].includes(slug));
    const instances = await ours(first);
    expect(instances?.map(({ slug, entry }) => [slug, entry?.['name'] !== undefined])).toEqual([
      ['brain', true],
      ['far', false],
    ]);
    await writeFile(file, JSON.stringify({ version: 1, instances }));
    const header = path.join(folder.path, 'header.txt');
    await writeFile(header, 'Bearer secret-of-the-remote');

    await using second = await startPlugboard({ registry: registry.url });
    const given = ['--secret', `far.Authorization=@${header}`];
    const applied = await second.cli('apply', file, '--yes', ...given);
    expect(applied.code, applied.stderr).toBe(0);
    expect(await ours(second)).toEqual(instances);
    const client = await second.client(second.demoToken);
    expect(await client.toolNames()).toEqual(
      expect.arrayContaining(['brain__read_graph', 'far__wait']),
    );
  });

  it('with an uploaded bundle says what to upload first, and then makes it the same', async () => {
    const { plugboard: first, registry } = fixture;
    await using folder = await makeScratch('lock');
    const bundle = path.join(folder.path, 'boxed.mcpb');
    await writeFile(bundle, await buildBundle());
    const added = await first.cli('server', 'add', bundle, '--name', 'boxed', '--yes');
    expect(added.code, added.stderr).toBe(0);
    const instancesOf = async ({ api }: Pick<Plugboard, 'api'>) =>
      (await api.lock.get()).instances?.filter(({ slug }) => slug === 'boxed');
    const instances = await instancesOf(first);
    const file = path.join(folder.path, 'plugboard.lock');
    await writeFile(file, JSON.stringify({ version: 1, instances }));

    await using second = await startPlugboard({ registry: registry.url });
    const told =
      /bundle that it runs is not here[^]*SHA-256 [0-9a-f]{64}[^]*server add \.\/file\.mcpb --name boxed/;
    const plan = await second.cli('plan', file);
    expect(plan.stdout).toMatch(told);
    const refused = await second.cli('apply', file, '--yes');
    expect(refused.code).toBe(1);
    expect(refused.stdout + refused.stderr).toMatch(told);
    expect(await instancesOf(second)).toEqual([]);
    const uploaded = await second.cli('server', 'add', bundle, '--name', 'boxed', '--yes');
    expect(uploaded.code, uploaded.stderr).toBe(0);
    const applied = await second.cli('apply', file, '--yes');
    expect(applied.code, applied.stderr).toBe(0);
    expect(await instancesOf(second)).toEqual(instances);
  });
});

async function buildBundle(): Promise<Buffer> {
  const rpc = new URL('../fixtures/servers/rpc.mjs', import.meta.url);
  return zip({
    'manifest.json': JSON.stringify({
      manifest_version: '0.3',
      name: 'boxed',
      version: '1.0.0',
      description: 'In a box',
      author: { name: 'Somebody' },
      server: {
        type: 'node',
        entry_point: 'index.mjs',
        mcp_config: { command: 'node', args: ['${__dirname}/index.mjs'] },
      },
    }),
    'rpc.mjs': await readFile(rpc),
    'index.mjs': `import { serve, text } from './rpc.mjs';
      serve({ name: 'boxed', tools: [{ name: 'say', inputSchema: { type: 'object' }, run: async () => text('boxed') }] });`,
  });
}
