import { AppError, type ChangeEvent, isAppError, newId } from '@plugboard/contracts';
import type { OnChange } from '@plugboard/gateway';
import type { Secret } from '@plugboard/vault';

import type { AppServices } from '../../../app/services.ts';
import type { OpenPurpose } from '../../credentials/vault.ts';
import type { AccessToken, AccessTokens, ConnectionRef } from './access-tokens.ts';
import { belongsToAnother } from './belongs-to-another.ts';
import { BlockedCalls } from './blocked-calls.ts';
import { type ConnectionState, readConnection } from './connection-state.ts';
import { Heard } from './heard.ts';
import { type Renewal, renewConnection, type RenewalServices } from './renew-connection.ts';
import { takeLease } from './renewal-lease.ts';
import {
  isSignInReason,
  mendsItself,
  notRenewed,
  signInRequired,
  stillRenewed,
} from './sign-in-required.ts';
import { storeNeedsSignIn, storeWantedScopes } from './store-renewal.ts';
import {
  accessTokenOf,
  type EntryTimes,
  entryTimes,
  TokenEntries,
  type TokenEntry,
} from './token-entry.ts';
import { tokensOf } from './token-fields.ts';
import { isNewEnough, marginMs, pollLongestMs } from './token-times.ts';

export type EngineServices = RenewalServices &
  Pick<AppServices, 'server'> & { readonly onChange: OnChange };

/** How often entries are looked through for tokens to renew, and when an unused one is dropped. */
const lookMs = 5000;
const idleMs = 30 * 60_000;
/** How long a call waits for a token in all. */
const patienceMs = 60_000;
const pollFirstMs = 50;

/** `good`: a token for now, whatever it takes; `ahead`: a new one where it is time and nobody else is at it. */
type Want = 'good' | 'ahead';

const ourOwn: OpenPurpose = { for: 'refresh' };

/**
 * See `AccessTokens`. In a process one look at a connection is under way at a time; among processes one
 * renewal, by a lease. Times that are stored are the database's, and those kept here count from when
 * they were read, so it does not matter what time a node thinks it is.
 */
export class RefreshEngine implements AccessTokens {
  readonly #services: EngineServices;
  readonly #entries = new TokenEntries();
  readonly #looks = new Map<string, Promise<TokenEntry>>();
  readonly #heard = new Heard();
  readonly #blocked: BlockedCalls;
  readonly #timer: NodeJS.Timeout;
  readonly #stopHearing: () => void;
  #isStopped = false;

  constructor(services: EngineServices) {
    this.#services = services;
    this.#blocked = new BlockedCalls(services.db, services.log);
    this.#stopHearing = services.onChange((event) => this.#hear(event));
    this.#timer = setInterval(() => this.look(), lookMs * (0.8 + services.random() * 0.4)).unref();
  }

