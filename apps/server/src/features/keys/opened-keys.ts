import { openFirstOwnerKey, openOwnerKey } from '@plugboard/vault';

import { type KeyOwner, ownerIdOf } from './key-owner.ts';
import type { OwnerKey } from './keyring.ts';
import type { MasterKeys } from './master-keys.ts';
import type { OwnerKeyRow } from './owner-keys.ts';

/** So many owners' keys are kept in memory; those used least recently are opened again. */
const mostOwners = 10_000;

/** Keys that were opened, by owner. */
export class OpenedKeys {
  readonly #masterKeys: MasterKeys;
  /** By organization and owner; insertion order is order of use. */
  readonly #owners = new Map<string, readonly OwnerKey[]>();
  /** By organization and key id, of the owners above. */
  readonly #keys = new Map<string, OwnerKey>();
  #age = 0;

  constructor(masterKeys: MasterKeys) {
    this.#masterKeys = masterKeys;
  }

  /** Rises whenever something is dropped: what was read before must not be remembered after. */
  get age(): number {
    return this.#age;
  }

  async open(row: OwnerKeyRow): Promise<OwnerKey> {
    return { id: row.id, key: await openOwnerKeyRow(this.#masterKeys, row) };
  }

  ofOwner(owner: KeyOwner): readonly OwnerKey[] | undefined {
    const name = nameOf(owner);
    const keys = this.#owners.get(name);
    if (!keys) return undefined;
    this.#owners.delete(name);
    this.#owners.set(name, keys);
    return keys;
  }

  byId(organizationId: string, id: string): OwnerKey | undefined {
    return this.#keys.get(`${organizationId} ${id}`);
  }

  remember(owner: KeyOwner, keys: readonly OwnerKey[], age: number): void {
    if (age !== this.#age) return;
    this.#forget(nameOf(owner));
    this.#owners.set(nameOf(owner), keys);
    for (const each of keys) this.#keys.set(`${owner.organizationId} ${each.id}`, each);
    for (const name of this.#owners.keys()) {
      if (this.#owners.size <= mostOwners) break;
      this.#forget(name);
    }
  }

  drop(organizationId: string): void {
    this.#age += 1;
    for (const name of this.#owners.keys()) {
      if (name.startsWith(`${organizationId} `)) this.#forget(name);
    }
  }

  clear(): void {
    this.#age += 1;
    this.#owners.clear();
    this.#keys.clear();
  }

  #forget(name: string): void {
    const [organizationId] = name.split(' ');
    for (const { id } of this.#owners.get(name) ?? []) this.#keys.delete(`${organizationId} ${id}`);
    this.#owners.delete(name);
  }
}

/** Opens a stored key with the master key that it names. */
export async function openOwnerKeyRow(masterKeys: MasterKeys, row: OwnerKeyRow) {
  if (row.master_key_id === null) {
    const first = await masterKeys.unnamed();
    return openFirstOwnerKey(first, row.organization_id, row.sealed);
  }
  const masterKey = await masterKeys.find(row.master_key_id);
  const identity = {
    organizationId: row.organization_id,
    ownerKind: row.owner_kind,
    ownerId: row.owner_id ?? row.organization_id,
    keyId: row.id,
  };
  return openOwnerKey(masterKey, identity, row.sealed);
}

function nameOf(owner: KeyOwner): string {
  return `${owner.organizationId} ${owner.kind} ${ownerIdOf(owner)}`;
}
