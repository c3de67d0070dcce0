import type { OfferedInstance } from '@plugboard/gateway';

import { withLevels } from '../access/access-source.ts';
import { selectReachedInstances } from '../access/queries.ts';
import type { TenantDb } from '../tenant-db.ts';
import type { GrantRow } from './queries.ts';

/**
 * The instances that grants are about, with what they offer. Of definitions only those that say
 * whether they destroy something are read: there may be many.
 */
export async function readAffected(
  db: TenantDb,
  grants: readonly Pick<GrantRow, 'toolbox_id' | 'instance_id'>[],
): Promise<readonly OfferedInstance[]> {
  const toolboxIds = new Set(grants.flatMap(({ toolbox_id: id }) => id ?? []));
  const instanceIds = new Set(grants.flatMap(({ instance_id: id }) => id ?? []));
  const instances = await selectReachedInstances(db, [...toolboxIds], [...instanceIds]);
  return withLevels(db, instances, { hints: true });
}
