import { type Kysely, sql, type Transaction } from 'kysely';

import type { Database } from '../../store/schema.ts';
import type { Membership, SignInMethod, WithheldMembership } from './people.ts';

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

/** What a session proves, and by whose word. */
export interface SessionProof {
  readonly method: SignInMethod;
  /** There when an organization's provider signed them in. */
  readonly sso: { readonly organizationId: string; readonly providerId: string } | undefined;
}

/**
 * Where a person may act: not where they are suspended, and where the organization wants a second
 * factor only when they signed in with one, with a passkey, or by the organization's own provider.
 * What a provider says of somebody is believed by its own organization alone, while it is enabled.
 */
export async function readMemberships(
  db: Kysely<Database>,
  userId: string,
  { method, sso }: SessionProof,
): Promise<{
  memberships: readonly Membership[];
  withheld: readonly WithheldMembership[];
}> {
  const { rows, isInForce } = await withPerson(db, userId, async (tx) => ({
    rows: await tx
      .selectFrom('members as m')
      .innerJoin('organizations as o', 'o.id', 'm.organization_id')
      .leftJoin('organization_settings as s', 's.organization_id', 'm.organization_id')
      .where('m.user_id', '=', userId)
      .where('m.suspended_at', 'is', null)
      .select(['m.organization_id', 'o.name', 'm.id', 'm.role'])
      .select(['s.second_factor_required', 's.sso_required'])
      .orderBy('m.created_at')
      .orderBy('m.id')
      .execute(),
    isInForce: sso !== undefined && (await isEnabled(tx, sso)),
  }));
  const memberships: Membership[] = [];
  const withheld: WithheldMembership[] = [];
  for (const row of rows) {
    const membership = {
      organizationId: row.organization_id,
      organizationName: row.name,
      memberId: row.id,
      role: row.role,
    };
    if (method === 'sso') {
      if (isInForce && sso?.organizationId === row.organization_id) memberships.push(membership);
      continue;
    }
    const isOwnersRecovery = method === 'recovery' && row.role === 'owner';
    const isWeak = method === 'password' || method === 'recovery';
    if (row.sso_required === true && !isOwnersRecovery)
      withheld.push({ ...membership, wants: 'sso' });
    else if (row.second_factor_required === true && isWeak) {
      withheld.push({ ...membership, wants: 'second_factor' });
    } else memberships.push(membership);
  }
  return { memberships, withheld };
}

async function isEnabled(
  tx: Transaction<Database>,
  { organizationId, providerId }: NonNullable<SessionProof['sso']>,
): Promise<boolean> {
  const row = await tx
    .selectFrom('sso_providers')
    .select('id')
    .where('organization_id', '=', organizationId)
    .where('id', '=', providerId)
    .where('enabled', '=', true)
    .executeTakeFirst();
  return row !== undefined;
}
