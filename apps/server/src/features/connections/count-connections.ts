import { sql } from 'kysely';

import type { Actor } from '../members/policy.ts';
import type { TenantDb } from '../tenant-db.ts';

export interface ConnectionCounts {
  readonly total: number;
  readonly needsSignIn: number;
  /** Calls that failed for want of a sign-in. */
  readonly blockedCalls: number;
}

/** Of those that a member may see. */
export async function countConnections(
  db: TenantDb,
  { memberId, role }: Actor,
): Promise<ConnectionCounts> {
  const needs = sql`connections.state = 'needs_sign_in'`;
  const row = await db
    .selectFrom('connections')
    .innerJoin('credentials', 'credentials.id', 'connections.credential_id')
    .where('credentials.destroyed_at', 'is', null)
    .$if(role === 'member', (query) =>
      query.where((eb) =>
        eb.or([
          eb('credentials.owner_kind', '=', 'organization'),
          eb('credentials.member_id', '=', memberId),
        ]),
      ),
    )
    .select([
      sql<number>`count(*)::int`.as('total'),
      sql<number>`(count(*) filter (where ${needs}))::int`.as('needs_sign_in'),
      sql<number>`coalesce(sum(blocked_calls) filter (where ${needs}), 0)::int`.as('blocked'),
    ])
    .executeTakeFirstOrThrow();
  return { total: row.total, needsSignIn: row.needs_sign_in, blockedCalls: row.blocked };
}
