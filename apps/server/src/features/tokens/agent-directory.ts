import type { ChangeEvent } from '@plugboard/contracts';
import type { AgentDirectory, AgentIdentity, OnChange } from '@plugboard/gateway';
import { parseToken } from '@plugboard/vault';

import type { Kysely } from 'kysely';
import type { Pool } from 'pg';

import type { Database } from '../../store/schema.ts';
import { queryTenant } from '../../store/tenant-query.ts';
import { withTenant } from '../../store/tenant.ts';
import { identityQuery, isTokenGood } from './queries.ts';

/** Tokens kept in memory; beyond it the one kept longest is dropped. */
const maxKept = 10_000;
/** A second line of defence, should an event be lost. */
const keptForMs = 30_000;

export interface DirectoryStore {
  readonly db: Kysely<Database>;
  readonly pool: Pool;
  readonly onChange: OnChange;
}

interface Kept {
  readonly identity: Promise<AgentIdentity | undefined>;
  readonly organizationId: string;
  readonly until: number;
  agentId: string | undefined;
}

/** Finds agents by token in the store, remembering what it found until a change event drops it. */
export function createAgentDirectory(
  store: DirectoryStore,
  clock: () => number,
): AgentDirectory & Disposable {
  const kept = new Map<string, Kept>();

  const stopListening = store.onChange((event) => drop(kept, event));

  function load(hash: Buffer, key: string, organizationId: string, now: number): Kept {
    const identity = findIdentity(store, organizationId, hash);
    const entry: Kept = { identity, organizationId, until: now + keptForMs, agentId: undefined };
    kept.set(key, entry);
    if (kept.size > maxKept) dropOldest(kept);
    identity.then(
      (found) => {
        // Tokens that speak for nobody are the caller's to invent: they take no place.
        if (found === undefined) forget(kept, key, entry);
        else entry.agentId = found.agentId;
      },
      () => forget(kept, key, entry),
    );
    return entry;
  }

  return {
    async find(text) {
      const token = parseToken(text);
      if (token?.kind !== 'agent') return undefined;
      const key = token.hash.toString('base64');
      const now = clock();
      let entry = kept.get(key);
      if (entry === undefined || entry.until <= now) {
        entry = load(token.hash, key, token.organizationId, now);
      }
      const identity = await entry.identity;
      const expired = identity?.expiresAt !== undefined && identity.expiresAt <= clock();
      return expired ? undefined : identity;
    },
    holds: ({ organizationId, tokenId }) =>
      withTenant(store.db, organizationId, (tx) => isTokenGood(tx, tokenId)),
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
  const { agentId, agentSlug, tokenId, expiresAt } = row;
  return { organizationId, agentId, agentSlug, tokenId, expiresAt: expiresAt?.getTime() };
}

function drop(kept: Map<string, Kept>, event: ChangeEvent): void {
  if (event.kind === 'everything') kept.clear();
  if (event.kind !== 'identity') return;
  for (const [key, entry] of kept) {
    // One still being read may have been read before the change.
    const concerned = entry.agentId === undefined || entry.agentId === event.agentId;
    if (concerned && entry.organizationId === event.organizationId) kept.delete(key);
  }
}

function forget(kept: Map<string, Kept>, key: string, entry: Kept): void {
  if (kept.get(key) === entry) kept.delete(key);
}

function dropOldest(kept: Map<string, Kept>): void {
  const oldest = kept.keys().next();
  if (!oldest.done) kept.delete(oldest.value);
}
