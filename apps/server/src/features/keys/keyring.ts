import type { KeyObject } from 'node:crypto';

import { AppError } from '@plugboard/contracts';
import type { OnChange } from '@plugboard/gateway';
import type { Kysely } from 'kysely';

import { publish } from '../../store/events.ts';
import type { Database } from '../../store/schema.ts';
import { withTenant } from '../../store/tenant.ts';
import type { TenantDb } from '../tenant-db.ts';
import type { KeyOwner } from './key-owner.ts';
import type { MasterKeys } from './master-keys.ts';
import { deleteOwnerKeys, insertOwnerKey, requireOwner, selectOwnerKeys } from './owner-keys.ts';
import { OpenedKeys } from './opened-keys.ts';

export interface OwnerKey {
  readonly id: string;
  readonly key: KeyObject;
}

/**
 * Opens the keys that seal secrets of organizations, members and agents. Keys that were opened stay in
 * memory until they are rotated or destroyed.
 *
 * All that open reject with `AppError('internal')` when a stored key was changed or moved, or is sealed
 * under a master key that this node does not have.
 */
export interface Keyring {
  /** The newest key of an organization itself. */
  ownerKey(organizationId: string): Promise<KeyObject>;
  /**
   * What to seal with now; made when the owner has none. Rejects with `AppError('not_found')` when
   * there is no such owner. One that is replaced meanwhile opens what it sealed for at least an hour,
   * in which that is sealed anew.
   */
  current(owner: KeyOwner): Promise<OwnerKey>;
  /** By its id, for what names its key. Rejects with `AppError('not_found')` for one destroyed. */
  find(organizationId: string, ownerKeyId: string): Promise<OwnerKey>;
  /** Every key of the owner, newest first, for values that do not name theirs. */
  all(owner: KeyOwner): Promise<readonly OwnerKey[]>;
  /** Makes the key of a new organization, in its own transaction. */
  createFor(tx: TenantDb, organizationId: string): Promise<void>;
  /**
   * Destroys every key of an owner: what they sealed is lost in every copy. Comes after the owner's
   * row was deleted in the same transaction, so that nobody makes another meanwhile.
   */
  destroy(tx: TenantDb, owner: KeyOwner): Promise<void>;
}

export interface KeyringOptions {
  readonly db: Kysely<Database>;
  readonly masterKeys: MasterKeys;
  readonly onChange: OnChange;
}

export function createKeyring({ db, masterKeys, onChange }: KeyringOptions): Keyring {
  const opened = new OpenedKeys(masterKeys);
  onChange((event) => {
    if (event.kind === 'keys') opened.drop(event.organizationId);
    if (event.kind === 'everything') opened.clear();
  });

  async function all(owner: KeyOwner): Promise<readonly OwnerKey[]> {
    const remembered = opened.ofOwner(owner);
    if (remembered) return remembered;
    const age = opened.age;
    const rows = await withTenant(db, owner.organizationId, (tx) => selectOwnerKeys(tx, owner));
    const keys = await Promise.all(rows.map((row) => opened.open(row)));
    // An owner without keys is asked for again: another node may make the first.
    if (keys.length > 0) opened.remember(owner, keys, age);
    return keys;
  }

  async function current(owner: KeyOwner): Promise<OwnerKey> {
    const [newest] = await all(owner);
    if (newest) return newest;
    await withTenant(db, owner.organizationId, async (tx) => {
      await requireOwner(tx, owner);
      await insertOwnerKey(tx, owner, masterKeys);
    });
    const [made] = await all(owner);
    if (!made) throw new AppError('not_found', `The ${owner.kind} is gone, with its keys.`);
    return made;
  }

  return {
    all,
    current,
    ownerKey: async (organizationId) => {
      const [newest] = await all({ organizationId, kind: 'organization' });
      if (newest) return newest.key;
      throw new AppError('internal', 'The organization has no key of its own.');
    },
    async find(organizationId, id) {
      const remembered = opened.byId(organizationId, id);
      if (remembered) return remembered;
      const row = await withTenant(db, organizationId, (tx) =>
        tx.selectFrom('owner_keys').selectAll().where('id', '=', id).executeTakeFirst(),
      );
      if (!row) throw new AppError('not_found', 'The key that sealed this was destroyed.');
      const owner = { organizationId, kind: row.owner_kind, id: row.owner_id ?? organizationId };
      const found = (await all(owner)).find((each) => each.id === id);
      return found ?? (await opened.open(row));
    },
    createFor: (tx, organizationId) =>
      insertOwnerKey(tx, { organizationId, kind: 'organization' }, masterKeys),
    async destroy(tx, owner) {
      await deleteOwnerKeys(tx, owner);
      await publish(tx, { kind: 'keys', organizationId: owner.organizationId });
    },
  };
}
