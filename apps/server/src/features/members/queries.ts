import type { Selectable } from 'kysely';

import { AppError, idPattern } from '@plugboard/contracts';

import type { Database } from '../../store/schema.ts';
import type { TenantDb } from '../tenant-db.ts';

export type MemberRow = Selectable<Database['members']> & { readonly email: string | null };

export function selectMembers(db: TenantDb): Promise<MemberRow[]> {
  return withEmail(db).orderBy('members.created_at').orderBy('members.id').execute();
}

/** By id, or by the e-mail address of their user. Throws `AppError('not_found')`. */
export async function requireMember(db: TenantDb, ref: string): Promise<MemberRow> {
  const row = idPattern.test(ref)
    ? await withEmail(db).where('members.id', '=', ref).executeTakeFirst()
    : await withEmail(db).where('users.email', '=', ref.toLowerCase()).executeTakeFirst();
  if (row) return row;
  throw new AppError('not_found', `There is no member "${ref}". Look at: plugboard member list`, {
    details: { noun: 'member' },
  });
}

/**
 * Locks the organization's owners until the transaction ends, and throws `AppError('conflict')` when
 * the one named is the last who is not suspended: somebody must be able to manage the organization.
 */
export async function requireAnotherOwner(db: TenantDb, memberId: string): Promise<void> {
  const owners = await db
    .selectFrom('members')
    .select(['id', 'suspended_at'])
    .where('role', '=', 'owner')
    .orderBy('id')
    .forUpdate()
    .execute();
  if (owners.some(({ id, suspended_at }) => id !== memberId && suspended_at === null)) return;
  throw new AppError(
    'conflict',
    'This is the last owner of the organization. Make another member an owner first.',
    { details: { reason: 'last_owner' } },
  );
}

/** Agents that are a member's own, and others that act for the member by a grant. */
export async function selectAgentsOf(db: TenantDb, memberId: string) {
  const own = await db
    .selectFrom('agents')
    .select(['id', 'slug'])
    .where('member_id', '=', memberId)
    .execute();
  const granted = await db
    .selectFrom('agent_tokens')
    .select('agent_id')
    .distinct()
    .where('member_id', '=', memberId)
    .execute();
  const concerned = new Set([...own.map(({ id }) => id), ...granted.map((row) => row.agent_id)]);
  return { own, concerned: [...concerned] };
}

function withEmail(db: TenantDb) {
  return db
    .selectFrom('members')
    .leftJoin('users', 'users.id', 'members.user_id')
    .selectAll('members')
    .select('users.email');
}
