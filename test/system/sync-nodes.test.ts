import { randomBytes } from 'node:crypto';
import { copyFile } from 'node:fs/promises';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { outsideDatabase } from '../harness/database.ts';
import { eventually } from '../harness/eventually.ts';
import { type Plugboard, startPlugboard } from '../harness/plugboard.ts';
import { allProcesses } from '../harness/processes.ts';
import { makeScratch } from '../harness/scratch.ts';
import { generateEntries } from '../mcp-registry/entries.ts';
import { type McpRegistry, startMcpRegistry } from '../mcp-registry/registry.ts';
import { startRegistry } from '../registry/registry.ts';

const stack = new AsyncDisposableStack();
let one: Plugboard;
let two: Plugboard;

/** Two Plugboards on one database of your own. */
beforeAll(async () => {
  const database = stack.use(await outsideDatabase());
  const packages = stack.use(await startRegistry());
  packages.passesOn = false;
  const env = {
    DATABASE_URL: database.url!,
    PLUGBOARD_MASTER_KEY: randomBytes(32).toString('base64'),
  };
  one = stack.use(await startPlugboard({ env, registry: packages.url }));
  const dataDir = stack.use(await makeScratch('second-node')).path;
  for (const key of ['owner.key', 'demo-agent.token']) {
    await copyFile(path.join(one.dataDir, key), path.join(dataDir, key));
  }
  two = stack.use(await startPlugboard({ env, dataDir, registry: packages.url }));
});
afterAll(() => stack.disposeAsync());

async function addSource(slug: string, registry: McpRegistry): Promise<string> {
  await one.api.sources.add({
    slug,
    kind: 'registry',
    location: registry.url,
    allowPrivateNetwork: true,
    everyMs: null,
  });
  return (await one.api.sources.sync({ source: slug })).id;
}

describe('two nodes on one database', () => {
  it('sync a source once, and both see it', async () => {
    const registry = stack.use(await startMcpRegistry(generateEntries(300)));
    const sync = await addSource('shared', registry);
    await eventually('the other node sees its end', async () => {
      const { state } = await two.api.sources.syncs.get({ source: 'shared', sync });
      return state === 'succeeded';
    });
    expect(registry.requests).toHaveLength(3);
    const seen = await Promise.all(
      [one, two].map(({ api }) => api.catalog.search({ q: 'source:shared', limit: 1 })),
    );
    expect(seen[0]?.total).toBeGreaterThan(200);
    expect(seen[1]?.total).toBe(seen[0]?.total);
  });

  // Last, for it kills a node; whichever has the sync, the one that is left must end it.
  it('go on with the sync of one that was killed', async () => {
    const registry = stack.use(await startMcpRegistry(generateEntries(1500)));
    registry.fault = (count) => (count > 12 ? { kind: 'hang' } : undefined);
    const sync = await addSource('handed-on', registry);
    await eventually('batches are stored', async () => {
      const { counts } = await two.api.sources.syncs.get({ source: 'handed-on', sync });
      return counts.read === 1200;
    });
    const syncing = [one, two].find(({ pid }) => isReading(pid));
    expect(syncing).toBeDefined();
    await syncing!.kill9();
    registry.fault = undefined;
    const { api } = syncing === one ? two : one;
    const ended = await eventually(
      'the other node went on',
      async () => {
        const found = await api.sources.syncs.get({ source: 'handed-on', sync });
        return found.endedAt !== undefined && found;
      },
      // A tick of the schedule that the killed node had taken is lost with it: the next minute's goes on.
      300_000,
    );
    expect(ended).toMatchObject({ state: 'succeeded', counts: { read: 1500 } });
  }, 400_000);
});

function isReading(pid: number): boolean {
  return allProcesses().some(
    ({ parent, command }) => parent === pid && command.includes('sync-worker'),
  );
}
