import { type Selectable, sql } from 'kysely';

import type { Database } from '../../../store/schema.ts';
import { noSuch, refColumn } from '../../reference.ts';
import type { TenantDb } from '../../tenant-db.ts';

export type SourceRow = Selectable<Database['catalog_sources']>;
export type SyncRow = Selectable<Database['catalog_syncs']>;

/** A source with what is told of it. */
export interface SourceView {
  readonly source: SourceRow;
  readonly servers: number;
  readonly lastSync: SyncRow | undefined;
}

export async function selectSourceViews(db: TenantDb, id?: string): Promise<readonly SourceView[]> {
  const sources = await db
    .selectFrom('catalog_sources')
    .selectAll()
    .$if(id !== undefined, (query) => query.where('id', '=', id ?? ''))
    .orderBy('priority')
    .orderBy('slug')
    .execute();
  const counts = await db
    .selectFrom('catalog_versions')
    .select(['source_id', sql<number>`count(distinct name)::int`.as('servers')])
    .where('status', '<>', 'deleted')
    .where('source_id', 'in', [...sources.map((source) => source.id), nobody])
    .groupBy('source_id')
    .execute();
  const syncs = await db
    .selectFrom('catalog_syncs')
    .selectAll()
    .distinctOn('source_id')
    .where('source_id', 'in', [...sources.map((source) => source.id), nobody])
    .orderBy('source_id')
    .orderBy('queued_at', 'desc')
    .orderBy('id', 'desc')
    .execute();
  return sources.map((source) => ({
    source,
    servers: counts.find((count) => count.source_id === source.id)?.servers ?? 0,
    lastSync: syncs.find((sync) => sync.source_id === source.id),
  }));
}

/** No source has it, so that a list of ids is never empty. */
const nobody = '00000000-0000-0000-0000-000000000000';

export async function requireSource(db: TenantDb, ref: string): Promise<SourceRow> {
  const row = await db
    .selectFrom('catalog_sources')
    .selectAll()
    .where(refColumn(ref), '=', ref)
    .executeTakeFirst();
  if (!row) throw noSuch('source', ref);
  return row;
}

export async function requireSync(db: TenantDb, source: string, id: string): Promise<SyncRow> {
  const { id: sourceId } = await requireSource(db, source);
  const row = await db
    .selectFrom('catalog_syncs')
    .selectAll()
    .where('id', '=', id)
    .where('source_id', '=', sourceId)
    .executeTakeFirst();
  if (!row) throw noSuch('sync', id);
  return row;
}

export function selectSyncs(db: TenantDb, sourceId: string, limit: number): Promise<SyncRow[]> {
  return db
    .selectFrom('catalog_syncs')
    .selectAll()
    .where('source_id', '=', sourceId)
    .orderBy('queued_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
}
