import { buildConsole } from '../../launcher/build-console.ts';
import { type Plugboard, startPlugboard } from '../../test/harness/plugboard.ts';
import { repository } from '../../test/harness/repository.ts';
import { generateEntries, type RegistryEntry } from '../../test/mcp-registry/entries.ts';
import { startMcpRegistry } from '../../test/mcp-registry/registry.ts';
import { packageOf, startRegistry } from '../../test/registry/registry.ts';
import { makeEntries } from '../catalog/made-entries.ts';
import { readRealSources } from '../catalog/real-entries.ts';

export interface Filling {
  readonly entries: number;
  readonly instances: number;
}

/** A real Plugboard with many servers in its catalog, as a sync brings them, and many instances. */
export async function startFilledPlugboard({ entries, instances }: Filling): Promise<Plugboard> {
  await using undo = new AsyncDisposableStack();
  await buildConsole({ root: repository, signal: new AbortController().signal });
  const packages = undo.use(await startRegistry());
  packages.passesOn = false;
  const plugboard = undo.use(await startPlugboard({ registry: packages.url }));
  await addEntries(plugboard, entries);
  await addInstances(plugboard, instances);
  const owned = undo.move();
  return { ...plugboard, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

async function addEntries({ api }: Plugboard, count: number): Promise<void> {
  await using registry = await startMcpRegistry(await manyEntries(count));
  await api.sources.add({
    slug: 'bench',
    kind: 'registry',
    location: registry.url,
    allowPrivateNetwork: true,
    everyMs: null,
  });
  const { id } = await api.sources.sync({ source: 'bench' });
  for await (const { type, sync } of await api.sources.syncs.watch({ source: 'bench', sync: id })) {
    if (type !== 'done') continue;
    if (sync.state !== 'succeeded') throw new Error(`the sync ${sync.state}: ${sync.error}`);
    console.log(`catalog: ${sync.counts.added} servers added, ${sync.counts.refused} refused`);
  }
}

/** Made of real ones where these are at hand. */
async function manyEntries(count: number): Promise<readonly RegistryEntry[]> {
  const sources = await readRealSources();
  if (!sources) return generateEntries(count);
  const real = sources.flatMap(({ entries }) => entries);
  return makeEntries(real, count).map(({ server, updatedAt = '2026-01-01T00:00:00Z' }) => ({
    server: { ...server },
    _meta: {
      'io.modelcontextprotocol.registry/official': {
        status: 'active',
        publishedAt: updatedAt,
        updatedAt,
        isLatest: true,
      },
    },
  }));
}

/** One is installed; the others are rows like it, and are stopped, for none of them is to run. */
async function addInstances(plugboard: Plugboard, count: number): Promise<void> {
  const { id } = await plugboard.add({ server: packageOf('echo'), slug: 'bench-0' });
  await plugboard.api.instances.stop({ instance: id });
  const { database, dataDir } = plugboard;
  const tables = ['instances', 'offerings'];
  await database.tamper(
    dataDir,
    ...tables.map((table) => `alter table ${table} no force row level security`),
    `create temporary table one as select * from instances where id = '${id}'`,
    `create temporary table many as
       select one.*, gen_random_uuid() as new_id, number from one, generate_series(1, ${count - 1}) number`,
    `update many set id = new_id, slug = 'bench-' || number, created_at = created_at + number * interval '1 second'`,
    `insert into instances select (jsonb_populate_record(null::instances, to_jsonb(many))).* from many`,
    `insert into offerings select (jsonb_populate_record(offerings, jsonb_build_object('instance_id', many.id))).*
       from offerings, many where offerings.instance_id = '${id}'`,
    ...tables.map((table) => `alter table ${table} force row level security`),
  );
  // What nodes remember of instances is read anew.
  await plugboard.stop();
  await plugboard.start();
  const { instances } = await plugboard.api.instances.list();
  console.log(`instances: ${instances.length}`);
}