  get(ref: ConnectionRef, purpose: OpenPurpose): AccessToken | Promise<AccessToken> {
    const entry = this.#entries.find(ref);
    if (!entry || !this.#isGood(entry)) return this.#getLater(ref, purpose);
    if (belongsToAnother(entry.owner, purpose)) return this.#refuse(entry, purpose);
    entry.isUsed = true;
    return entry.token;
  }

  async refused(ref: ConnectionRef, sent: Secret): Promise<AccessToken | undefined> {
    for (let tries = 0; tries < 2; tries += 1) {
      const { token, version } = await this.#find(ref, ourOwn, 'good');
      if (token.token.reveal() !== sent.reveal()) return token;
      const row = await this.#read(ref);
      if (row.version !== version) continue;
      if (isNewEnough(row.renewedMsAgo, row.expiresInMs)) return undefined;
      const entry = this.#entries.find(ref);
      if (entry?.version === version) entry.refusedVersion = version;
    }
    const { token } = await this.#find(ref, ourOwn, 'good');
    return token.token.reveal() === sent.reveal() ? undefined : token;
  }

  async needScopes(ref: ConnectionRef, scopes: readonly string[]): Promise<void> {
    const row = await this.#read(ref);
    if (scopes.every((scope) => row.scopes.includes(scope))) {
      const entry = this.#entries.find(ref);
      if (entry && entry.version !== row.version) entry.isStale = true;
      return;
    }
    const wanted = [...new Set([...row.scopes, ...scopes])];
    await storeWantedScopes(this.#services, row, wanted);
    this.#blocked.add(ref);
    throw signInRequired(this.#services.server.urls, row, 'scopes', wanted);
  }

  async renew(ref: ConnectionRef): Promise<void> {
    await this.#find(ref, ourOwn, 'ahead');
  }

  /** Renews what is in use and due, beside the calls, and forgets what nobody uses. */
  look(): void {
    const now = this.#services.clock();
    for (const entry of this.#entries.all()) {
      if (entry.isUsed) entry.idleSince = now;
      if (now - entry.idleSince > idleMs) this.#entries.drop(entry.ref);
      else if (now >= entry.renewAt && entry.isUsed) this.#renewBeside(entry);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#timer);
    this.#stopHearing();
    this.#heard.hear();
    // What a provider may have changed already is stored first.
    await Promise.allSettled(this.#looks.values());
    await this.#blocked[Symbol.asyncDispose]();
  }

  #hear(event: ChangeEvent): void {
    if (event.kind === 'connection') {
      const entry = this.#entries.find(event);
      if (entry) entry.isStale = true;
      this.#heard.hear(event.connectionId);
    } else if (event.kind === 'everything' || event.kind === 'keys') {
      for (const entry of this.#entries.all()) entry.isStale = true;
      this.#heard.hear();
    }
  }

  #isGood(entry: TokenEntry): boolean {
    const now = this.#services.clock();
    if (entry.isStale || now >= entry.goodUntil || entry.refusedVersion === entry.version) {
      return false;
    }
    if (now >= entry.renewAt) this.#renewBeside(entry);
    return true;
  }

  #renewBeside(entry: TokenEntry): void {
    if (this.#isStopped) return;
    entry.isUsed = false;
    entry.renewAt = this.#services.clock() + pollLongestMs;
    this.#find(entry.ref, ourOwn, 'ahead').catch(() => undefined);
  }

  async #getLater(ref: ConnectionRef, purpose: OpenPurpose): Promise<AccessToken> {
    try {
      const entry = await this.#find(ref, purpose, 'good');
      if (belongsToAnother(entry.owner, purpose)) return await this.#refuse(entry, purpose);
      entry.isUsed = true;
      return entry.token;
    } catch (error) {
      if (isAppError(error, 'sign_in_required')) this.#blocked.add(ref);
      throw error;
    }
  }

  async #refuse({ ref, owner }: TokenEntry, purpose: OpenPurpose): Promise<never> {
    const { audit, clock } = this.#services;
    const { memberId, agentId, instanceId } = purpose;
    await audit.append(ref.organizationId, {
      kind: 'connection.refused',
      at: clock(),
      ...(memberId !== undefined && { memberId }),
      ...(agentId !== undefined && { agentId }),
      ...(instanceId !== undefined && { instanceId }),
      change: { connection: ref.connectionId, owner, reason: 'belongs_to_another' },
    });
    throw new AppError('forbidden', 'The connection belongs to somebody else.');
  }

  /** One look for all who ask for the same. */
  #find(ref: ConnectionRef, purpose: OpenPurpose, want: Want): Promise<TokenEntry> {
    const key = `${want} ${ref.organizationId} ${ref.connectionId}`;
    const running = this.#looks.get(key);
    if (running) return running;
    const look = this.#look(ref, purpose, want).finally(() => this.#looks.delete(key));
    this.#looks.set(key, look);
    return look;
  }

  async #look(ref: ConnectionRef, purpose: OpenPurpose, want: Want): Promise<TokenEntry> {
    const { clock, db } = this.#services;
    const until = clock() + patienceMs;
    for (let poll = pollFirstMs; ; poll = Math.min(poll * 2, pollLongestMs)) {
      if (this.#isStopped) throw new AppError('unavailable', 'Plugboard is stopping.');
      using turn = this.#heard.turn(ref);
      const now = clock();
      const row = await this.#read(ref);
      if (!isOpen(row)) throw this.#needsSignIn(row);
      const isDue = !this.#serves(row, want);
      const isPaused = row.retryInMs !== null && row.retryInMs > 0;
      const isHeld = row.heldMs !== null && row.heldMs > 0;
      const lease =
        isDue && !isPaused && !isHeld ? await takeLease(db, ref, row.version, newId()) : undefined;
      let isFinal = false;
      if (lease) {
        isFinal = await this.#settle(row, await renewConnection(this.#services, row, lease));
        if (!isFinal) continue;
      } else if (isPaused && isDue && !this.#isUsable(row)) {
        throw notRenewed(row);
      } else if (isDue && !isPaused && want === 'good') {
        if (now > until) throw stillRenewed(row);
        // Their end is heard, and looked for in case it is not.
        await turn.next(Math.max(1, Math.min(poll, row.heldMs ?? poll)));
        continue;
      }
      if (row.state !== 'connected') throw this.#needsSignIn(row);
      const times = entryTimes(row, now, {
        toItsEnd: isFinal || (isDue && isPaused),
        isFinal,
        isDue,
      });
      const entry = await this.#keep(row, purpose, times);
      if (entry && turn.isCurrent) {
        entry.isStale = false;
        return entry;
      }
      if (now > until) throw stillRenewed(row);
    }
  }

  async #read(ref: ConnectionRef): Promise<ConnectionState> {
    const row = await readConnection(this.#services.db, ref, this.#services.databaseNow);
    if (row) return row;
    this.#entries.drop(ref);
    throw new AppError('not_found', 'There is no such connection any more. Connect it again.');
  }

  /** Whether what is stored will do as it is. */
  #serves(row: ConnectionState, want: Want): boolean {
    if (row.state !== 'connected' || this.#isRefused(row)) return false;
    const { expiresInMs, renewInMs } = row;
    if (want === 'ahead' && renewInMs !== null) return renewInMs > 0;
    return expiresInMs === null || expiresInMs > marginMs(expiresInMs, renewInMs ?? undefined);
  }

  /** Whether it may be used for want of a better one. */
  #isUsable(row: ConnectionState): boolean {
    return !this.#isRefused(row) && (row.expiresInMs === null || row.expiresInMs > 0);
  }

