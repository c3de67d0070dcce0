import type { AppServices } from '../../../app/services.ts';
import { withTenant } from '../../../store/tenant.ts';
import type { StoredInstance } from '../../instances/revisions/stored-candidate.ts';
import { selectBindings } from './queries.ts';
import { slotsOf, slotSource } from './slots.ts';

/**
 * Slots of an instance that its own configuration need not fill: those that a credential fills for
 * everybody, and those that each member or agent fills for their own calls.
 */
export async function filledSlotsOf(
  { db, server }: Pick<AppServices, 'db' | 'server'>,
  organizationId: string,
  row: StoredInstance,
): Promise<readonly string[]> {
  const bindings = await withTenant(db, organizationId, (tx) =>
    selectBindings(tx, { instanceId: row.id }),
  );
  if (bindings.length === 0 && row.account === 'organization') return [];
  const source = slotSource(row, bindings, server.dataDir);
  const shared = source.bound.map(({ slot }) => slot);
  const others = slotsOf(source).filter(({ of, required }) => of !== 'organization' && required);
  return [...shared, ...others.map(({ slot }) => slot)];
}
