import { sql } from 'kysely';

import type { TenantDb } from '../../tenant-db.ts';
import { entryKey } from './store-batch.ts';

/** The versions of a source that a complete listing of it no longer has, and that are not deleted yet. */
export async function selectVanished(
  db: TenantDb,
  sourceId: string,
  listed: ReadonlySet<string>,
): Promise<readonly { readonly name: string; readonly version: string }[]> {
  const rows = await db
    .selectFrom('catalog_versions')
    .select(['name', 'version'])
    .where('source_id', '=', sourceId)
    .where('status', '<>', 'deleted')
    .execute();
  return rows.filter((row) => !listed.has(entryKey(row)));
}

/** Marks versions as deleted; when a source lists one again, it is as the source says. */
export async function markVanished(
  db: TenantDb,
  sourceId: string,
  versions: readonly { readonly name: string; readonly version: string }[],
): Promise<void> {
  const names = versions.map(({ name }) => name);
  await sql`
    update catalog_versions v
    set status = 'deleted', is_latest = false, updated_at = now(), synced_at = now(), mark = ''::bytea,
        status_message = 'The source does not list it any more.'
    from unnest(${names}::text[], ${versions.map(({ version }) => version)}::text[]) as gone (name, version)
    where v.source_id = ${sourceId} and v.name = gone.name and v.version = gone.version
  `.execute(db);
}
