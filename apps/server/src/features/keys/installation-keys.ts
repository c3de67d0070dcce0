import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';

import { deriveKey, openInstallationKey, sealInstallationKey } from '@plugboard/vault';
import type { Kysely } from 'kysely';

import type { Database } from '../../store/schema.ts';
import { listOrganizationIds } from '../../store/tenant.ts';
import type { MasterKeys } from './master-keys.ts';
import { holdMasterKey } from './owner-keys.ts';

/**
 * What the installation needs keys of its own for, by name. Each is made at first use, the same on
 * every node, and stays when the master key is rotated.
 */
export type InstallationKeys = (purpose: string) => Promise<KeyObject>;

export interface InstallationKeyOptions {
  readonly db: Kysely<Database>;
  readonly masterKeys: MasterKeys;
}

/** Before there were such keys, these were derived from the master key: what they signed must verify. */
const derivedBefore: readonly string[] = ['audit-checkpoints'];

export function createInstallationKeys({
  db,
  masterKeys,
}: InstallationKeyOptions): InstallationKeys {
  const opened = new Map<string, Promise<KeyObject>>();

  async function read(purpose: string): Promise<KeyObject | undefined> {
    const row = await db
      .selectFrom('installation_keys')
      .select(['master_key_id', 'sealed'])
      .where('purpose', '=', purpose)
      .executeTakeFirst();
    if (!row) return undefined;
    return openInstallationKey(await masterKeys.find(row.master_key_id), purpose, row.sealed);
  }

  async function make(purpose: string): Promise<void> {
    // With an organization before there is this key, the installation is older than such keys.
    const isOlder = (await listOrganizationIds(db)).length > 0;
    const former = isOlder && derivedBefore.includes(purpose) && (await masterKeys.unnamed());
    const key = former ? deriveKey(former, purpose) : createSecretKey(randomBytes(32));
    await db.transaction().execute(async (tx) => {
      const masterKey = await holdMasterKey(tx, masterKeys);
      await tx
        .insertInto('installation_keys')
        .values({
          purpose,
          master_key_id: masterKey.id,
          sealed: sealInstallationKey(masterKey.key, purpose, key),
        })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    });
  }

  async function open(purpose: string): Promise<KeyObject> {
    const found = await read(purpose);
    if (found) return found;
    await make(purpose);
    const made = await read(purpose);
    if (!made) throw new Error(`the key for ${purpose} is not there after it was made`);
    return made;
  }

  return (purpose) => {
    const known = opened.get(purpose);
    if (known) return known;
    const opening = open(purpose);
    opened.set(purpose, opening);
    // One that failed is tried again when it is asked for again.
    opening.catch(() => opened.delete(purpose));
    return opening;
  };
}
