import { AppError } from '@plugboard/contracts';
import type { TokenSet } from '@plugboard/oauth';
import { sql } from 'kysely';

import type { AppServices } from '../../../app/services.ts';
import { type Change, commitChange } from '../../change.ts';
import type { TenantDb } from '../../tenant-db.ts';
import { type ConnectionState, type DatabaseNow, later } from './connection-state.ts';
import { endLease, type Lease } from './renewal-lease.ts';
import type { SignInReason } from './sign-in-required.ts';
import { tokenFields } from './token-fields.ts';
import { backOffMs, mendedMs, renewAfterMs } from './token-times.ts';

export type StoreServices = Pick<AppServices, 'db' | 'audit' | 'clock' | 'heard' | 'vault'> & {
  readonly databaseNow: DatabaseNow;
  /** From 0 to 1. */
  readonly random: () => number;
};

/**
 * Stores what a provider gave in place of what was spent, and gives the lease back. Resolves with the
 * new version. Rejects with `AppError`: `conflict` when the credential was replaced meanwhile,
 * `not_found` when it was destroyed or the connection was revoked.
 */
export async function storeTokens(
  services: StoreServices,
  connection: ConnectionState,
  tokens: TokenSet,
  lease: Lease,
): Promise<number> {
  const { organizationId, id, version } = connection;
  const { vault, clock, random, databaseNow } = services;
  return commitChange(services, { organizationId }, async (tx) => {
    const lifetime = tokens.expiresAt === undefined ? undefined : tokens.expiresAt - clock();
    const found = await tx
      .updateTable('connections')
      .set({
        state: 'connected',
        reason: null,
        failures: 0,
        retry_at: null,
        blocked_calls: 0,
        scopes: [...tokens.scopes],
        access_expires_at: lifetime === undefined ? null : later(databaseNow, lifetime),
        refresh_at:
          lifetime === undefined ? null : later(databaseNow, renewAfterMs(lifetime, random())),
        refreshed_at: databaseNow(),
        updated_at: databaseNow(),
      })
      .where('id', '=', id)
      .where('state', '<>', 'revoked')
      .executeTakeFirst();
    if (found.numUpdatedRows === 0n) {
      throw new AppError('not_found', 'The connection was revoked while it was renewed.');
    }
    const next = await vault.replace(tx, {
      organizationId,
      credentialId: id,
      expectedVersion: version,
      fields: tokenFields(tokens),
      keep: false,
    });
    await endLease(tx, id, { ...lease, unsure: false });
    return changeOf(connection, 'connection.refreshed', next, {
      version: next,
      ...(!sameScopes(connection.scopes, tokens.scopes) && {
        scopes: { from: connection.scopes, to: tokens.scopes },
      }),
    });
  });
}

/**
 * Says that a person must sign in; false when the credential was replaced meanwhile, and there is no
 * need any more.
 */
export async function storeNeedsSignIn(
  services: StoreServices,
  connection: ConnectionState,
  reason: SignInReason,
  lease: Lease | undefined,
  oauth?: string,
): Promise<boolean> {
  const { organizationId, id, version } = connection;
  const stored = await commitChange(services, { organizationId }, async (tx) => {
    if (lease) await endLease(tx, id, lease);
    const found = await tx
      .updateTable('connections')
      .set({
        state: 'needs_sign_in',
        reason,
        retry_at: later(services.databaseNow, mendedMs),
        updated_at: services.databaseNow(),
      })
      .where('id', '=', id)
      .where('state', '=', connection.state)
      .where('state', '<>', 'revoked')
      .where(isStillAt(id, version))
      .executeTakeFirst();
    if (found.numUpdatedRows === 0n) return undefined;
    // Asked again in vain.
    if (connection.state !== 'connected' && connection.reason === reason) return undefined;
    return changeOf(connection, 'connection.needs_sign_in', true, {
      reason,
      ...(oauth !== undefined && { oauth }),
    });
  });
  return stored ?? false;
}

/** Counts a failure that may pass, says when to try again, and gives the lease back. */
export async function storeFailure(
  services: StoreServices,
  connection: ConnectionState,
  failure: {
    readonly reason: string;
    readonly retryAfterMs: number | undefined;
    /** What came was not used, for it broke a rule. */
    readonly isRefused: boolean;
  },
  lease: Lease,
): Promise<number> {
  const { organizationId, id, version } = connection;
  const wait = backOffMs(connection.failures + 1, failure.retryAfterMs, services.random());
  await commitChange(services, { organizationId }, async (tx) => {
    await endLease(tx, id, lease);
    await tx
      .updateTable('connections')
      .set((eb) => ({
        failures: eb('failures', '+', 1),
        retry_at: later(services.databaseNow, wait),
      }))
      .where('id', '=', id)
      .where(isStillAt(id, version))
      .execute();
    // The first of a row says it; the others would only say it again.
    if (connection.failures > 0 && !failure.isRefused) return undefined;
    const kind = failure.isRefused ? 'connection.refused' : 'connection.refresh_failed';
    return changeOf(connection, kind, undefined, { reason: failure.reason });
  });
  return wait;
}

function isStillAt(id: string, version: number) {
  return sql<boolean>`exists (
    select from credentials where id = ${id} and version = ${version} and destroyed_at is null)`;
}

function changeOf<T>(
  { organizationId, id, name, owner }: ConnectionState,
  kind: `connection.${string}`,
  result: T,
  facts: Readonly<Record<string, unknown>>,
): Change<T> {
  return {
    result,
    record: { kind, change: { connection: id, name, owner, ...facts } },
    events: [{ kind: 'connection', organizationId, connectionId: id }],
  };
}

function sameScopes(one: readonly string[], other: readonly string[]): boolean {
  return one.toSorted().join(' ') === other.toSorted().join(' ');
}

/** Counts calls that could not be made, many at once. */
export async function addBlockedCalls(
  tx: TenantDb,
  connectionId: string,
  count: number,
): Promise<void> {
  await tx
    .updateTable('connections')
    .set((eb) => ({ blocked_calls: eb('blocked_calls', '+', count) }))
    .where('id', '=', connectionId)
    .where(
      sql<boolean>`state = 'needs_sign_in' or (state = 'connected' and not wanted_scopes <@ scopes)`,
    )
    .execute();
}

/** What a server asked for beyond what was granted, to be asked for at the next sign-in. */
export async function storeWantedScopes(
  services: StoreServices,
  connection: ConnectionState,
  scopes: readonly string[],
): Promise<void> {
  const { organizationId, id } = connection;
  await commitChange(services, { organizationId }, async (tx) => {
    const found = await tx
      .updateTable('connections')
      .set({ wanted_scopes: [...scopes] })
      .where('id', '=', id)
      .where(sql<boolean>`wanted_scopes is distinct from ${[...scopes]}::text[]`)
      .executeTakeFirst();
    if (found.numUpdatedRows === 0n) return undefined;
    return changeOf(connection, 'connection.scopes_wanted', undefined, { scopes });
  });
}
