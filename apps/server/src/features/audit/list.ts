import { AppError } from '@plugboard/contracts';
import { type Kysely, sql } from 'kysely';

import type { Database } from '../../store/schema.ts';
import { withTenant } from '../../store/tenant.ts';
import type { TenantDb } from '../tenant-db.ts';
import { rangeOfCall } from './call-range.ts';
import { firstSeqAt } from './first-seq-at.ts';
import type { StoredEntry } from './present-entries.ts';

export interface AuditFilter {
  readonly agentId?: string | undefined;
  readonly instanceId?: string | undefined;
  readonly callId?: string | undefined;
  /** A kind, such as `call.outcome`, or with a final `.*` all that begin so, such as `grant.*`. */
  readonly kind?: string | undefined;
  /** What a call came to, such as `refused`. Searched for in `searchLimit` records at a time. */
  readonly outcome?: string | undefined;
  /** Who did it, or for whom it was done. Searched for likewise. */
  readonly memberId?: string | undefined;
  /** Anywhere in the record, in whichever case. Searched for likewise. */
  readonly text?: string | undefined;
  /** Epoch milliseconds, inclusive. */
  readonly since?: number | undefined;
  /** Epoch milliseconds, exclusive. */
  readonly until?: number | undefined;
  /** Only records older than this one: where the page before ended. */
  readonly before?: number | undefined;
  /** 1–1000; 100 unless told otherwise. */
  readonly limit?: number | undefined;
  /** How many records are read to find those of `outcome`, `memberId` and `text`; 50,000. */
  readonly searchLimit?: number | undefined;
}

export interface AuditPage {
  /** Newest first. */
  readonly entries: readonly StoredEntry[];
  /** Pass as `before` for the next page; absent on the last. */
  readonly next: number | undefined;
  /** The time of the last record that was searched, when there are more to search. */
  readonly searchedTo: Date | undefined;
}

const defaultSearchLimit = 50_000;

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
    const range = await readRange(tx, filter);
    if (!range) return { entries: [], next: undefined, searchedTo: undefined };
    const end = await searchEnd(tx, filter, range);
    const rows = await filtered(tx, filter, { ...range, from: end?.seq ?? range.from })
      .select(['seq', 'hash', 'record'])
      .limit(limit + 1)
      .execute();
    const entries = rows
      .slice(0, limit)
      .map(({ seq, hash, record }) => ({ seq, hash: hash.toString('hex'), record }));
    if (rows.length > limit) return { entries, next: entries.at(-1)?.seq, searchedTo: undefined };
    return { entries, next: end?.seq, searchedTo: end?.at };
  });
}

/** A record may be appended this much later than others that began after it. */
const disorderMs = 15 * 60_000;

interface Range {
  /** Inclusive. */
  readonly from: number | undefined;
  /** Exclusive. */
  readonly to: number | undefined;
}

/** Which records can be meant; undefined when none can. */
async function readRange(tx: TenantDb, filter: AuditFilter): Promise<Range | undefined> {
  const { since, until, before, callId } = filter;
  const ofCall = callId === undefined ? undefined : await rangeOfCall(tx, callId);
  if (callId !== undefined && !ofCall) return undefined;
  const froms = [
    since === undefined ? undefined : await firstSeqAt(tx, since - disorderMs),
    ofCall?.from,
  ].filter((seq) => seq !== undefined);
  const tos = [
    before,
    until === undefined ? undefined : await firstSeqAt(tx, until + disorderMs),
    ofCall?.to,
  ].filter((seq) => seq !== undefined);
  return {
    from: froms.length === 0 ? undefined : Math.max(...froms),
    to: tos.length === 0 ? undefined : Math.min(...tos),
  };
}

/**
 * The oldest record that a search may read, where the filter searches records one by one: what is
 * looked for may be rare, and the log long.
 */
async function searchEnd(
  tx: TenantDb,
  filter: AuditFilter,
  range: Range,
): Promise<{ readonly seq: number; readonly at: Date } | undefined> {
  const { outcome, memberId, text, searchLimit = defaultSearchLimit } = filter;
  if (outcome === undefined && memberId === undefined && text === undefined) return undefined;
  const end = await located(tx, filter, range)
    .select(['seq', 'at'])
    .offset(searchLimit - 1)
    .limit(1)
    .executeTakeFirst();
  if (!end) return undefined;
  const older = await located(tx, filter, { ...range, to: end.seq })
    .select('seq')
    .limit(1)
    .executeTakeFirst();
  return older && end;
}

/** By what there are indexes for, newest first. */
function located(tx: TenantDb, { agentId, instanceId }: AuditFilter, { from, to }: Range) {
  let query = tx.selectFrom('audit_records').orderBy('seq', 'desc');
  if (agentId !== undefined) query = query.where('agent_id', '=', agentId);
  if (instanceId !== undefined) query = query.where('instance_id', '=', instanceId);
  if (from !== undefined) query = query.where('seq', '>=', from);
  if (to !== undefined) query = query.where('seq', '<', to);
  return query;
}

function filtered(tx: TenantDb, filter: AuditFilter, range: Range) {
  const { kind, callId, outcome, memberId, text, since, until } = filter;
  let query = located(tx, filter, range);
  if (kind?.endsWith('.*')) {
    query = query.where(sql<boolean>`starts_with(kind, ${kind.slice(0, -1)})`);
  } else if (kind !== undefined) {
    query = query.where('kind', '=', kind);
  }
  if (callId !== undefined) query = query.where('call_id', '=', callId);
  if (since !== undefined) query = query.where('at', '>=', new Date(since));
  if (until !== undefined) query = query.where('at', '<', new Date(until));
  if (outcome !== undefined) {
    query = query.where('kind', '=', 'call.outcome').where(field('outcome', outcome));
  }
  if (memberId !== undefined) query = query.where(field('memberId', memberId.toLowerCase()));
  if (text !== undefined) {
    // As JSON has it: quotes and line ends within texts are written with backslashes.
    const written = JSON.stringify(text).slice(1, -1);
    query = query.where(sql<boolean>`strpos(lower(record), lower(${written})) > 0`);
  }
  return query;
}

/** A field of the record itself. Only records that have such text at all are parsed. */
function field(name: string, value: string) {
  const written = `${JSON.stringify(name)}:${JSON.stringify(value)}`;
  return sql<boolean>`case when strpos(record, ${written}) > 0
    then record::json->>${sql.lit(name)} = ${value} else false end`;
}
