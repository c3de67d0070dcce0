import { newId } from '@plugboard/contracts';
import { sql } from 'kysely';

import type { AppServices } from '../../../app/services.ts';
import { endSessionsOf } from '../end-sessions.ts';
import { withPerson } from '../memberships.ts';
import { scimError } from './scim-error.ts';

type Services = Pick<AppServices, 'db'>;

export interface NewAccount {
  readonly email: string;
  readonly name: string;
  /** Whether the organization has proven that the address is one of its own. */
  readonly isProven: boolean;
}

/**
 * Makes a user without anything to sign in with. One who is a member of nothing is made anew, so that
 * whoever made that account before has no way in; one who is a member anywhere is refused, for they are
 * not this organization's to take.
 */
export async function makeAccount(
  { db }: Services,
  { email, name, isProven }: NewAccount,
): Promise<string> {
  return db.transaction().execute(async (tx) => {
    // Waits for whoever is making them a member elsewhere just now.
    const present = await tx
      .selectFrom('users')
      .select('id')
      .where('email', '=', email)
      .forUpdate()
      .executeTakeFirst();
    if (present) {
      await sql`select set_config('plugboard.user_id', ${present.id}, true)`.execute(tx);
      const member = await tx
        .selectFrom('members')
        .select('id')
        .where('user_id', '=', present.id)
        .executeTakeFirst();
      if (member) throw taken();
      await tx.deleteFrom('users').where('id', '=', present.id).execute();
    }
    const made = await tx
      .insertInto('users')
      .values({ id: newId(), name, email, email_verified: isProven })
      .onConflict((conflict) => conflict.column('email').doNothing())
      .returning('id')
      .executeTakeFirst();
    if (!made) throw taken();
    return made.id;
  });
}

/** Ends the sessions of a person who is a member of nothing else: theirs are of other organizations too. */
export async function endSessionsHere(
  services: Services,
  organizationId: string,
  userId: string | null,
): Promise<void> {
  if (userId === null) return;
  const elsewhere = await withPerson(services.db, userId, (tx) =>
    tx
      .selectFrom('members')
      .select('id')
      .where('user_id', '=', userId)
      .where('organization_id', '<>', organizationId)
      .executeTakeFirst(),
  );
  if (!elsewhere) await endSessionsOf(services, userId);
}

export function taken() {
  return scimError(
    'uniqueness',
    'This address has an account that is not the directory’s. Invite them: plugboard member invite',
    { reason: 'account' },
  );
}