  #isRefused({ organizationId, id, version }: ConnectionState): boolean {
    const entry = this.#entries.find({ organizationId, connectionId: id });
    return entry?.refusedVersion === version;
  }

  /** False when what is stored must be looked at again; true when it is used as it is, to its end. */
  async #settle(row: ConnectionState, renewal: Renewal): Promise<boolean> {
    if (renewal.outcome === 'renewed') {
      const { tokens, version } = renewal;
      // Stale: it is good only when it is seen that nothing has changed since.
      this.#put(row, { token: accessTokenOf(tokens), version, isStale: true });
    }
    if (renewal.outcome !== 'not_renewable') return false;
    if (this.#isUsable(row)) return true;
    const reason = this.#isRefused(row) ? 'token_refused' : 'ended';
    await storeNeedsSignIn(this.#services, row, reason, undefined);
    return false;
  }

  /** What is stored, as an entry; undefined when it changed while it was opened. */
  async #keep(
    row: ConnectionState,
    purpose: OpenPurpose,
    times: EntryTimes,
  ): Promise<TokenEntry | undefined> {
    const { organizationId, id, version, scopes } = row;
    const found = this.#entries.find({ organizationId, connectionId: id });
    if (found?.version === version) {
      return this.#put(row, { token: found.token, version, isStale: true, ...times });
    }
    const opened = await this.#services.vault.open({ organizationId, credentialId: id }, purpose);
    const tokens = tokensOf(opened.fields, { scopes, expiresAt: undefined });
    if (opened.version !== version || !tokens) return undefined;
    return this.#put(row, { token: accessTokenOf(tokens), version, isStale: true, ...times });
  }

  #put(
    row: ConnectionState,
    facts: Pick<TokenEntry, 'token' | 'version' | 'isStale'> & Partial<EntryTimes>,
  ): TokenEntry {
    const ref = { organizationId: row.organizationId, connectionId: row.id };
    const found = this.#entries.find(ref);
    const entry: TokenEntry = {
      ref,
      owner: row.owner,
      goodUntil: Infinity,
      renewAt: Infinity,
      refusedVersion: found?.refusedVersion,
      isUsed: found?.isUsed ?? false,
      idleSince: found?.idleSince ?? this.#services.clock(),
      ...facts,
    };
    this.#entries.put(entry);
    return entry;
  }

  #needsSignIn(row: ConnectionState): AppError {
    this.#entries.drop({ organizationId: row.organizationId, connectionId: row.id });
    const reason = isSignInReason(row.reason) ? row.reason : 'refused';
    return signInRequired(this.#services.server.urls, row, reason);
  }
}

/** Connected, or it is time to see whether what was wrong is mended. */
function isOpen(row: ConnectionState): boolean {
  if (row.state === 'connected') return true;
  return row.state === 'needs_sign_in' && mendsItself(row) && (row.retryInMs ?? 0) <= 0;
}
