import type { AgentIdentity } from '@plugboard/gateway';
import type { Kysely } from 'kysely';
import type { Pool } from 'pg';

import type { Database } from '../../store/schema.ts';
import { queryTenant } from '../../store/tenant-query.ts';
import { grantIdentityQuery } from './queries.ts';

/** An access token as the authorization server kept it. */
export interface KeptAccessToken {
  readonly organizationId: string;
  /** The row of `agent_tokens` that it stands for. */
  readonly tokenId: string;
  /** The endpoint that it is for. */
  readonly resource: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** Access tokens of the authorization server. */
export interface OAuthTokens {
  /** What to remember a token by; undefined for a text that has not the form of one. */
  hashOf(text: string): string | undefined;
  find(text: string): Promise<KeptAccessToken | undefined>;
}

export interface OAuthStore {
  readonly db: Kysely<Database>;
  readonly pool: Pool;
  readonly oauth: OAuthTokens;
}

/** Whom an access token speaks for; undefined when it, its grant, its agent or its member is gone. */
export async function findByAccessToken(
  { db, pool, oauth }: OAuthStore,
  text: string,
): Promise<AgentIdentity | undefined> {
  const token = await oauth.find(text);
  if (!token) return undefined;
  const { organizationId, tokenId, resource, expiresAt } = token;
  const query = grantIdentityQuery(db, tokenId).compile();
  const [row] = await queryTenant(pool, organizationId, query);
  if (!row) return undefined;
  const identity = presentIdentity(organizationId, row);
  const ends = Math.min(expiresAt, identity.expiresAt ?? Infinity);
  return { ...identity, expiresAt: ends, resources: [resource] };
}

interface IdentityRow {
  readonly tokenId: string;
  readonly agentId: string;
  readonly agentSlug: string;
  readonly memberId: string | null;
  readonly expiresAt: Date | null;
  readonly resources: readonly string[] | null;
  readonly toolboxIds: readonly string[] | null;
}

export function presentIdentity(organizationId: string, row: IdentityRow): AgentIdentity {
  const { tokenId, agentId, agentSlug, memberId, expiresAt, resources, toolboxIds } = row;
  return {
    organizationId,
    agentId,
    agentSlug,
    tokenId,
    expiresAt: expiresAt?.getTime(),
    ...(memberId !== null && { memberId }),
    ...(resources && { resources }),
    ...(toolboxIds && { toolboxIds }),
  };
}
