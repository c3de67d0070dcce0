import type { KeyObject } from 'node:crypto';

import { AppError } from '@plugboard/contracts';
import { type KeyProvider, masterKeyId, openNextMasterKey } from '@plugboard/vault';

import type { MasterKeyRow } from './master-key-rows.ts';

/** Master keys in clear, by their fingerprints. */
export class KnownKeys {
  readonly #providers: readonly KeyProvider[];
  readonly #provide: (text: string) => Promise<KeyProvider>;
  readonly #keys = new Map<string, KeyObject>();

  constructor(providers: readonly KeyProvider[], provide: (text: string) => Promise<KeyProvider>) {
    this.#providers = providers;
    this.#provide = provide;
  }

  /**
   * The key of a row: from memory, from a provider, or by the bridge from the key before it. Rejects
   * with `AppError('unavailable')` that says where it should be.
   */
  async open(rows: readonly MasterKeyRow[], row: MasterKeyRow): Promise<KeyObject> {
    const remembered = this.#keys.get(row.id);
    if (remembered) return remembered;
    const key = (await this.#ask(row)) ?? (await this.#cross(rows, row));
    if (!key) throw missing(row, this.#providers);
    // A provider may be talked into opening another key than the one that was sealed.
    if (masterKeyId(key) !== row.id) {
      throw new AppError('internal', `The key that was stored as ${row.id} is another one.`);
    }
    this.#keys.set(row.id, key);
    return key;
  }

  /** Nothing is sealed under the others any more. */
  keepOnly(id: string): void {
    for (const each of this.#keys.keys()) if (each !== id) this.#keys.delete(each);
  }

  /** Keys in files of this node, whatever its provider is. */
  async files(): Promise<KeyProvider> {
    return this.#providers.find(({ kind }) => kind === 'file') ?? (await this.#provide('file'));
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
    const former = rows[rows.indexOf(row) - 1];
    if (!row.bridge || !former) return undefined;
    const formerKey = await this.open(rows, former).catch(() => undefined);
    if (!formerKey) return undefined;
    const key = openNextMasterKey(formerKey, row.id, row.bridge);
    if (row.provider === 'file') await (await this.files()).adopt?.(key);
    return key;
  }
}

function missing(row: MasterKeyRow, providers: readonly KeyProvider[]): AppError {
  const where = placeOf(row);
  const asked = providers.map(({ kind }) => kind).join(' and ');
  const what =
    row.retired_at === null
      ? `This database is sealed under the master key ${row.id}, which came from ${where}`
      : `The rotation away from the master key ${row.id}, which came from ${where}, is not finished`;
  return new AppError(
    'unavailable',
    `${what}; ${asked} does not have it. ${cureFor(row, where)} Nothing was changed.`,
  );
}

/** As `PLUGBOARD_KEY_PROVIDER` names it. */
export function placeOf(row: Pick<MasterKeyRow, 'provider' | 'provider_key'>): string {
  return row.provider_key === null ? row.provider : `${row.provider}:${row.provider_key}`;
}

function cureFor({ provider }: MasterKeyRow, where: string): string {
  if (provider === 'file') {
    return 'Put the file master.key of this installation back into the data directory (chmod 600) and leave PLUGBOARD_KEY_PROVIDER and PLUGBOARD_MASTER_KEY unset; or, when the key is being changed on purpose, set PLUGBOARD_MASTER_KEY_PREVIOUS to what that file holds.';
  }
  if (provider === 'env') {
    return 'Set PLUGBOARD_MASTER_KEY to that key; or, when it is being changed on purpose, set PLUGBOARD_MASTER_KEY_PREVIOUS to it beside the new one.';
  }
  return `Set PLUGBOARD_KEY_PROVIDER=${where}; to move elsewhere, start with that and run: plugboard vault rotate --master --provider <where>.`;
}
