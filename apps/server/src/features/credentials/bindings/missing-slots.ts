import { AppError } from '@plugboard/contracts';

import type { ServerUrls } from '../../../http/urls.ts';
import type { StoredInstance } from '../../instances/revisions/stored-candidate.ts';
import type { TenantDb } from '../../tenant-db.ts';
import { selectBindings } from './queries.ts';
import { sameSlot } from './same-slot.ts';
import { slotsOf, slotSource } from './slots.ts';

export interface MissingOptions {
  readonly urls: ServerUrls;
  readonly dataDir: string;
}

/**
 * Throws `AppError('sign_in_required')` saying who has to provide what, and where, while a slot that a
 * member or agent must fill is empty. `filled` are the slots that are not.
 */
export async function refuseMissing(
  db: TenantDb,
  row: StoredInstance,
  credentialSet: string,
  filled: readonly string[],
  { urls, dataDir }: MissingOptions,
): Promise<void> {
  const [kind, id] = credentialSet.split(':');
  if ((kind !== 'member' && kind !== 'agent') || id === undefined) return;
  const bindings = await selectBindings(db, { instanceId: row.id });
  const source = slotSource(row, bindings, dataDir);
  const missing = slotsOf(source)
    .filter(({ of, required }) => of === kind && required)
    .map(({ slot }) => slot)
    .filter((slot) => !filled.some((other) => sameSlot(slot, other, source.isRemote)));
  if (missing.length === 0) return;
  const name = await nameOf(db, kind, id);
  // Only a remote server's own header can be filled by connecting an account.
  const canConnect = source.isRemote && missing.some((slot) => /^authorization$/i.test(slot));
  const query = kind === 'agent' ? `?agent=${id}` : '';
  const connectUrl = canConnect ? `${urls.base}/connect/${row.slug}${query}` : undefined;
  const at = connectUrl === undefined ? '' : ` at ${connectUrl}, or`;
  const who = kind === 'member' ? name : `An owner or admin, for the agent ${name},`;
  const what = missing.join(', ');
  throw new AppError(
    'sign_in_required',
    `${row.slug} is used with ${kind === 'member' ? "each member's" : "each agent's"} own account, and the one of ${name} is missing (${what}). ${who} can provide it${at} with: plugboard credential bind ${row.slug} ${missing[0]} NAME`,
    {
      details: {
        who: { kind, id, name },
        ...(connectUrl && { connectUrl }),
        instance: row.slug,
        missing,
      },
    },
  );
}

/** What the member or agent for whom a call is made is called. Rejects when they are gone. */
export async function nameOf(db: TenantDb, kind: 'member' | 'agent', id: string): Promise<string> {
  const row =
    kind === 'member'
      ? await db.selectFrom('members').select('name').where('id', '=', id).executeTakeFirst()
      : await db
          .selectFrom('agents')
          .select('slug as name')
          .where('id', '=', id)
          .executeTakeFirst();
  if (!row) throw new AppError('forbidden', `The ${kind} for whom this is called is gone.`);
  return row.name;
}
