import type { ChangeEvent } from '@plugboard/contracts';
import type { AgentDirectory, AgentIdentity, OnChange } from '@plugboard/gateway';
import { parseToken } from '@plugboard/vault';

import type { Kysely } from 'kysely';
import type { Pool } from 'pg';

import type { Database } from '../../store/schema.ts';
import { queryTenant } from '../../store/tenant-query.ts';
import { withTenant } from '../../store/tenant.ts';
import type { Refusals } from '../authorization-server/refusals/refusals.ts';
import { findByAccessToken, presentIdentity, type OAuthTokens } from './oauth-identity.ts';
import { identityQuery, isTokenGood, noteUse } from './queries.ts';

/** Tokens kept in memory; beyond it the one kept longest is dropped. */
const maxKept = 10_000;
/** A second line of defence, should an event be lost. */
const keptForMs = 30_000;

export interface DirectoryStore {
  readonly db: Kysely<Database>;
  readonly pool: Pool;
  readonly onChange: OnChange;
  /** What clients obtained by OAuth. */
  readonly oauth: OAuthTokens;
  /** Where is told what was refused after an agent was found. */
  readonly refusals: Refusals;
}

interface Kept {
  readonly identity: Promise<AgentIdentity | undefined>;
  readonly until: number;
  /** Undefined until it is known. */
  organizationId: string | undefined;
  agentId: string | undefined;
}

/** Where a token is looked up, by its hash. */
interface LookUp {
  readonly key: string;
  readonly find: () => Promise<AgentIdentity | undefined>;
}

/**
 * Finds agents by token in the store, remembering what it found until a change event drops it. Tokens
 * are compared by the store's index of their hashes alone: how long that takes tells of hashes, which
 * nobody can choose, and nothing of tokens.
 */
export function createAgentDirectory(
  store: DirectoryStore,
  clock: () => number,
): AgentDirectory & Disposable {
  const kept = new Map<string, Kept>();

  const stopListening = store.onChange((event) => drop(kept, event));

  function load({ key, find }: LookUp, now: number): Kept {
    const identity = find();
    const until = now + keptForMs;
    const entry: Kept = { identity, until, organizationId: undefined, agentId: undefined };
    kept.set(key, entry);
    if (kept.size > maxKept) dropOldest(kept);
    identity.then(
      (found) => {
        // Tokens that speak for nobody are the caller's to invent: they take no place.
        if (found === undefined) {
          forget(kept, key, entry);
          return;
        }
        entry.organizationId = found.organizationId;
        entry.agentId = found.agentId;
        const { organizationId, tokenId } = found;
        // It is for people to look at: nothing waits for it, nor fails with it.
        withTenant(store.db, organizationId, (tx) => noteUse(tx, tokenId, new Date(now))).catch(
          () => undefined,
        );
      },
      () => forget(kept, key, entry),
    );
    return entry;
  }

  function lookUpOf(text: string): LookUp | undefined {
    const hash = store.oauth.hashOf(text);
    if (hash) {
      return { key: `oauth ${hash}`, find: () => findByAccessToken(store, text) };
    }
    const token = parseToken(text);
    if (token?.kind !== 'agent') return undefined;
    const { organizationId } = token;
    return {
      key: token.hash.toString('base64'),
      find: () => findIdentity(store, organizationId, token.hash),
    };
  }

  return {
    async find(text) {
      const lookUp = lookUpOf(text);
      if (!lookUp) return undefined;
      const now = clock();
      let entry = kept.get(lookUp.key);
      if (entry === undefined || entry.until <= now) entry = load(lookUp, now);
      const identity = await entry.identity;
      const expired = identity?.expiresAt !== undefined && identity.expiresAt <= clock();
      return expired ? undefined : identity;
    },
    holds: ({ organizationId, tokenId }) =>
      withTenant(store.db, organizationId, (tx) => isTokenGood(tx, tokenId)),
    refused: ({ organizationId, agentId, memberId, tokenId }, reason) =>
      store.refusals.report({ organizationId, agentId, memberId, tokenId, reason }),
    [Symbol.dispose]: stopListening,
  };
}

async function findIdentity(
  { db, pool }: DirectoryStore,
  organizationId: string,
  hash: Buffer,
): Promise<AgentIdentity | undefined> {
  const [row] = await queryTenant(pool, organizationId, identityQuery(db, hash).compile());
  if (!row) return undefined;
  return presentIdentity(organizationId, row);
}

function drop(kept: Map<string, Kept>, event: ChangeEvent): void {
  if (event.kind === 'everything') kept.clear();
  if (event.kind !== 'identity') return;
  for (const [key, entry] of kept) {
    // One still being read may have been read before the change.
    const isUnread = entry.agentId === undefined;
    const isTheirs =
      entry.organizationId === event.organizationId && entry.agentId === event.agentId;
    if (isUnread || isTheirs) kept.delete(key);
  }
}

function forget(kept: Map<string, Kept>, key: string, entry: Kept): void {
  if (kept.get(key) === entry) kept.delete(key);
}

function dropOldest(kept: Map<string, Kept>): void {
  const oldest = kept.keys().next();
  if (!oldest.done) kept.delete(oldest.value);
}
