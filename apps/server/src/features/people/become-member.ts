import { AppError, newId } from '@plugboard/contracts';

import type { Role } from '../members/policy.ts';
import type { TenantDb } from '../tenant-db.ts';

export interface NewMembership {
  readonly organizationId: string;
  readonly userId: string;
  readonly name: string;
  readonly role: Role;
  /** How the membership came about. */
  readonly source: 'invitation' | 'sso' | 'scim';
  /** A member without a user, whose place the user takes; their role stays. */
  readonly memberId?: string | undefined;
}

/**
 * Makes a user a member, within the transaction that records it. Throws `AppError('conflict')` when they
 * are one already, or when somebody else took the place meanwhile.
 */
export async function becomeMember(
  tx: TenantDb,
  { organizationId, userId, name, role, source, memberId }: NewMembership,
): Promise<string> {
  const present = await tx
    .selectFrom('members')
    .select('id')
    .where('user_id', '=', userId)
    .executeTakeFirst();
  if (present) throw new AppError('conflict', 'You are a member of this organization already.');
  if (memberId !== undefined) {
    const taken = await tx
      .updateTable('members')
      .set({ user_id: userId, name })
      .where('id', '=', memberId)
      .where('user_id', 'is', null)
      .returning('id')
      .executeTakeFirst();
    if (taken) return taken.id;
    throw new AppError('conflict', 'This place was taken by somebody else. Ask for an invitation.');
  }
  const id = newId();
  await tx
    .insertInto('members')
    .values({ id, organization_id: organizationId, user_id: userId, name, role, source })
    .execute();
  return id;
}
