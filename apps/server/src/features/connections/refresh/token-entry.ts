import type { TokenSet } from '@plugboard/oauth';

import type { CredentialOwner } from '../../credentials/vault.ts';
import type { AccessToken, ConnectionRef } from './access-tokens.ts';
import type { ConnectionState } from './connection-state.ts';
import { marginMs, pollLongestMs } from './token-times.ts';

/** Of this process's clock; infinite where nothing was said of it. */
export interface EntryTimes {
  /** When it is used no more. */
  readonly goodUntil: number;
  /** When it is renewed beside the calls. */
  renewAt: number;
}

/** What this process knows of one connection. */
export interface TokenEntry extends EntryTimes {
  readonly ref: ConnectionRef;
  readonly owner: CredentialOwner;
  readonly version: number;
  readonly token: AccessToken;
  /** Something was heard of it: what is stored is looked at before it is used again. */
  isStale: boolean;
  /** The version that a server refused. */
  refusedVersion: number | undefined;
  /** Since it was last renewed beside the calls. */
  isUsed: boolean;
  idleSince: number;
}

export function accessTokenOf(tokens: TokenSet): AccessToken {
  const { accessToken, tokenType, dpopKey, scopes } = tokens;
  return { token: accessToken, tokenType, dpopKey, scopes };
}

export interface Outlook {
  /** It is used to its very end, for there is no other yet or ever. */
  readonly toItsEnd: boolean;
  /** It cannot be renewed. */
  readonly isFinal: boolean;
  /** It is time to renew it, which did not succeed now. */
  readonly isDue: boolean;
}

/** When to do what with what was read at `now`. */
export function entryTimes(
  { expiresInMs, renewInMs, retryInMs }: ConnectionState,
  now: number,
  { toItsEnd, isFinal, isDue }: Outlook,
): EntryTimes {
  const margin =
    toItsEnd || expiresInMs === null ? 0 : marginMs(expiresInMs, renewInMs ?? undefined);
  const later = isDue ? Math.max(retryInMs ?? 0, pollLongestMs) : (renewInMs ?? Infinity);
  return {
    goodUntil: now + (expiresInMs ?? Infinity) - margin,
    renewAt: isFinal ? Infinity : now + later,
  };
}

/** Entries by connection; the ones longest unused go when there are too many. */
export class TokenEntries {
  readonly #entries = new Map<string, TokenEntry>();
  readonly #limit: number;

  constructor(limit = 20_000) {
    this.#limit = limit;
  }

  find({ organizationId, connectionId }: ConnectionRef): TokenEntry | undefined {
    const entry = this.#entries.get(connectionId);
    return entry?.ref.organizationId === organizationId ? entry : undefined;
  }

  put(entry: TokenEntry): void {
    this.#entries.delete(entry.ref.connectionId);
    this.#entries.set(entry.ref.connectionId, entry);
    if (this.#entries.size <= this.#limit) return;
    const oldest = this.#entries.keys().next().value;
    if (oldest !== undefined) this.#entries.delete(oldest);
  }

  drop(ref: ConnectionRef): void {
    if (this.find(ref)) this.#entries.delete(ref.connectionId);
  }

  all(): Iterable<TokenEntry> {
    return this.#entries.values();
  }
}
