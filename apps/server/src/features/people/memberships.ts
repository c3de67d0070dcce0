import { type Kysely, sql, type Transaction } from 'kysely';

import type { Database } from '../../store/schema.ts';
import type { Membership, SignInMethod } from './people.ts';

/** Runs `work` in a transaction that sees a person's own memberships, in all organizations. */
export async function withPerson<T>(
  db: Kysely<Database>,
  userId: string,
  work: (tx: Transaction<Database>) => Promise<T>,
): Promise<T> {
  return db.transaction().execute(async (tx) => {
    await sql`select set_config('plugboard.user_id', ${userId}, true)`.execute(tx);
    return work(tx);
  });
}

/**
 * Where a person may act: not where they are suspended, and where the organization wants a second
 * factor only when they signed in with one, with a passkey, or by the organization's own provider.
 */
export async function readMemberships(
  db: Kysely<Database>,
  userId: string,
  method: SignInMethod,
): Promise<{ memberships: readonly Membership[]; withheld: readonly Membership[] }> {
  const rows = await withPerson(db, userId, (tx) =>
    tx
      .selectFrom('members as m')
      .innerJoin('organizations as o', 'o.id', 'm.organization_id')
      .leftJoin('organization_settings as s', 's.organization_id', 'm.organization_id')
      .where('m.user_id', '=', userId)
      .where('m.suspended_at', 'is', null)
      .select(['m.organization_id', 'o.name', 'm.id', 'm.role', 's.second_factor_required'])
      .orderBy('m.created_at')
      .orderBy('m.id')
      .execute(),
  );
  const all = rows.map((row) => ({
    isWithheld: row.second_factor_required === true && method === 'password',
    membership: {
      organizationId: row.organization_id,
      organizationName: row.name,
      memberId: row.id,
      role: row.role,
    },
  }));
  return {
    memberships: all.filter((one) => !one.isWithheld).map((one) => one.membership),
    withheld: all.filter((one) => one.isWithheld).map((one) => one.membership),
  };
}
