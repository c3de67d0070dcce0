import type { KeyObject } from 'node:crypto';

import { AppError } from '@plugboard/contracts';
import { type KeyProvider, masterKeyId, openNextMasterKey } from '@plugboard/vault';

import type { MasterKeyRow } from './master-key-rows.ts';

/** Master keys in clear, by their fingerprints. */
export class KnownKeys {
  readonly #providers: readonly KeyProvider[];
  readonly #keys = new Map<string, KeyObject>();

  constructor(providers: readonly KeyProvider[]) {
    this.#providers = providers;
  }

  add(key: KeyObject): void {
    this.#keys.set(masterKeyId(key), key);
  }

  /**
   * The key of a row: from memory, from a provider, or by the bridge from the key before it. Rejects
   * with `AppError('unavailable')` that says where it should be.
   */
  async open(rows: readonly MasterKeyRow[], row: MasterKeyRow): Promise<KeyObject> {
    const key = this.#keys.get(row.id) ?? (await this.#ask(row)) ?? (await this.#cross(rows, row));
    if (!key) throw missing(row, this.#providers);
    // A provider may be talked into opening another key than the one that was sealed.
    if (masterKeyId(key) !== row.id) {
      throw new AppError('internal', `The key that was stored as ${row.id} is another one.`);
    }
    this.#keys.set(row.id, key);
    return key;
  }

  /** What a provider that keeps keys itself has, whatever is in force; undefined for the others. */
  async givenBy(provider: KeyProvider, current: MasterKeyRow) {
    if (provider.providerKey !== undefined || provider.kind === 'file') return undefined;
    return provider.first(current.installation_id, false);
  }

  async #ask(row: MasterKeyRow): Promise<KeyObject | undefined> {
    const stored = {
      id: row.id,
      installationId: row.installation_id,
      wrapped: row.wrapped ?? undefined,
    };
    for (const provider of this.#providers) {
      const isTheirs =
        provider.providerKey === undefined ||
        (provider.kind === row.provider && provider.providerKey === row.provider_key);
      const key = isTheirs ? await provider.open(stored) : undefined;
      if (key) return key;
    }
    return undefined;
  }

  /** While a rotation is young, whoever has the former key gets the next by it. */
  async #cross(rows: readonly MasterKeyRow[], row: MasterKeyRow): Promise<KeyObject | undefined> {
    if (!row.bridge) return undefined;
    const former = rows[rows.indexOf(row) - 1];
    if (!former) return undefined;
    const key = openNextMasterKey(await this.open(rows, former), row.id, row.bridge);
    const [provider] = this.#providers;
    if (provider?.kind === row.provider) await provider.adopt?.(key);
    return key;
  }
}

function missing(row: MasterKeyRow, providers: readonly KeyProvider[]): AppError {
  const where = row.provider_key === null ? row.provider : `${row.provider}:${row.provider_key}`;
  const asked = providers.map(({ kind }) => kind).join(' and ');
  return new AppError(
    'unavailable',
    `This database is sealed under the master key ${row.id}, which came from ${where}; ${asked} has another. ${cureFor(row, where)} Nothing was changed.`,
  );
}

function cureFor({ provider }: MasterKeyRow, where: string): string {
  if (provider === 'file') {
    return 'Put the file master.key of this installation back into the data directory (chmod 600) and leave PLUGBOARD_KEY_PROVIDER unset; or, when the key was changed on purpose, set PLUGBOARD_MASTER_KEY_PREVIOUS to what that file held.';
  }
  if (provider === 'env') {
    return 'Set PLUGBOARD_MASTER_KEY to that key; or, when it was changed on purpose, set PLUGBOARD_MASTER_KEY_PREVIOUS to it beside the new one.';
  }
  return `Set PLUGBOARD_KEY_PROVIDER=${where}; to move elsewhere, start with that and run: plugboard vault rotate --master --provider <where>.`;
}
