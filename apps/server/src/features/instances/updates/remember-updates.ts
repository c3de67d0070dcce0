import { availableUpdates, type KnownVersion } from '@plugboard/catalog';
import type { Kysely } from 'kysely';

import type { Database } from '../../../store/schema.ts';
import { withTenant } from '../../../store/tenant.ts';
import type { PresentInstance } from '../revisions/present-instance.ts';

/**
 * Keeps the newest version that an instance could be updated to, for lists that ask nobody. The
 * versions must be those that every member may know of.
 */
export async function rememberUpdates(
  db: Kysely<Database>,
  { row }: PresentInstance,
  versions: readonly KnownVersion[],
): Promise<void> {
  const newer = availableUpdates(row.version, versions).newest?.version ?? null;
  const than = newer === null ? null : row.version;
  if (newer === row.newer_version && than === row.newer_than) return;
  await withTenant(db, row.organization_id, (tx) =>
    tx
      .updateTable('instances')
      .set({ newer_version: newer, newer_than: than })
      .where('id', '=', row.id)
      .where('version', '=', row.version)
      .execute(),
  );
}
