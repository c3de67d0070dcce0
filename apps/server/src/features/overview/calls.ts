import type { Overview } from '@plugboard/contracts/api';

import { presentCalls } from '../live/present-call.ts';
import { type Actor, can } from '../members/policy.ts';
import type { TenantDb } from '../tenant-db.ts';
import { type CallWindow, ofAgents } from './call-window.ts';

const mostRecent = 30;
/** However many other records lie between, the latest calls are looked for among so many. */
const recentSpan = 50_000;

export type CallsView = Pick<Overview, 'calls' | 'agents'>;

/** Whose calls an actor may see; all when undefined. */
export async function visibleAgents(
  db: TenantDb,
  actor: Actor,
): Promise<readonly string[] | undefined> {
  if (can(actor, 'audit.read', actor)) return undefined;
  const own = await db
    .selectFrom('agents')
    .select('id')
    .where('member_id', '=', actor.memberId)
    .execute();
  return own.map(({ id }) => id);
}

/** What was counted in a window, with the latest calls of now. */
export async function readCalls(
  db: TenantDb,
  agentIds: readonly string[] | undefined,
  window: CallWindow,
): Promise<CallsView> {
  const head = await db.selectFrom('audit_heads').select('seq').executeTakeFirst();
  const recent = await db
    .selectFrom('audit_records')
    .where('kind', '=', 'call.outcome')
    .where('seq', '>', (head?.seq ?? 0) - recentSpan)
    .where(ofAgents(agentIds))
    .orderBy('seq', 'desc')
    .limit(mostRecent)
    .select(['seq', 'record'])
    .execute();
  const latest = await readLatest(db, window.agents);
  const { from, to, complete, total, ok, failed, refused, p50, p95 } = window;
  return {
    calls: {
      window: { from: iso(from), to: iso(to), complete },
      total,
      ok,
      failed,
      refused,
      p50Ms: p50,
      p95Ms: p95,
      perMinute: window.minutes.map(({ at, ...counts }) => ({ at: iso(at), ...counts })),
      recent: (await presentCalls(db, recent)).map(({ call }) => call),
    },
    agents: window.agents.flatMap(({ seq, calls, failed: itsFailed, refused: itsRefused }) => {
      const call = latest.get(seq);
      if (!call?.agent) return [];
      return {
        agent: call.agent,
        calls,
        failed: itsFailed,
        refused: itsRefused,
        lastAt: call.at,
        lastTool: call.tool,
        lastInstance: call.instance,
      };
    }),
  };
}

/** The latest calls of agents, by the numbers of their records. */
async function readLatest(db: TenantDb, agents: readonly { readonly seq: number }[]) {
  if (agents.length === 0) return new Map<number, never>();
  const rows = await db
    .selectFrom('audit_records')
    .where(
      'seq',
      'in',
      agents.map(({ seq }) => seq),
    )
    .select(['seq', 'record'])
    .execute();
  return new Map((await presentCalls(db, rows)).map(({ call }) => [call.seq, call]));
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
