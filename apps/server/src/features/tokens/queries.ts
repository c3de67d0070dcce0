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

/** Revokes a token and ends its sessions. Undefined when there is no such token to revoke. */
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
  if (row) await db.deleteFrom('sessions').where('token_id', '=', id).execute();
  return row;
}

/** Asks who a token speaks for, by its hash; revoked ones speak for nobody. */
export function identityQuery(db: Kysely<Database>, hash: Buffer) {
  return db
    .selectFrom('agent_tokens')
    .innerJoin('agents', 'agents.id', 'agent_tokens.agent_id')
    .where('agent_tokens.hash', '=', hash)
    .where('agent_tokens.revoked_at', 'is', null)
    .where('agents.revoked_at', 'is', null)
    .select([
      'agent_tokens.id as tokenId',
      'agent_tokens.expires_at as expiresAt',
      'agents.id as agentId',
      'agents.slug as agentSlug',
    ]);
}

/** Whether a token still speaks for its agent. */
export async function isTokenGood(db: TenantDb, id: string): Promise<boolean> {
  const row = await db
    .selectFrom('agent_tokens')
    .innerJoin('agents', 'agents.id', 'agent_tokens.agent_id')
    .where('agent_tokens.id', '=', id)
    .where('agent_tokens.revoked_at', 'is', null)
    .where('agents.revoked_at', 'is', null)
    .where(sql<boolean>`coalesce(agent_tokens.expires_at > now(), true)`)
    .select('agent_tokens.id')
    .executeTakeFirst();
  return row !== undefined;
}
