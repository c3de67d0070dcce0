import { AppError } from '@plugboard/contracts';

import type { StoredInstance } from '../../instances/revisions/stored-candidate.ts';
import type { TenantDb } from '../../tenant-db.ts';
import { changesSince, destinationFromRow, destinationOf } from './destination.ts';
import { nameOf } from './missing-slots.ts';
import type { LentSlot } from './open-bindings.ts';

/**
 * Throws `AppError('sign_in_required')` while a slot is filled with what a member or an agent lent to
 * the instance before it was changed to take it elsewhere, and they have not confirmed that.
 */
export async function refuseChanged(
  db: TenantDb,
  row: StoredInstance,
  credentialSet: string,
  slots: readonly LentSlot[],
  dataDir: string,
): Promise<void> {
  const lent = slots.filter(({ isOwn }) => isOwn);
  if (lent.length === 0) return;
  const now = destinationOf(row, dataDir);
  const changes = new Set(
    lent.flatMap(({ destination }) => changesSince(destinationFromRow(destination), now)),
  );
  if (changes.size === 0) return;
  const [kind, id = ''] = credentialSet.split(':');
  const isAgent = kind === 'agent';
  const name = await nameOf(db, isAgent ? 'agent' : 'member', id);
  const who = isAgent ? `Whoever answers for the agent ${name}` : name;
  const agent = isAgent ? ` --agent ${name}` : '';
  throw new AppError(
    'sign_in_required',
    `${row.slug} was changed since it was lent the account of ${name}: ${[...changes].join('; ')}. It is not given it until that is confirmed. ${who} can: plugboard credential confirm ${row.slug}${agent}`,
    {
      details: {
        who: { kind: isAgent ? 'agent' : 'member', id, name },
        instance: row.slug,
        missing: [],
        reason: 'destination_changed',
        changes: [...changes],
      },
    },
  );
}
