import { type Kysely, type Selectable, sql } from 'kysely';

import type { Database } from '../../store/schema.ts';
import type { TenantDb } from '../tenant-db.ts';

export type AgentTokenRow = Selectable<Database['agent_tokens']>;

export function selectTokens(db: TenantDb, agentId: string): Promise<AgentTokenRow[]> {
  return db
    .selectFrom('agent_tokens')
    .selectAll()
    .where('agent_id', '=', agentId)
    .orderBy('id')
    .execute();
}

export interface NewAgentTokenRow {
  readonly id: string;
  readonly organizationId: string;
  readonly agentId: string;
  readonly name: string;
  readonly hash: Buffer;
  readonly hint: string;
  readonly expiresAt: Date | null;
}

export function insertToken(db: TenantDb, token: NewAgentTokenRow): Promise<AgentTokenRow> {
  return db
    .insertInto('agent_tokens')
    .values({
      id: token.id,
      organization_id: token.organizationId,
      agent_id: token.agentId,
      name: token.name,
      hash: token.hash,
      hint: token.hint,
      expires_at: token.expiresAt,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/**
 * Revokes a token, and those that it was exchanged for, and ends their sessions. Undefined when there
 * is no such token to revoke.
 */
export async function revokeTokenRow(
  db: TenantDb,
  agentId: string,
  id: string,
  now: Date,
): Promise<AgentTokenRow | undefined> {
  const row = await db
    .updateTable('agent_tokens')
    .set({ revoked_at: now })
    .where('agent_id', '=', agentId)
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .returningAll()
    .executeTakeFirst();
  if (!row) return undefined;
  const family = await endExchanged(db, id, now);
  await db
    .deleteFrom('sessions')
    .where('token_id', '=', sql<string>`any(${[id, ...family]}::uuid[])`)
    .execute();
  await db
    .updateTable('agent_clients')
    .set({ revoked_at: now })
    .where('token_id', '=', id)
    .where('revoked_at', 'is', null)
    .execute();
  return row;
}

/** Ends what a token was exchanged for, and what that was; resolves to their ids. */
async function endExchanged(db: TenantDb, id: string, now: Date): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    with recursive family as (
      select t.id from agent_tokens t where t.parent_id = ${id}
      union
      select t.id from agent_tokens t join family f on t.parent_id = f.id
    )
    update agent_tokens set revoked_at = coalesce(revoked_at, ${now})
    where id in (select id from family) returning id`.execute(db);
  return rows.map((row) => row.id);
}

/** Asks who a static token speaks for, by its hash; revoked ones speak for nobody. */
export function identityQuery(db: Kysely<Database>, hash: Buffer) {
  return goodTokens(db).where('agent_tokens.hash', '=', hash);
}

/** Asks who a row of tokens speaks for. */
export function grantIdentityQuery(db: Kysely<Database>, id: string) {
  return goodTokens(db).where('agent_tokens.id', '=', id);
}

/**
 * Rows that are not revoked, of agents that are not, for members who are not suspended. A member's own
 * agent may act by the grant of another member: both must be good.
 */
function goodTokens(db: Kysely<Database>) {
  return db
    .selectFrom('agent_tokens')
    .innerJoin('agents', 'agents.id', 'agent_tokens.agent_id')
    .leftJoin('members', (join) =>
      join.on('members.id', '=', sql`coalesce(agent_tokens.member_id, agents.member_id)`),
    )
    .leftJoin('members as owner', 'owner.id', 'agents.member_id')
    .where('agent_tokens.revoked_at', 'is', null)
    .where('agents.revoked_at', 'is', null)
    .where('members.suspended_at', 'is', null)
    .where('owner.suspended_at', 'is', null)
    .select([
      'agent_tokens.id as tokenId',
      'agent_tokens.expires_at as expiresAt',
      'agent_tokens.resources',
      'agent_tokens.toolbox_ids as toolboxIds',
      'agents.id as agentId',
      'agents.slug as agentSlug',
      'members.id as memberId',
    ]);
}

/** Notes that a token was used; no more often than once a minute. */
export async function noteUse(db: TenantDb, id: string, now: Date): Promise<void> {
  const before = new Date(now.getTime() - 60_000);
  await db
    .updateTable('agent_tokens')
    .set({ last_used_at: now })
    .where('id', '=', id)
    .where((eb) => eb.or([eb('last_used_at', 'is', null), eb('last_used_at', '<', before)]))
    .execute();
}

/** Whether a token still speaks for its agent. */
export async function isTokenGood(db: TenantDb, id: string): Promise<boolean> {
  const row = await goodTokens(db)
    .where('agent_tokens.id', '=', id)
    .where(sql<boolean>`coalesce(agent_tokens.expires_at > now(), true)`)
    .executeTakeFirst();
  return row !== undefined;
}
