import { withTenant } from '../../store/tenant.ts';
import { commitChange } from '../change.ts';
import { resealOrganization, type RotationServices } from './rotate-owner-keys.ts';

/**
 * So long a former key still opens what it sealed: who had sealed a value with it when it was replaced
 * has written that by then, and other nodes have followed.
 */
export const formerKeptMs = 3_600_000;

/**
 * Destroys the former owner keys of an organization that had their time, after seeing once more that
 * nothing is sealed with them. Resolves with how many.
 */
export async function destroyRetired(
  services: RotationServices,
  organizationId: string,
  signal: AbortSignal,
): Promise<number> {
  const before = new Date(services.clock() - formerKeptMs);
  const isDue = await withTenant(services.db, organizationId, (tx) =>
    tx.selectFrom('owner_keys').select('id').where('retired_at', '<', before).executeTakeFirst(),
  );
  if (!isDue) return 0;
  await resealOrganization(services, organizationId, { signal });
  const destroyed = await commitChange(services, { organizationId }, async (tx) => {
    const gone = await tx
      .deleteFrom('owner_keys')
      .where('retired_at', '<', before)
      .where((where) =>
        where.not(
          where.exists(
            where
              .selectFrom('credentials')
              .select('credentials.id')
              .whereRef('credentials.owner_key_id', '=', 'owner_keys.id'),
          ),
        ),
      )
      .returning('id')
      .execute();
    if (gone.length === 0) return undefined;
    return {
      result: gone.length,
      record: { kind: 'owner_keys.destroyed', change: { keys: gone.map(({ id }) => id) } },
      events: [{ kind: 'keys', organizationId }],
    };
  });
  return destroyed ?? 0;
}

/** From then on, whoever has a former master key gets no further by it. */
export async function forgetBridges({
  db,
  clock,
}: Pick<RotationServices, 'db' | 'clock'>): Promise<void> {
  await db
    .updateTable('master_keys')
    .set({ bridge: null })
    .where('bridge', 'is not', null)
    .where('created_at', '<', new Date(clock() - formerKeptMs))
    .where((where) =>
      where.not(
        where.exists(
          where
            .selectFrom('master_keys as former')
            .select('former.id')
            .where('former.retired_at', 'is not', null)
            .where('former.emptied_at', 'is', null),
        ),
      ),
    )
    .execute();
}
