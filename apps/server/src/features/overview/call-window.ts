import { type SqlBool, sql } from 'kysely';
import { z } from 'zod';

import { firstSeqAt } from '../audit/first-seq-at.ts';
import type { TenantDb } from '../tenant-db.ts';

/** How far back calls are looked at, and how many of them at most. */
const windowMs = 60 * 60_000;
const mostCalls = 20_000;
const minutes = 60;
const mostAgents = 12;

export interface CallWindowOptions {
  /** Epoch milliseconds. */
  readonly now: number;
  /** Whose calls are counted; all when absent. */
  readonly agentIds?: readonly string[] | undefined;
  readonly mostCalls?: number;
}

const windowSchema = z.object({
  count: z.int(),
  oldest: z.number().nullable(),
  ok: z.int(),
  failed: z.int(),
  refused: z.int(),
  p50: z.number().nullable(),
  p95: z.number().nullable(),
  minutes: z.array(z.object({ at: z.number(), ok: z.int(), failed: z.int(), refused: z.int() })),
  agents: z.array(
    z.object({
      id: z.string(),
      calls: z.int(),
      failed: z.int(),
      refused: z.int(),
      /** Of its latest outcome. */
      seq: z.int(),
    }),
  ),
});

/** Outcomes of the last hour, counted by the database. Times are epoch milliseconds. */
export interface CallWindow extends Omit<z.output<typeof windowSchema>, 'count' | 'oldest'> {
  readonly from: number;
  readonly to: number;
  /** Whether `from` is an hour ago. */
  readonly complete: boolean;
  readonly total: number;
}

/** What an outcome is counted as. */
const judged = sql`case outcome
  when 'ok' then 'ok' when 'input_required' then 'ok'
  when 'refused' then 'refused' else 'failed' end`;

export async function readCallWindow(
  db: TenantDb,
  { now, agentIds, mostCalls: most = mostCalls }: CallWindowOptions,
): Promise<CallWindow> {
  const start = now - windowMs;
  const firstMinute = Math.floor(now / 60_000) * 60_000 - (minutes - 1) * 60_000;
  const from = await firstSeqAt(db, start);
  const { rows } = await sql<{ found: unknown }>`
    with latest as materialized (
      select seq, agent_id, (extract(epoch from at) * 1000)::float8 as at, record::json as record
      from audit_records
      where seq >= ${from} and kind = 'call.outcome' and at >= ${new Date(start)} and ${ofAgents(agentIds)}
      order by seq desc
      limit ${most + 1}
    ), parsed as materialized (
      select seq, agent_id, at, record->>'outcome' as outcome, (record->>'durationMs')::float8 as ms
      from latest order by seq desc limit ${most}
    ), calls as materialized (
      select *, ${judged} as judged from parsed
    )
    select json_build_object(
      'count', (select count(*) from latest),
      'oldest', (select min(at) from calls),
      'ok', (select count(*) from calls where judged = 'ok'),
      'failed', (select count(*) from calls where judged = 'failed'),
      'refused', (select count(*) from calls where judged = 'refused'),
      'p50', (select percentile_cont(0.5) within group (order by ms) from calls where judged <> 'refused'),
      'p95', (select percentile_cont(0.95) within group (order by ms) from calls where judged <> 'refused'),
      'minutes', (
        select coalesce(json_agg(m), '[]') from (
          select floor(at / 60000) * 60000 as at,
            count(*) filter (where judged = 'ok') as ok,
            count(*) filter (where judged = 'failed') as failed,
            count(*) filter (where judged = 'refused') as refused
          from calls where at >= ${firstMinute} group by 1
        ) m),
      'agents', (
        select coalesce(json_agg(a), '[]') from (
          select agent_id as id, count(*) as calls, max(seq) as seq,
            count(*) filter (where judged = 'failed') as failed,
            count(*) filter (where judged = 'refused') as refused
          from calls where exists (
            select from agents where agents.id = calls.agent_id and agents.revoked_at is null)
          group by agent_id order by max(seq) desc limit ${mostAgents}
        ) a)
    ) as found`.execute(db);
  const { count, oldest, ...found } = windowSchema.parse(rows[0]?.found);
  const complete = count <= most;
  const byMinute = new Map(found.minutes.map((each) => [each.at, each]));
  return {
    ...found,
    from: complete ? start : (oldest ?? start),
    to: now,
    complete,
    total: found.ok + found.failed + found.refused,
    minutes: Array.from({ length: minutes }, (_, n) => {
      const at = firstMinute + n * 60_000;
      return byMinute.get(at) ?? { at, ok: 0, failed: 0, refused: 0 };
    }),
  };
}

/** That a record is of one of these agents. */
export function ofAgents(agentIds: readonly string[] | undefined) {
  return agentIds === undefined
    ? sql<SqlBool>`true`
    : sql<SqlBool>`agent_id = any(${[...agentIds]}::uuid[])`;
}
