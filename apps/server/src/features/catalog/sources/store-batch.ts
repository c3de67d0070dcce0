import { createHash } from 'node:crypto';

import type { SourceEntry } from '@plugboard/catalog';
import { sql } from 'kysely';

import type { TenantDb } from '../../tenant-db.ts';
import type { SourceRow } from './queries.ts';

/** What became of the entries of a batch. */
export interface StoredBatch {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  readonly unchanged: number;
  /** Names of which anything changed. */
  readonly names: readonly string[];
}

type Source = Pick<SourceRow, 'id' | 'organization_id'>;

/** Stores entries of a source whole, each as its latest telling; what is as it was is not written. */
export async function storeBatch(
  db: TenantDb,
  source: Source,
  entries: readonly SourceEntry[],
): Promise<StoredBatch> {
  const latest = new Map(entries.map((entry) => [entryKey(entry.server), entry]));
  const known = await selectMarks(db, source, [...latest.values()]);
  const counts = { added: 0, changed: 0, removed: 0, unchanged: entries.length - latest.size };
  const fresh: SourceEntry[] = [];
  for (const [key, entry] of latest) {
    const before = known.get(key);
    if (before?.mark.equals(markOf(entry))) {
      counts.unchanged += 1;
      continue;
    }
    fresh.push(entry);
    if (entry.status === 'deleted' && before?.status !== 'deleted') counts.removed += 1;
    else if (before === undefined) counts.added += 1;
    else counts.changed += 1;
  }
  if (fresh.length > 0) {
    await upsert(db, source, fresh);
    await keepOneLatest(db, source, fresh);
  }
  return { ...counts, names: [...new Set(fresh.map(({ server }) => server.name))] };
}

/** The key of a version within its source. */
export function entryKey({ name, version }: { name: string; version: string }): string {
  return `${name} ${version}`;
}

interface Known {
  readonly mark: Buffer;
  readonly status: string;
}

async function selectMarks(
  db: TenantDb,
  { id }: Source,
  entries: readonly SourceEntry[],
): Promise<ReadonlyMap<string, Known>> {
  const names = entries.map(({ server }) => server.name);
  const versions = entries.map(({ server }) => server.version);
  const { rows } = await sql<{ name: string; version: string; mark: Buffer; status: string }>`
    select v.name, v.version, v.mark, v.status
    from unnest(${names}::text[], ${versions}::text[]) as wanted (name, version)
    join catalog_versions v
      on v.source_id = ${id} and v.name = wanted.name and v.version = wanted.version
  `.execute(db);
  return new Map(rows.map((row) => [entryKey(row), row]));
}

/** SHA-256 of all that a source says of a version. */
export function markOf(entry: SourceEntry): Buffer {
  const { server: _, ...told } = entry;
  return createHash('sha256')
    .update(JSON.stringify(Object.entries(told).sort(([a], [b]) => (a < b ? -1 : 1))))
    .digest();
}

async function upsert(
  db: TenantDb,
  source: Source,
  entries: readonly SourceEntry[],
): Promise<void> {
  await db
    .insertInto('catalog_versions')
    .values(
      entries.map((entry) => ({
        organization_id: source.organization_id,
        source_id: source.id,
        name: entry.server.name,
        version: entry.server.version,
        document: entry.document,
        digest: createHash('sha256').update(entry.document).digest(),
        mark: markOf(entry),
        status: entry.status,
        status_message: entry.statusMessage ?? null,
        is_latest: entry.isLatest,
        published_at: entry.publishedAt ?? null,
        updated_at: entry.updatedAt ?? null,
        registry_meta: entry.registryMeta ?? null,
        readme: entry.readme ?? null,
        tools: entry.tools ?? null,
        synced_at: sql<Date>`now()`,
      })),
    )
    .onConflict((conflict) =>
      conflict
        .columns(['organization_id', 'source_id', 'name', 'version'])
        .doUpdateSet((eb) =>
          Object.fromEntries(told.map((column) => [column, eb.ref(`excluded.${column}`)])),
        ),
    )
    .execute();
}

const told = [
  'document',
  'digest',
  'mark',
  'status',
  'status_message',
  'is_latest',
  'published_at',
  'updated_at',
  'registry_meta',
  'readme',
  'tools',
  'synced_at',
] as const;

/** The source marks one version of a server; it need not say that the one before is not it any more. */
async function keepOneLatest(
  db: TenantDb,
  { id }: Source,
  entries: readonly SourceEntry[],
): Promise<void> {
  const latest = new Map(
    entries.filter(({ isLatest }) => isLatest).map(({ server }) => [server.name, server.version]),
  );
  if (latest.size === 0) return;
  await sql`
    update catalog_versions v set is_latest = false
    from unnest(${[...latest.keys()]}::text[], ${[...latest.values()]}::text[]) as marked (name, version)
    where v.source_id = ${id} and v.name = marked.name and v.is_latest and v.version <> marked.version
  `.execute(db);
}
