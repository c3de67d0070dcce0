import type { LiveCall, Overview } from '@plugboard/contracts/api';

/** How a call went, for who counts them. */
export type CallResult = 'ok' | 'failed' | 'refused';

type Minute = Overview['calls']['perMinute'][number];

/** Rows that are kept of the stream, and what is heard between two readings of the overview. */
export const maxCalls = 100;
const maxAgents = 12;
const minuteMs = 60_000;

/** How a call counts. One that asks for input went well so far. */
export function resultOf({ outcome }: Pick<LiveCall, 'outcome'>): CallResult {
  if (outcome === 'ok' || outcome === 'input_required') return 'ok';
  return outcome === 'refused' ? 'refused' : 'failed';
}

/** Puts calls that were just heard before those that are known, newest first, each once, and no more than are kept. */
export function addCalls(
  known: readonly LiveCall[],
  heard: readonly LiveCall[],
): readonly LiveCall[] {
  const bySeq = new Map([...known, ...heard].map((call) => [call.seq, call]));
  return [...bySeq.values()].sort((a, b) => b.seq - a.seq).slice(0, maxCalls);
}

/** The overview as it is after calls that it does not know of, at `now` (epoch milliseconds). */
export function withCalls(overview: Overview, heard: readonly LiveCall[], now: number): Overview {
  const last = overview.calls.recent.reduce((most, { seq }) => Math.max(most, seq), 0);
  const newer = heard.filter(({ seq }) => seq > last);
  const perMinute = newer.reduce(count, roll(overview.calls.perMinute, now));
  const sum = (result: CallResult) =>
    perMinute.reduce((total, minute) => total + minute[result], 0);
  const [ok, failed, refused] = [sum('ok'), sum('failed'), sum('refused')];
  return {
    ...overview,
    calls: {
      ...overview.calls,
      perMinute,
      ok,
      failed,
      refused,
      total: ok + failed + refused,
      recent: [...addCalls(overview.calls.recent, newer)],
    },
    agents: [...newer]
      .reverse()
      .reduce(active, overview.agents)
      .toSorted((a, b) => Date.parse(b.lastAt) - Date.parse(a.lastAt))
      .slice(0, maxAgents),
  };
}

/** The same minutes, ending with the one that it is now. */
function roll(minutes: readonly Minute[], now: number): Minute[] {
  const known = new Map(minutes.map((minute) => [startOf(Date.parse(minute.at)), minute]));
  return Array.from({ length: 60 }, (_, position) => {
    const start = startOf(now) - (59 - position) * minuteMs;
    return known.get(start) ?? { at: new Date(start).toISOString(), ok: 0, failed: 0, refused: 0 };
  });
}

function count(minutes: Minute[], call: LiveCall): Minute[] {
  // Clocks differ a little: a call of the minute to come counts in the last one.
  const start = Math.min(
    startOf(Date.parse(call.at)),
    startOf(Date.parse(minutes.at(-1)?.at ?? call.at)),
  );
  const result = resultOf(call);
  return minutes.map((minute) =>
    startOf(Date.parse(minute.at)) === start ? { ...minute, [result]: minute[result] + 1 } : minute,
  );
}

type ActiveAgent = Overview['agents'][number];

function active(agents: readonly ActiveAgent[], call: LiveCall): ActiveAgent[] {
  const { agent } = call;
  if (!agent) return [...agents];
  const known = agents.find((each) => each.agent.id === agent.id);
  const result = resultOf(call);
  const now: ActiveAgent = {
    agent,
    calls: (known?.calls ?? 0) + 1,
    failed: (known?.failed ?? 0) + (result === 'failed' ? 1 : 0),
    refused: (known?.refused ?? 0) + (result === 'refused' ? 1 : 0),
    lastAt: call.at,
    lastTool: call.tool,
    lastInstance: call.instance,
  };
  return [now, ...agents.filter((each) => each !== known)];
}

function startOf(time: number): number {
  return Math.floor(time / minuteMs) * minuteMs;
}
