import type { Selectable, Transaction } from 'kysely';

import type { AuditRecords, Database } from '../../store/schema.ts';

export type StoredRecord = Omit<Selectable<AuditRecords>, 'organization_id'>;

/** Few enough that hashing a page does not hold up the event loop. */
const pageSize = 500;

/** The next records after a place in the chain, oldest first; none when there are no more. */
export async function readRecords(
  tx: Transaction<Database>,
  after: number,
): Promise<readonly StoredRecord[]> {
  return tx
    .selectFrom('audit_records')
    .select(['seq', 'at', 'kind', 'call_id', 'agent_id', 'instance_id', 'record', 'hash'])
    .where('seq', '>', after)
    .orderBy('seq')
    .limit(pageSize)
    .execute();
}

/** All records from a place on, a page in memory at a time. */
export async function* streamRecords(
  tx: Transaction<Database>,
  from: number = Number.MIN_SAFE_INTEGER,
): AsyncGenerator<StoredRecord> {
  for (let page = await readRecords(tx, from); ;) {
    yield* page;
    const newest = page.at(-1);
    if (newest === undefined) return;
    page = await readRecords(tx, newest.seq);
  }
}
