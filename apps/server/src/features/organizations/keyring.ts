import type { KeyObject } from 'node:crypto';

import { AppError, newId } from '@plugboard/contracts';
import { createOwnerKey, openOwnerKey } from '@plugboard/vault';
import type { Kysely } from 'kysely';

import type { Database } from '../../store/schema.ts';
import { withTenant } from '../../store/tenant.ts';
import type { TenantDb } from '../tenant-db.ts';

/** Opens the key that seals an organization's secrets. */
export interface Keyring {
  /** Rejects with `AppError('internal')` when the master key is not the one it was made under. */
  ownerKey(organizationId: string): Promise<KeyObject>;
  /** Makes the key of a new organization, in its own transaction. */
  createFor(db: TenantDb, organizationId: string): Promise<void>;
}

export function createKeyring(db: Kysely<Database>, masterKey: KeyObject): Keyring {
  return {
    async ownerKey(organizationId) {
      const row = await withTenant(db, organizationId, (tx) =>
        tx.selectFrom('owner_keys').select('sealed').orderBy('id', 'desc').executeTakeFirst(),
      );
      if (!row) throw new AppError('internal', 'The organization has no key of its own.');
      return openOwnerKey(masterKey, organizationId, row.sealed);
    },
    async createFor(tx, organizationId) {
      await tx
        .insertInto('owner_keys')
        .values({
          id: newId(),
          organization_id: organizationId,
          sealed: createOwnerKey(masterKey, organizationId),
        })
        .execute();
    },
  };
}
