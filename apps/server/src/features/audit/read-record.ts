import { AppError } from '@plugboard/contracts';
import type { AuditDetail } from '@plugboard/contracts/api';
import type { Kysely } from 'kysely';

import type { Database } from '../../store/schema.ts';
import { withTenant } from '../../store/tenant.ts';
import type { TenantDb } from '../tenant-db.ts';
import { rangeOfCall } from './call-range.ts';
import { chainStart } from './chain.ts';
import { presentEntries, type StoredEntry } from './present-entries.ts';

/** One record with its place in the chain. Throws `AppError('not_found')`. */
export function readAuditRecord(
  db: Kysely<Database>,
  organizationId: string,
  seq: number,
): Promise<AuditDetail> {
  return withTenant(db, organizationId, async (tx) => {
    const rows = await columns(tx)
      .where('seq', 'in', [seq, seq - 1])
      .execute();
    const row = rows.find((each) => each.seq === seq);
    if (!row) {
      throw new AppError(
        'not_found',
        `There is no audit record ${seq}. The latest are in the audit log’s list.`,
        { details: { noun: 'record', ref: String(seq) } },
      );
    }
    const previous = rows.find((each) => each.seq === seq - 1)?.hash ?? chainStart(organizationId);
    const other = row.call_id === null ? undefined : await findPair(tx, row);
    const [entry, pair] = await presentEntries(tx, [
      stored(row),
      ...(other ? [stored(other)] : []),
    ]);
    if (!entry) throw new Error('a record that was found is presented');
    return { entry, previousHash: previous.toString('hex'), ...(pair && { pair }) };
  });
}

type Row = Awaited<ReturnType<ReturnType<typeof columns>['execute']>>[number];

/** The other record of the same call, by the agent's own part of the log. */
async function findPair(db: TenantDb, row: Row): Promise<Row | undefined> {
  if (row.call_id === null) return undefined;
  const range = await rangeOfCall(db, row.call_id);
  if (!range) return undefined;
  return columns(db)
    .$if(row.agent_id !== null, (query) => query.where('agent_id', '=', row.agent_id))
    .where('seq', '>=', range.from)
    .where('seq', '<', range.to)
    .where('call_id', '=', row.call_id)
    .where('kind', '=', row.kind === 'call.intent' ? 'call.outcome' : 'call.intent')
    .orderBy('seq')
    .limit(1)
    .executeTakeFirst();
}

function columns(db: TenantDb) {
  return db
    .selectFrom('audit_records')
    .select(['seq', 'hash', 'record', 'kind', 'call_id', 'agent_id']);
}

function stored({ seq, hash, record }: Row): StoredEntry {
  return { seq, hash: hash.toString('hex'), record };
}
