import { AppError, newId } from '@plugboard/contracts';
import { createOwnerKey } from '@plugboard/vault';
import { type Selectable, sql } from 'kysely';

import type { Database } from '../../store/schema.ts';
import type { TenantDb } from '../tenant-db.ts';
import { type KeyOwner, ownerIdOf } from './key-owner.ts';
import type { MasterKey, MasterKeys } from './master-keys.ts';

export type OwnerKeyRow = Selectable<Database['owner_keys']>;

/** Newest first. */
export function selectOwnerKeys(tx: TenantDb, owner: KeyOwner): Promise<OwnerKeyRow[]> {
  return ofOwner(tx, owner).selectAll().orderBy('id', 'desc').execute();
}

/** Throws `AppError('not_found')` when there is no such owner; until the end it cannot be deleted. */
export async function requireOwner(tx: TenantDb, owner: KeyOwner): Promise<void> {
  if (owner.kind === 'organization') return;
  const found = await tx
    .selectFrom(owner.kind === 'member' ? 'members' : 'agents')
    .select('id')
    .where('id', '=', owner.id)
    .forKeyShare()
    .executeTakeFirst();
  if (!found) throw new AppError('not_found', `There is no such ${owner.kind}.`);
}

/** Makes a key unless the owner has one to seal with; of several that try at once one does. */
export async function insertOwnerKey(
  tx: TenantDb,
  owner: KeyOwner,
  masterKeys: MasterKeys,
): Promise<void> {
  const masterKey = await holdMasterKey(tx, masterKeys);
  const id = newId();
  const { organizationId, kind } = owner;
  const identity = { organizationId, ownerKind: kind, ownerId: ownerIdOf(owner), keyId: id };
  await tx
    .insertInto('owner_keys')
    .values({
      id,
      organization_id: organizationId,
      owner_kind: kind,
      owner_id: kind === 'organization' ? null : owner.id,
      master_key_id: masterKey.id,
      sealed: createOwnerKey(masterKey.key, identity).sealed,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/**
 * The master key in force, which cannot be replaced before the transaction ends: so nothing is sealed
 * under one that a rotation has been through with.
 */
export async function holdMasterKey(tx: TenantDb, masterKeys: MasterKeys): Promise<MasterKey> {
  for (let tries = 0; tries < 3; tries += 1) {
    const { current } = masterKeys;
    const held = await tx
      .selectFrom('master_keys')
      .select('id')
      .where('id', '=', current.id)
      .where('retired_at', 'is', null)
      .forShare()
      .executeTakeFirst();
    if (held) return current;
    await masterKeys.refresh();
  }
  throw new AppError('unavailable', 'The master key is being replaced. Try again in a moment.', {
    retryAfterMs: 1000,
  });
}

export async function deleteOwnerKeys(tx: TenantDb, owner: KeyOwner): Promise<void> {
  await tx
    .deleteFrom('owner_keys')
    .where('owner_kind', '=', owner.kind)
    .where(sql`coalesce(owner_id, organization_id)`, '=', ownerIdOf(owner))
    .execute();
}

function ofOwner(tx: TenantDb, owner: KeyOwner) {
  return tx
    .selectFrom('owner_keys')
    .where('owner_kind', '=', owner.kind)
    .where(sql`coalesce(owner_id, organization_id)`, '=', ownerIdOf(owner));
}
