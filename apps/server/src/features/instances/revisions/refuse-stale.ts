import { AppError } from '@plugboard/contracts';

import { noSuch } from '../../reference.ts';
import type { TenantDb } from '../../tenant-db.ts';
import type { StoredInstance } from './stored-candidate.ts';

/** Locks an instance's row. Throws when it is gone, or at another revision than it should be. */
export async function refuseStale(
  db: TenantDb,
  { id, slug }: Pick<StoredInstance, 'id' | 'slug'>,
  revision: number,
): Promise<void> {
  const now = await db
    .selectFrom('instances')
    .select('revision')
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  if (!now) throw noSuch('instance', slug);
  if (now.revision === revision) return;
  throw new AppError(
    'conflict',
    `${slug} was changed meanwhile: it is at revision ${now.revision}, not ${revision}. Look at what it is now and try again.`,
  );
}
