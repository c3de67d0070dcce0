import type { ChangeRecord } from '@plugboard/gateway';
import { sql, type Transaction } from 'kysely';

import type { Database } from '../../store/schema.ts';
import { appendValues } from './append-statement.ts';
import { encodeRecord } from './audit-row.ts';

/**
 * Records a change, or several that are one, in the change's own transaction, made by `withTenant` for the same organization:
 * both commit or neither does. Do it last, for from here on every other append to the organization's
 * chain, calls included, waits for the transaction to end.
 */
export async function appendWithin(
  tx: Transaction<Database>,
  organizationId: string,
  ...records: readonly ChangeRecord[]
): Promise<void> {
  const [organizations, counts, lines, ats, kinds, callIds, agentIds, instanceIds] = appendValues([
    { organizationId, rows: records.map(encodeRecord) },
  ]);
  await sql`select append_audit(
    ${organizations}::uuid[], ${counts}::int[], ${lines}, ${ats}::bigint[], ${kinds}::text[],
    ${callIds}::uuid[], ${agentIds}::uuid[], ${instanceIds}::uuid[])`.execute(tx);
}
