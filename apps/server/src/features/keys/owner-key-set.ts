import type { KeyObject } from 'node:crypto';

import type { TenantDb } from '../tenant-db.ts';
import type { MasterKeys } from './master-keys.ts';
import { openOwnerKeyRow } from './opened-keys.ts';
import type { OwnerKeyRow } from './owner-keys.ts';

export interface SetKey {
  readonly id: string;
  readonly key: KeyObject;
  readonly isRetired: boolean;
}

/** Every key of an organization, its members and agents, opened as the database has them now. */
export class OwnerKeySet {
  readonly #byId = new Map<string, SetKey>();
  /** Newest first, by owner. */
  readonly #byOwner = new Map<string, SetKey[]>();

  static async read(tx: TenantDb, masterKeys: MasterKeys): Promise<OwnerKeySet> {
    const rows = await tx.selectFrom('owner_keys').selectAll().orderBy('id', 'desc').execute();
    const set = new OwnerKeySet();
    for (const row of rows) await set.#add(masterKeys, row);
    return set;
  }

  find(id: string): SetKey | undefined {
    return this.#byId.get(id);
  }

  /** What the owner's secrets are to be sealed with. */
  current(kind: OwnerKeyRow['owner_kind'], ownerId: string): SetKey | undefined {
    return this.all(kind, ownerId).find(({ isRetired }) => !isRetired);
  }

  all(kind: OwnerKeyRow['owner_kind'], ownerId: string): readonly SetKey[] {
    return this.#byOwner.get(`${kind} ${ownerId}`) ?? [];
  }

  get hasRetired(): boolean {
    return [...this.#byId.values()].some(({ isRetired }) => isRetired);
  }

  async #add(masterKeys: MasterKeys, row: OwnerKeyRow): Promise<void> {
    const key = await openOwnerKeyRow(masterKeys, row);
    const each = { id: row.id, key, isRetired: row.retired_at !== null };
    const owner = `${row.owner_kind} ${row.owner_id ?? row.organization_id}`;
    this.#byId.set(row.id, each);
    this.#byOwner.set(owner, [...(this.#byOwner.get(owner) ?? []), each]);
  }
}
