import { isAppError } from '@plugboard/contracts';
import { resealDataKey } from '@plugboard/vault';

import type { TenantDb } from '../tenant-db.ts';
import type { OwnerKeySet } from './owner-key-set.ts';

/** What a pass did. */
export interface Resealed {
  readonly done: number;
  /** Values that no key of their owner opens: they were changed or moved, and stay as they are. */
  readonly unreadable: number;
  /** Where the next pass goes on; undefined when there is nothing more. */
  readonly after: string | undefined;
}

const batch = 100;

/** Seals the data keys of some credentials under their owner's newest key, each with its row locked. */
export async function resealCredentials(
  tx: TenantDb,
  organizationId: string,
  keys: OwnerKeySet,
  after: string | undefined,
): Promise<Resealed> {
  const rows = await tx
    .selectFrom('credentials')
    .innerJoin('owner_keys', 'owner_keys.id', 'credentials.owner_key_id')
    .select([
      'credentials.id',
      'credentials.owner_kind',
      'credentials.member_id',
      'credentials.agent_id',
      'credentials.owner_key_id',
      'credentials.sealed_key',
    ])
    .where('owner_keys.retired_at', 'is not', null)
    .$if(after !== undefined, (query) => query.where('credentials.id', '>', after ?? ''))
    .orderBy('credentials.id')
    .limit(batch)
    .forUpdate('credentials')
    .execute();
  let done = 0;
  let unreadable = 0;
  for (const row of rows) {
    const ownerId = row.member_id ?? row.agent_id ?? organizationId;
    const from = keys.find(row.owner_key_id);
    const to = keys.current(row.owner_kind, ownerId);
    if (!from || !to) continue;
    const identity = {
      organizationId,
      ownerKind: row.owner_kind,
      ownerId,
      credentialId: row.id,
    };
    try {
      const sealed = row.sealed_key && resealDataKey(from.key, to.key, identity, row.sealed_key);
      await tx
        .updateTable('credentials')
        .set({ owner_key_id: to.id, sealed_key: sealed })
        .where('id', '=', row.id)
        .execute();
      done += 1;
    } catch (error) {
      if (!isAppError(error, 'internal')) throw error;
      unreadable += 1;
    }
  }
  return { done, unreadable, after: rows.length < batch ? undefined : rows.at(-1)?.id };
}
