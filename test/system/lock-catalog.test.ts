import { writeFile } from 'node:fs/promises';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { plugboardForFile } from '../harness/for-file.ts';
import { startLegacyRemote } from '../harness/legacy-remote.ts';
import { type Plugboard, startPlugboard } from '../harness/plugboard.ts';
import { makeScratch } from '../harness/scratch.ts';

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
});
