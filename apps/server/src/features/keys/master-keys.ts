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
  /** What the database says of it. */
  readonly currentRow: MasterKeyRow;
  /** What this node was told to take master keys from. */
  readonly provider: KeyProvider;
  /** Opens another provider, for a move. Rejects with `AppError('invalid_input')` for what is none. */
  provide(text: string): Promise<KeyProvider>;
  /** Rejects with `AppError` for one that this node cannot get. */
  find(id: string): Promise<KeyObject>;
  /** The one that was in force before master keys had names: the first of all. */
  unnamed(): Promise<KeyObject>;
  /**
   * Looks again which one is in force, follows where another node changed it, and lets go of those
   * that nothing needs.
   */
  refresh(): Promise<void>;
}

export interface MasterKeyOptions {
  readonly db: Kysely<Database>;
  readonly provider: KeyProvider;
  /** Where the key before is, while an operator replaces one that Plugboard cannot. */
  readonly previous?: KeyProvider | undefined;
  readonly provide: (text: string) => Promise<KeyProvider>;
}

/**
 * Gets the master key that the database was sealed under, and checks it before anything is served.
 * Rejects with `AppError` that says which key is wanted and what to set, when the provider has another.
 */
export async function openMasterKeys(options: MasterKeyOptions): Promise<MasterKeys> {
  const { db, provider, previous, provide } = options;
  const known = new KnownKeys(previous ? [provider, previous] : [provider], provide);
  let refreshing = Promise.resolve();
  let rows = await selectMasterKeys(db);
  if (rows.length === 0) {
    await registerFirstKey(db, provider, previous);
    rows = await selectMasterKeys(db);
  }
  let current = await openCurrent();
  if (provider.kind === 'env') {
    const given = await provider.first(current.row.installation_id, false);
    if (rows.every(({ id }) => id !== given.id)) {
      await takeNewKey(db, provider, { ...current, given });
    } else if (given.id !== current.row.id && previous) {
      throw new AppError(
        'invalid_input',
        `PLUGBOARD_MASTER_KEY is a key that was replaced before (${given.id}). Set it to the one in force (${current.row.id}) and unset PLUGBOARD_MASTER_KEY_PREVIOUS; or make a new one.`,
      );
    }
  }
  await refresh();
  // Of those that something is still sealed under, none may be missing when the server serves.
  for (const row of rows) if (row.emptied_at === null) await known.open(rows, row);

  async function openCurrent(): Promise<{ row: MasterKeyRow; key: KeyObject }> {
    const row = rows.find((each) => each.retired_at === null);
    if (!row) throw new AppError('internal', 'The database names no master key in force.');
    return { row, key: await known.open(rows, row) };
  }

  /** One after the other: what was read first must not be kept last. */
  function refresh(): Promise<void> {
    refreshing = refreshing.then(look, look);
    return refreshing;
  }

  async function look(): Promise<void> {
    rows = await selectMasterKeys(db);
    current = await openCurrent();
    const { row } = current;
    if (rows.some((each) => each.retired_at !== null && each.emptied_at === null)) return;
    known.keepOnly(row.id);
    if (row.provider === 'file') await (await known.files()).settle?.(row.id);
  }

  return {
    get current() {
      return { id: current.row.id, key: current.key };
    },
    get currentRow() {
      return current.row;
    },
    provider,
    provide,
    async find(id) {
      if (rows.every((each) => each.id !== id)) await refresh();
      const row = rows.find((each) => each.id === id);
      if (!row) throw new AppError('internal', `The database names no master key ${id}.`);
      return known.open(rows, row);
    },
    async unnamed() {
      const [first] = rows;
      return first ? known.open(rows, first) : current.key;
    },
    refresh,
  };
}
