import type { KeyObject } from 'node:crypto';

import { AppError } from '@plugboard/contracts';
import { type KeyProvider, type ProvidedMasterKey, sealNextMasterKey } from '@plugboard/vault';
import type { Kysely, Transaction } from 'kysely';

import { publish } from '../../store/events.ts';
import type { Database } from '../../store/schema.ts';
import type { MasterKeyRow } from './master-key-rows.ts';

export interface Replacement {
  /** In force until now. */
  readonly row: MasterKeyRow;
  readonly key: KeyObject;
  /** In force from now on. */
  readonly given: ProvidedMasterKey;
}

/** Puts a key in force that an operator set in place of the one before. */
export async function takeNewKey(
  db: Kysely<Database>,
  provider: KeyProvider,
  replacement: Replacement,
): Promise<void> {
  await db.transaction().execute((tx) => replaceMasterKey(tx, provider, replacement));
}

/**
 * Puts another master key in force. It waits for everybody who is sealing under the former, and from
 * its commit on nothing more is: what is left under it can be found and sealed anew. Throws
 * `AppError('conflict')` when the former is in force no longer, or nothing is finished of the last time.
 */
export async function replaceMasterKey(
  tx: Transaction<Database>,
  provider: KeyProvider,
  { row, key, given }: Replacement,
): Promise<void> {
  const unfinished = await tx
    .selectFrom('master_keys')
    .select('id')
    .where('retired_at', 'is not', null)
    .where('emptied_at', 'is', null)
    .executeTakeFirst();
  if (unfinished) {
    throw new AppError(
      'conflict',
      'The last rotation of the master key is not finished. See it with: plugboard vault status',
    );
  }
  const retired = await tx
    .updateTable('master_keys')
    .set({ retired_at: new Date() })
    .where('id', '=', row.id)
    .where('retired_at', 'is', null)
    .executeTakeFirst();
  if (retired.numUpdatedRows === 0n) {
    throw new AppError('conflict', 'The master key was replaced by somebody else just now.');
  }
  await tx
    .insertInto('master_keys')
    .values({
      id: given.id,
      installation_id: row.installation_id,
      provider: provider.kind,
      provider_key: provider.providerKey ?? null,
      wrapped: given.wrapped ?? null,
      bridge: sealNextMasterKey(key, given.id, given.key),
    })
    .execute();
  await publish(tx, { kind: 'master_keys' });
}
