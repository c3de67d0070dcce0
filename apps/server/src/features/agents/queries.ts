import { sql, type Selectable } from 'kysely';

import type { Database } from '../../store/schema.ts';
import type { TenantDb } from '../tenant-db.ts';
import { refColumn } from '../reference.ts';

export type AgentRow = Selectable<Database['agents']> & {
  readonly tokens: number;
  readonly grants: number;
  readonly last_seen_at: Date | null;
};

export function selectAgents(db: TenantDb): Promise<AgentRow[]> {
  return withCounts(db).orderBy('slug').execute();
}

export function selectAgent(db: TenantDb, ref: string): Promise<AgentRow | undefined> {
  return withCounts(db).where(refColumn(ref), '=', ref).executeTakeFirst();
}

export interface NewAgent {
  readonly id: string;
  readonly organizationId: string;
  readonly slug: string;
  readonly name: string;
  /** Whose own it is; absent for one of the organization. */
  readonly memberId?: string | undefined;
}

/** Undefined when the slug is taken. */
export async function insertAgent(
  db: TenantDb,
  { organizationId, memberId, ...agent }: NewAgent,
): Promise<AgentRow | undefined> {
  const row = await db
    .insertInto('agents')
    .values({ ...agent, organization_id: organizationId, member_id: memberId ?? null })
    .onConflict((conflict) => conflict.columns(['organization_id', 'slug']).doNothing())
    .returningAll()
    .executeTakeFirst();
  return row && { ...row, tokens: 0, grants: 0, last_seen_at: null };
}

/** Its tokens, grants and sessions go with it. */
export async function deleteAgent(db: TenantDb, id: string): Promise<void> {
  await db.deleteFrom('agents').where('id', '=', id).execute();
}

function withCounts(db: TenantDb) {
  return db
    .selectFrom('agents')
    .where('revoked_at', 'is', null)
    .selectAll()
    .select((eb) => [
      eb
        .selectFrom('agent_tokens')
        .whereRef('agent_tokens.agent_id', '=', 'agents.id')
        .where('agent_tokens.revoked_at', 'is', null)
        .where(sql<boolean>`coalesce(agent_tokens.expires_at > now(), true)`)
        .select(sql<number>`count(*)::int`.as('count'))
        .$asScalar()
        .$notNull()
        .as('tokens'),
      eb
        .selectFrom('grants')
        .whereRef('grants.agent_id', '=', 'agents.id')
        .select(sql<number>`count(*)::int`.as('count'))
        .$asScalar()
        .$notNull()
        .as('grants'),
      eb
        .selectFrom('sessions')
        .whereRef('sessions.agent_id', '=', 'agents.id')
        .select(sql<Date | null>`max(last_seen_at)`.as('last'))
        .$asScalar()
        .as('last_seen_at'),
    ]);
}
