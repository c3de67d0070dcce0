import { setTimeout as delay } from 'node:timers/promises';

import { isAppError } from '@plugboard/contracts';
import type { TokenSet } from '@plugboard/oauth';
import type { Logger } from 'pino';

import { withTenant } from '../../../store/tenant.ts';
import type { OpenPurpose } from '../../credentials/vault.ts';
import type { ConnectionState } from './connection-state.ts';
import { endLease, heartbeatMs, keepLease, type Lease } from './renewal-lease.ts';
import type { SignInReason } from './sign-in-required.ts';
import {
  storeFailure,
  storeNeedsSignIn,
  type StoreServices,
  storeTokens,
} from './store-renewal.ts';
import { tokensOf } from './token-fields.ts';
import { mendedMs } from './token-times.ts';

/** Asks a provider for new tokens by the connection's grant. Rejects with `OAuthFailure`. */
export type RequestTokens = (
  connection: ConnectionState,
  tokens: TokenSet,
  signal: AbortSignal,
) => Promise<TokenSet>;

export type RenewalServices = StoreServices & {
  readonly log: Logger;
  readonly requestTokens: RequestTokens;
  /** Gives back tokens that came for a connection that is no more. Never rejects. */
  readonly giveBack: (connection: ConnectionState, tokens: TokenSet) => Promise<void>;
  /** The provider does not know our registration any more. */
  readonly clientUnknown: (connection: ConnectionState) => Promise<boolean>;
};

export type Renewal =
  | { readonly outcome: 'renewed'; readonly tokens: TokenSet; readonly version: number }
  /** Something else happened to it meanwhile: what is stored now says what. */
  | { readonly outcome: 'look_again' }
  | { readonly outcome: 'needs_sign_in'; readonly reason: SignInReason }
  /** There is nothing to renew with; what there is may be good still. */
  | { readonly outcome: 'not_renewable' }
  | { readonly outcome: 'failed'; readonly retryInMs: number; readonly cause: unknown };

/** A provider has this long for its answer, with all that is asked of it for one renewal. */
const requestLimitMs = 30_000;
/** How long what a provider gave is held on to while the database does not take it. */
const storeLimitMs = 5 * 60_000;
/** Sooner than another process finds that the lease ran out and sends what is spent. */
const storeAgainMs = 200;

/**
 * Renews one version of a connection's tokens, once, as the holder of its lease. No transaction is open
 * while the provider is asked. From when it has answered until that is stored, nothing gives up.
 */
export async function renewConnection(
  services: RenewalServices,
  connection: ConnectionState,
  lease: Lease,
): Promise<Renewal> {
  const { organizationId, id } = connection;
  const ref = { organizationId, connectionId: id };
  const purpose: OpenPurpose = { for: 'refresh' };
  let opened;
  try {
    opened = await services.vault.open({ organizationId, credentialId: id }, purpose);
  } catch (error) {
    await giveUp(services, connection, lease);
    throw error;
  }
  const tokens = tokensOf(opened.fields, { scopes: connection.scopes, expiresAt: undefined });
  if (opened.version !== connection.version || !tokens) {
    await giveUp(services, connection, lease);
    return { outcome: 'look_again' };
  }
  if (connection.grant === 'authorization_code' && !tokens.refreshToken) {
    await giveUp(services, connection, lease);
    return { outcome: 'not_renewable' };
  }

  const heartbeat = setInterval(() => {
    // Whoever took it away waited for longer than this is ever late: the answer is stored if it can be.
    keepLease(services.db, ref, lease).catch(() => undefined);
  }, heartbeatMs);
  let fresh: TokenSet;
  try {
    fresh = await services.requestTokens(connection, tokens, AbortSignal.timeout(requestLimitMs));
    return await keep(services, connection, fresh, lease);
  } catch (error) {
    return await settleFailure(services, connection, lease, error);
  } finally {
    clearInterval(heartbeat);
  }
}

/** Stores it, however often the database has to be asked: the tokens before are spent. */
async function keep(
  services: RenewalServices,
  connection: ConnectionState,
  tokens: TokenSet,
  lease: Lease,
): Promise<Renewal> {
  const { clock, log } = services;
  const until = clock() + storeLimitMs;
  for (let wait = 50; ; wait = Math.min(wait * 2, storeAgainMs)) {
    try {
      const version = await storeTokens(services, connection, tokens, lease);
      return { outcome: 'renewed', tokens, version };
    } catch (error) {
      if (isAppError(error, 'conflict')) return { outcome: 'look_again' };
      if (isAppError(error, 'not_found')) {
        await services.giveBack(connection, tokens);
        return { outcome: 'look_again' };
      }
      if (clock() > until) throw error;
      if (wait === 50) {
        log.warn(
          { err: error, connection: connection.id },
          'renewed tokens could not be stored yet',
        );
      }
      await delay(wait);
    }
  }
}

/** By the kind of `OAuthFailure`, which is known by its details. */
async function settleFailure(
  services: RenewalServices,
  connection: ConnectionState,
  lease: Lease,
  error: unknown,
): Promise<Renewal> {
  const { kind, reason, oauth } = readFailure(error);
  services.log.info({ connection: connection.id, kind, reason, oauth }, 'a renewal failed');
  const needsSignIn = async (why: SignInReason): Promise<Renewal> => {
    const held = { ...lease, unsure: lease.unsure && why === 'client_refused' };
    const isNeeded = await storeNeedsSignIn(services, connection, why, held, oauth);
    return isNeeded ? { outcome: 'needs_sign_in', reason: why } : { outcome: 'look_again' };
  };
  if (kind === 'gone') return needsSignIn(lease.unsure ? 'interrupted' : 'refused');
  // Of the identity provider that vouches: its own person is asked.
  if (kind === undefined && isAppError(error, 'sign_in_required')) return needsSignIn('identity');
  if (kind === 'denied') return needsSignIn('denied');
  if (kind === 'client') {
    if (await services.clientUnknown(connection)) return needsSignIn('client_unknown');
    // A token that is good still is used to its end, while an admin may mend it.
    if ((connection.expiresInMs ?? 1) <= 0) return needsSignIn('client_refused');
  }
  const asked = isAppError(error) ? error.retryAfterMs : undefined;
  const retryAfterMs = kind === 'client' ? mendedMs : asked;
  const isRefused = kind === 'protocol';
  // Without an answer that can be read, the provider may have changed the refresh token for another.
  const unsure = lease.unsure || isRefused || kind === undefined || reason === 'unreachable';
  const held = { ...lease, unsure };
  const failure = { reason: reason ?? 'unknown', retryAfterMs, isRefused };
  const retryInMs = await storeFailure(services, connection, failure, held);
  return { outcome: 'failed', retryInMs, cause: error };
}

interface FailureFacts {
  readonly kind: string | undefined;
  readonly reason: string | undefined;
  readonly oauth: string | undefined;
}

function readFailure(error: unknown): FailureFacts {
  const details = isAppError(error) ? error.details : undefined;
  const text = (name: string) => {
    const value = details?.[name];
    return typeof value === 'string' ? value : undefined;
  };
  return { kind: text('kind'), reason: text('reason'), oauth: text('oauth') };
}

/** Nothing was asked of the provider. */
async function giveUp(
  { db }: RenewalServices,
  { organizationId, id }: ConnectionState,
  lease: Lease,
): Promise<void> {
  await withTenant(db, organizationId, (tx) => endLease(tx, id, lease));
}
