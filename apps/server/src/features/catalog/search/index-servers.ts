import { sql } from 'kysely';

import type { TenantDb } from '../../tenant-db.ts';
import { buildEntry, type IndexEntry } from './build-entry.ts';
import { readDocuments, readVersions } from './read-versions.ts';
import { viewsOf } from './views.ts';
import { countWords, type OldServer, removeServers, writeServers } from './write-index.ts';

/**
 * Makes anew what is searched of the servers named, from what all sources say of them now. To be
 * called in the transaction that changed any version of them, or the audience, priority or presence
 * of a source that has them; a name that no source has any more disappears. Takes a few statements
 * however many there are; what is as it was is not written. One caller in an organization at a time
 * works, others wait until its transaction ends.
 */
export async function indexServers(
  db: TenantDb,
  organizationId: string,
  names: readonly string[],
): Promise<void> {
  if (names.length === 0) return;
  // Two sources that change the same name at once would each not see what the other says of it.
  await sql`select pg_advisory_xact_lock(hashtextextended(${`catalog:${organizationId}`}, 0))`.execute(
    db,
  );
  const versions = Map.groupBy(await readVersions(db, names), ({ name }) => name);
  const views = [...new Set(names)].flatMap((name) => viewsOf(name, versions.get(name) ?? []));
  const documents = await readDocuments(
    db,
    views.flatMap(({ chosen, bundled }) => [chosen, ...(bundled ? [bundled] : [])]),
  );
  const entries = new Map<string, IndexEntry>();
  for (const view of views) {
    const entry = buildEntry(view, documents);
    if (entry) entries.set(viewKey(view.name, view.viewerFrom), entry);
  }

  const removed: OldServer[] = [];
  const ids = new Map<string, number>();
  for (const old of await readOldServers(db, names)) {
    const key = viewKey(old.name, old.viewer_from);
    if (entries.get(key)?.digest.equals(old.digest)) {
      entries.delete(key);
    } else {
      removed.push(old);
      ids.set(key, old.id);
    }
  }
  const written = await takeIds(db, entries, ids);
  if (removed.length > 0) await removeServers(db, removed);
  if (written.length > 0) await writeServers(db, organizationId, written);
  await countWords(db, organizationId, removed, written);
}

async function readOldServers(db: TenantDb, names: readonly string[]): Promise<OldServer[]> {
  const { rows } = await sql<OldServer>`
    select s.id, s.name, s.viewer_from, s.viewer_to, t.digest, t.terms
    from catalog_servers s
    join catalog_server_texts t on t.organization_id = s.organization_id and t.server_id = s.id
    where s.name = any(${names}::text[])
  `.execute(db);
  return rows;
}

/** A changed server keeps its id. */
async function takeIds(
  db: TenantDb,
  entries: ReadonlyMap<string, IndexEntry>,
  known: ReadonlyMap<string, number>,
): Promise<{ id: number; entry: IndexEntry }[]> {
  const missing = [...entries.keys()].filter((key) => !known.has(key)).length;
  const { rows } =
    missing === 0
      ? { rows: [] }
      : await sql<{ id: number }>`
          select nextval(pg_get_serial_sequence('catalog_servers', 'id'))::integer as id
          from generate_series(1, ${missing}::integer)
        `.execute(db);
  const fresh = rows.values();
  return [...entries].map(([key, entry]) => {
    const id = known.get(key) ?? fresh.next().value?.id;
    if (id === undefined) throw new Error('the sequence of servers gave too few numbers');
    return { id, entry };
  });
}

function viewKey(name: string, viewerFrom: number): string {
  return `${name} ${viewerFrom}`;
}
