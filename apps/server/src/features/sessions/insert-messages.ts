import type { SessionAddress } from '@plugboard/gateway';
import { sql, type Transaction } from 'kysely';

import type { Database } from '../../store/schema.ts';

export interface MessageRow {
  readonly id: string;
  readonly stream: string | null;
  readonly seq: number;
  readonly kind: 'answer' | 'message' | 'event' | 'last';
  readonly body: Buffer;
}

/** Adds rows to a session, which is kept from ending meanwhile; false when it has ended. */
export async function insertMessages(
  tx: Transaction<Database>,
  { organizationId, idHash }: SessionAddress,
  rows: readonly MessageRow[],
): Promise<boolean> {
  const session = await tx
    .selectFrom('sessions')
    .select(sql<number>`1`.as('found'))
    .where('id_hash', '=', idHash)
    .forKeyShare()
    .executeTakeFirst();
  if (!session) return false;
  await tx
    .insertInto('session_messages')
    .values(rows.map((row) => ({ ...row, organization_id: organizationId, id_hash: idHash })))
    .execute();
  return true;
}
