import { type Kysely, type RawBuilder, sql } from 'kysely';

import type { Database } from '../../../store/schema.ts';
import { withTenant } from '../../../store/tenant.ts';
import type { CredentialOwner } from '../../credentials/vault.ts';
import type { ConnectionRef } from './access-tokens.ts';

/** The database's time, by which all nodes go: their own clocks may differ. */
export type DatabaseNow = () => RawBuilder<Date>;

export const databaseNow: DatabaseNow = () => sql<Date>`clock_timestamp()`;

/** So many milliseconds from then. */
export function later(now: DatabaseNow, ms: number): RawBuilder<Date> {
  return sql<Date>`${now()} + make_interval(secs => ${ms / 1000})`;
}

/** What is stored of a connection, its times as milliseconds from now; negative ones are past. */
export interface ConnectionState {
  readonly organizationId: string;
  readonly id: string;
  readonly name: string;
  readonly owner: CredentialOwner;
  readonly ownerName: string;
  readonly provider: string | null;
  readonly issuer: string;
  readonly server: unknown;
  readonly resource: string | null;
  readonly clientRowId: string;
  readonly identityId: string | null;
  readonly grant: 'authorization_code' | 'client_credentials' | 'jwt_bearer';
  readonly allowPrivateNetwork: boolean;
  readonly scopes: readonly string[];
  readonly state: 'connected' | 'needs_sign_in' | 'revoked';
  readonly reason: string | null;
  readonly failures: number;
  /** Of its credential. */
  readonly version: number;
  readonly expiresInMs: number | null;
  readonly renewInMs: number | null;
  readonly retryInMs: number | null;
  readonly renewedMsAgo: number | null;
  /** How long somebody may still be renewing this version. */
  readonly heldMs: number | null;
}

/** Resolves with undefined when there is no such connection, or its credential was destroyed. */
export async function readConnection(
  db: Kysely<Database>,
  { organizationId, connectionId }: ConnectionRef,
  now: DatabaseNow,
): Promise<ConnectionState | undefined> {
  const row = await withTenant(db, organizationId, (tx) =>
    tx
      .selectFrom('connections as c')
      .innerJoin('credentials as k', 'k.id', 'c.credential_id')
      .leftJoin('members as m', 'm.id', 'k.member_id')
      .leftJoin('agents as a', 'a.id', 'k.agent_id')
      .leftJoin('connection_refreshes as r', (join) =>
        join
          .onRef('r.connection_id', '=', 'c.id')
          .onRef('r.version', '=', 'k.version')
          .on('r.holder', 'is not', null),
      )
      .where('c.id', '=', connectionId)
      .where('k.destroyed_at', 'is', null)
      .select([
        'c.provider',
        'c.issuer',
        'c.server',
        'c.resource',
        'c.oauth_client_id',
        'c.identity_id',
        'c.grant_type',
        'c.allow_private_network',
        'c.scopes',
        'c.state',
        'c.reason',
        'c.failures',
        'k.name',
        'k.owner_kind',
        'k.member_id',
        'k.agent_id',
        'k.version',
        'm.name as member_name',
        'a.slug as agent_name',
        fromNow('c.access_expires_at', now).as('expires_in'),
        fromNow('c.refresh_at', now).as('renew_in'),
        fromNow('c.retry_at', now).as('retry_in'),
        fromNow('c.refreshed_at', now).as('refreshed_in'),
        fromNow('r.held_until', now).as('held'),
      ])
      .executeTakeFirst(),
  );
  if (!row) return undefined;
  const owner = ownerOf(row);
  return {
    organizationId,
    id: connectionId,
    name: row.name,
    owner,
    ownerName: row.member_name ?? row.agent_name ?? 'the organization',
    provider: row.provider,
    issuer: row.issuer,
    server: row.server,
    resource: row.resource,
    clientRowId: row.oauth_client_id,
    identityId: row.identity_id,
    grant: row.grant_type,
    allowPrivateNetwork: row.allow_private_network,
    scopes: row.scopes,
    state: row.state,
    reason: row.reason,
    failures: row.failures,
    version: row.version,
    expiresInMs: row.expires_in,
    renewInMs: row.renew_in,
    retryInMs: row.retry_in,
    renewedMsAgo: row.refreshed_in === null ? null : -row.refreshed_in,
    heldMs: row.held,
  };
}

function fromNow(column: string, now: DatabaseNow): RawBuilder<number | null> {
  return sql<number | null>`(extract(epoch from ${sql.ref(column)} - (${now()})) * 1000)::float8`;
}

function ownerOf(row: {
  readonly owner_kind: string;
  readonly member_id: string | null;
  readonly agent_id: string | null;
}): CredentialOwner {
  if (row.member_id !== null) return { kind: 'member', id: row.member_id };
  if (row.agent_id !== null) return { kind: 'agent', id: row.agent_id };
  return { kind: 'organization' };
}
