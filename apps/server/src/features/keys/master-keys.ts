import type { KeyObject } from 'node:crypto';

import { AppError } from '@plugboard/contracts';
import type { KeyProvider } from '@plugboard/vault';
import type { Kysely } from 'kysely';

import type { Database } from '../../store/schema.ts';
import { registerFirstKey } from './first-master-key.ts';
import { KnownKeys } from './known-keys.ts';
import { type MasterKeyRow, selectMasterKeys } from './master-key-rows.ts';
import { takeNewKey } from './replace-master-key.ts';

export interface MasterKey {
  /** Its fingerprint, which names it in the database. */
  readonly id: string;
  readonly key: KeyObject;
}

/** The master keys that this node has: the one in force, and others while a rotation is under way. */
export interface MasterKeys {
  /** In force as far as this node heard. */
  readonly current: MasterKey;
  /** What this node was told to take master keys from. */
  readonly provider: KeyProvider;
  /** Rejects with `AppError('internal')` for one that this node cannot get. */
  find(id: string): Promise<KeyObject>;
  /** The one that was in force before master keys had names: the first of all. */
  unnamed(): Promise<KeyObject>;
  /** Looks again which one is in force, and follows where another node changed it. */
  refresh(): Promise<void>;
}

export interface MasterKeyOptions {
  readonly db: Kysely<Database>;
  readonly provider: KeyProvider;
  /** Where the key before is, while an operator replaces one that Plugboard cannot. */
  readonly previous?: KeyProvider | undefined;
}

/**
 * Gets the master key that the database was sealed under, and checks it before anything is served.
 * Rejects with `AppError` that says which key is wanted and what to set, when the provider has another.
 */
export async function openMasterKeys({
  db,
  provider,
  previous,
}: MasterKeyOptions): Promise<MasterKeys> {
  const providers = previous ? [provider, previous] : [provider];
  const known = new KnownKeys(providers);
  let rows = await selectMasterKeys(db);
  if (rows.length === 0) {
    await registerFirstKey(db, providers);
    rows = await selectMasterKeys(db);
  }
  let current = await openCurrent();
  const given = await known.givenBy(provider, current.row);
  if (given && given.id !== current.row.id) {
    await takeNewKey(db, provider, { ...current, given });
    rows = await selectMasterKeys(db);
    current = await openCurrent();
  }

  async function openCurrent(): Promise<{ row: MasterKeyRow; key: KeyObject }> {
    const row = rows.find((each) => each.retired_at === null);
    if (!row) throw new AppError('internal', 'The database names no master key in force.');
    return { row, key: await known.open(rows, row) };
  }

  const keys: MasterKeys = {
    get current() {
      return { id: current.row.id, key: current.key };
    },
    provider,
    async find(id) {
      if (!rows.some((each) => each.id === id)) await keys.refresh();
      const row = rows.find((each) => each.id === id);
      if (!row) throw new AppError('internal', `The database names no master key ${id}.`);
      return known.open(rows, row);
    },
    async unnamed() {
      const [first] = rows;
      return first ? known.open(rows, first) : current.key;
    },
    async refresh() {
      rows = await selectMasterKeys(db);
      current = await openCurrent();
    },
  };
  return keys;
}
