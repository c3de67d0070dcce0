import type { Kysely } from 'kysely';

import type { Database } from '../../store/schema.ts';

/** Ends sessions of a person at once, all but the one named. Resolves with how many. */
export async function endSessionsOf(
  { db }: { readonly db: Kysely<Database> },
  userId: string,
  except?: string,
): Promise<number> {
  let query = db.deleteFrom('user_sessions').where('user_id', '=', userId);
  if (except !== undefined) query = query.where('id', '<>', except);
  const { numDeletedRows } = await query.executeTakeFirst();
  return Number(numDeletedRows);
}
