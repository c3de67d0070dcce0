import { type SqlBool, sql } from 'kysely';

import type { TenantDb } from '../tenant-db.ts';
import type { Audience } from './asker.ts';
import type { Position } from './cursor.ts';

export interface ListedVersions {
  readonly audiences: readonly Audience[];
  /** Part of a name, a title or a description. */
  readonly search?: string | undefined;
  readonly updatedSince?: Date | undefined;
  /** `latest`, or an exact version. */
  readonly version?: string | undefined;
  readonly includeDeleted: boolean;
  readonly after?: Position | undefined;
  readonly limit: number;
}

export type VersionRow = Awaited<ReturnType<typeof selectVersions>>[number];

/**
 * Versions of servers in the order of their names. A server that several sources have is told of by
 * the first of those sources that the asker may see and that did not delete it.
 */
export function selectVersions(db: TenantDb, wanted: ListedVersions) {
  const { audiences, search, updatedSince, version, includeDeleted, after, limit } = wanted;
  return seenVersions(db, audiences)
    .$if(!includeDeleted, (query) => query.where('v.status', '<>', 'deleted'))
    .$if(updatedSince !== undefined, (query) =>
      query.where(sql<Date>`coalesce(v.updated_at, v.synced_at)`, '>=', updatedSince ?? new Date()),
    )
    .$if(version === 'latest', (query) => query.where('v.is_latest', '=', true))
    .$if(version !== undefined && version !== 'latest', (query) =>
      query.where('v.version', '=', version ?? ''),
    )
    .$if(search !== undefined, (query) => query.where(mentions(search ?? '')))
    .$if(after !== undefined, (query) =>
      query.where(
        sql<SqlBool>`(v.name collate "C", v.version collate "C") > (${after?.name ?? ''}, ${after?.version ?? ''})`,
      ),
    )
    .orderBy(sql`v.name collate "C"`)
    .orderBy(sql`v.version collate "C"`)
    .limit(limit)
    .execute();
}

/** All versions of one server, newest first. */
export function selectVersionsOf(
  db: TenantDb,
  audiences: readonly Audience[],
  name: string,
  includeDeleted: boolean,
) {
  return seenVersions(db, audiences)
    .where('v.name', '=', name)
    .$if(!includeDeleted, (query) => query.where('v.status', '<>', 'deleted'))
    .orderBy('v.is_latest', 'desc')
    .orderBy(sql`coalesce(v.published_at, v.updated_at)`, (order) => order.desc().nullsLast())
    .orderBy(sql`v.version collate "C"`, 'desc')
    .execute();
}

function seenVersions(db: TenantDb, audiences: readonly Audience[]) {
  return db
    .selectFrom('catalog_versions as v')
    .innerJoin('catalog_sources as s', (join) =>
      join.onRef('s.organization_id', '=', 'v.organization_id').onRef('s.id', '=', 'v.source_id'),
    )
    .where('s.enabled', '=', true)
    .where('s.audience', 'in', audiences)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('catalog_versions as o')
            .innerJoin('catalog_sources as p', (join) =>
              join
                .onRef('p.organization_id', '=', 'o.organization_id')
                .onRef('p.id', '=', 'o.source_id'),
            )
            .select('o.name')
            .whereRef('o.organization_id', '=', 'v.organization_id')
            .whereRef('o.name', '=', 'v.name')
            .where('o.status', '<>', 'deleted')
            .where('p.enabled', '=', true)
            .where('p.audience', 'in', audiences)
            .where(sql<SqlBool>`(p.priority, p.id) < (s.priority, s.id)`),
        ),
      ),
    )
    .select([
      'v.name',
      'v.version',
      'v.document',
      'v.status',
      'v.status_message',
      'v.is_latest',
      'v.published_at',
      'v.updated_at',
      'v.synced_at',
      'v.registry_meta',
      's.slug as source',
    ]);
}

/** The registry's own search is a substring; `%` and `_` are letters like any other. */
function mentions(text: string) {
  const pattern = `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
  return sql<SqlBool>`(v.name ilike ${pattern} or v.document::jsonb ->> 'title' ilike ${pattern} or v.document::jsonb ->> 'description' ilike ${pattern})`;
}
