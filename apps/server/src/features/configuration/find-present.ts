import type { AppServices } from '../../app/services.ts';
import { withTenant } from '../../store/tenant.ts';
import { requireInstance } from '../instances/queries.ts';
import { type PresentInstance, readPresent } from '../instances/revisions/present-instance.ts';
import type { Actor } from '../members/policy.ts';

/** The instance that a request names. Rejects with `AppError('not_found')`. */
export function findPresent(
  { db, server }: Pick<AppServices, 'db' | 'server'>,
  { organizationId }: Pick<Actor, 'organizationId'>,
  ref: string,
): Promise<PresentInstance> {
  return withTenant(db, organizationId, async (tx) => {
    const { id } = await requireInstance(tx, ref);
    return readPresent(tx, id, server.dataDir);
  });
}
