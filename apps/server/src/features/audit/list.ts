import { AppError } from '@plugboard/contracts';
import { type Kysely, sql, type Transaction } from 'kysely';

import type { Database } from '../../store/schema.ts';
import { withTenant } from '../../store/tenant.ts';

export interface AuditFilter {
  readonly agentId?: string | undefined;
  readonly instanceId?: string | undefined;
  /** A kind, such as `call.outcome`, or with a final `.*` all that begin so, such as `grant.*`. */
  readonly kind?: string | undefined;
  /** What a call came to, such as `refused`. */
  readonly outcome?: string | undefined;
  /** Epoch milliseconds, inclusive. */
  readonly since?: number | undefined;
  /** Epoch milliseconds, exclusive. */
  readonly until?: number | undefined;
  /** Only records older than this one: where the page before ended. */
  readonly before?: number | undefined;
  /** 1–1000; 100 unless told otherwise. */
  readonly limit?: number | undefined;
}

export interface AuditEntry {
  readonly seq: number;
  readonly hash: string;
  /** JSON text as it was appended. */
  readonly record: string;
}

export interface AuditPage {
  /** Newest first. */
  readonly entries: readonly AuditEntry[];
  /** Pass as `before` for the next page; absent on the last. */
  readonly next: number | undefined;
}

export async function listAudit(
  db: Kysely<Database>,
  organizationId: string,
  filter: AuditFilter = {},
): Promise<AuditPage> {
  const limit = filter.limit ?? 100;
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000) {
    throw new AppError('invalid_input', 'limit is a whole number from 1 to 1000.');
  }
  return withTenant(db, organizationId, async (tx) => {
    const { since, until } = filter;
    const from = since === undefined ? undefined : await firstSeqAt(tx, since - disorderMs);
    const to = until === undefined ? undefined : await firstSeqAt(tx, until + disorderMs);
    const rows = await filtered(tx, filter, from, to)
      .limit(limit + 1)
      .execute();
    const entries = rows
      .slice(0, limit)
      .map(({ seq, hash, record }) => ({ seq, hash: hash.toString('hex'), record }));
    return { entries, next: rows.length > limit ? entries.at(-1)?.seq : undefined };
  });
}

/** A record may be appended this much later than others that began after it. */
const disorderMs = 15 * 60_000;

function filtered(
  tx: Transaction<Database>,
  filter: AuditFilter,
  from: number | undefined,
  to: number | undefined,
) {
  const { agentId, instanceId, kind, outcome, since, until, before } = filter;
  let query = tx
    .selectFrom('audit_records')
    .select(['seq', 'hash', 'record'])
    .orderBy('seq', 'desc');
  if (agentId !== undefined) query = query.where('agent_id', '=', agentId);
  if (instanceId !== undefined) query = query.where('instance_id', '=', instanceId);
  if (kind?.endsWith('.*')) {
    query = query.where(sql<boolean>`starts_with(kind, ${kind.slice(0, -1)})`);
  } else if (kind !== undefined) {
    query = query.where('kind', '=', kind);
  }
  if (outcome !== undefined) {
    query = query
      .where('kind', '=', 'call.outcome')
      .where(sql`record::json->>'outcome'`, '=', outcome);
  }
  if (before !== undefined) query = query.where('seq', '<', before);
  if (since !== undefined) query = query.where('at', '>=', new Date(since));
  if (until !== undefined) query = query.where('at', '<', new Date(until));
  if (from !== undefined) query = query.where('seq', '>=', from);
  if (to !== undefined) query = query.where('seq', '<', to);
  return query;
}

/**
 * The first record from a time on, by halving: records are all but in the order of their times, so
 * an index by time, which every append would pay for, is not needed.
 */
async function firstSeqAt(tx: Transaction<Database>, time: number): Promise<number> {
  const head = await tx.selectFrom('audit_heads').select('seq').executeTakeFirst();
  let low = 1;
  let high = (head?.seq ?? 0) + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const row = await tx
      .selectFrom('audit_records')
      .select('at')
      .where('seq', '=', middle)
      .executeTakeFirst();
    if (row && row.at.getTime() >= time) high = middle;
    else low = middle + 1;
  }
  return low;
}
