import type { Kysely, Selectable } from 'kysely';

import type { Database } from '../../store/schema.ts';

export type MasterKeyRow = Selectable<Database['master_keys']>;

/** Every master key that ever was, oldest first. */
export function selectMasterKeys(db: Kysely<Database>): Promise<MasterKeyRow[]> {
  return db.selectFrom('master_keys').selectAll().orderBy('created_at').orderBy('id').execute();
}
