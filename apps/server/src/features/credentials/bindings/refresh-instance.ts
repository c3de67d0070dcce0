import type { AppServices } from '../../../app/services.ts';
import { withTenant } from '../../../store/tenant.ts';
import { commitChange } from '../../change.ts';
import { slotsOf, slotSource } from './slots.ts';
import type { Actor } from '../../members/policy.ts';
import { requireStored } from './bind.ts';
import { selectBindings } from './queries.ts';
import { sameSlot } from './same-slot.ts';

export interface Refreshed {
  readonly restarted: number;
  /** Slots that somebody has still to fill for everybody. */
  readonly missing: string[];
}

/**
 * Opens the credentials of an instance anew: every copy that runs with any starts again, here and on
 * other nodes.
 */
export async function refreshCredentials(
  services: AppServices,
  actor: Actor,
  ref: string,
): Promise<Refreshed> {
  const { organizationId } = actor;
  const { row, missing } = await withTenant(services.db, organizationId, async (tx) => {
    const stored = await requireStored(tx, ref);
    const bindings = await selectBindings(tx, { instanceId: stored.id });
    const source = slotSource(stored, bindings, services.server.dataDir);
    const isFilled = (slot: string) =>
      bindings.some((each) => sameSlot(each.slot, slot, source.isRemote));
    return {
      row: stored,
      missing: slotsOf(source)
        .filter(({ of, required, inline, slot }) => {
          return of === 'organization' && required && !inline && !isFilled(slot);
        })
        .map(({ slot }) => slot),
    };
  });
  const before = await services.supervisor.statuses(organizationId);
  const running = before.filter(
    ({ instanceId, state }) => instanceId === row.id && state.name !== 'stopped',
  );
  await commitChange(services, actor, async () => ({
    result: undefined,
    record: {
      kind: 'instance.credentials_refreshed',
      instanceId: row.id,
      change: { slug: row.slug },
    },
    events: [
      { kind: 'instance_credentials', organizationId, instanceId: row.id, about: 'changed' },
    ],
  }));
  return { restarted: running.length, missing };
}
