import type { Kysely } from 'kysely';

import type { Database } from '../../store/schema.ts';
import { readMemberships, type SessionProof } from './memberships.ts';
import type { ReadSessionOptions, SignedIn, SignInMethod } from './people.ts';
import { absoluteMs, idleMs, touchMs } from './session-ends.ts';

interface Options {
  readonly db: Kysely<Database>;
  readonly clock: () => number;
}

/** The person of a session. One that lay idle or is too old is ended for good. */
export async function readSession(
  { db, clock }: Options,
  token: string,
  { touch = true }: ReadSessionOptions = {},
): Promise<SignedIn | undefined> {
  const row = await db
    .selectFrom('user_sessions as s')
    .innerJoin('users as u', 'u.id', 's.user_id')
    .where('s.token', '=', token)
    .select(['s.id', 's.user_id', 's.method', 's.active_organization_id', 's.created_at'])
    .select([
      's.seen_at',
      's.expires_at',
      's.sso_organization_id',
      's.sso_provider_id',
      'u.name',
      'u.email',
    ])
    .executeTakeFirst();
  if (!row) return undefined;
  const now = clock();
  const createdAt = row.created_at.getTime();
  const ends = Math.min(
    row.expires_at.getTime(),
    createdAt + absoluteMs,
    row.seen_at.getTime() + idleMs,
  );
  if (now >= ends) {
    await db.deleteFrom('user_sessions').where('id', '=', row.id).execute();
    return undefined;
  }
  if (touch && now - row.seen_at.getTime() > touchMs) {
    await db
      .updateTable('user_sessions')
      .set({ seen_at: new Date(now) })
      .where('id', '=', row.id)
      .execute();
  }
  const proof = proofOf(row);
  const { memberships, withheld } = await readMemberships(db, row.user_id, proof);
  const active = memberships.find(
    ({ organizationId }) => organizationId === row.active_organization_id,
  );
  return {
    userId: row.user_id,
    name: row.name,
    email: row.email,
    sessionId: row.id,
    method: proof.method,
    activeOrganizationId: (active ?? memberships[0])?.organizationId,
    memberships,
    withheld,
    ssoOrganizationId: proof.sso?.organizationId,
    authenticatedAt: createdAt,
  };
}

/** As stored; what is not known proves the least. */
export function proofOf(row: {
  readonly method: string;
  readonly sso_organization_id: string | null;
  readonly sso_provider_id: string | null;
}): SessionProof {
  const { sso_organization_id: organizationId, sso_provider_id: providerId } = row;
  const sso =
    organizationId === null || providerId === null ? undefined : { organizationId, providerId };
  return { method: sso ? 'sso' : methodOf(row.method), sso };
}

function methodOf(text: string): SignInMethod {
  const known = ['second_factor', 'passkey', 'sso', 'recovery'] as const;
  return known.find((each) => each === text) ?? 'password';
}
