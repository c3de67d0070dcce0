import type { LiveCall, Overview } from '@plugboard/contracts/api';
import { describe, expect, it } from 'vitest';

import { addCalls, maxCalls, withCalls } from './live-overview.ts';

const now = Date.parse('2026-11-22T12:30:20Z');
const minuteMs = 60_000;

function call(seq: number, more: Partial<LiveCall> = {}): LiveCall {
  return {
    seq,
    at: new Date(now).toISOString(),
    callId: `call-${seq}`,
    agent: { id: 'a1', slug: 'demo', name: 'Demo' },
    instance: { id: 'i1', slug: 'everything' },
    tool: 'echo',
    method: 'tools/call',
    outcome: 'ok',
    durationMs: 3,
    ...more,
  };
}

function overview(recent: LiveCall[] = []): Overview {
  const start = now - (now % minuteMs);
  return {
    at: new Date(now).toISOString(),
    health: { total: 1, ready: 1, starting: 0, sleeping: 0, failing: 0, stopped: 0 },
    calls: {
      window: { from: '', to: '', complete: true },
      total: recent.length,
      ok: recent.length,
      failed: 0,
      refused: 0,
      p50Ms: 3,
      p95Ms: 9,
      perMinute: Array.from({ length: 60 }, (_, position) => ({
        at: new Date(start - (59 - position) * minuteMs).toISOString(),
        ok: position === 59 ? recent.length : 0,
        failed: 0,
        refused: 0,
      })),
      recent,
    },
    agents: [],
    needs: [],
    needsTotal: 0,
    counts: {
      servers: 0,
      instances: 1,
      toolboxes: 1,
      agents: 1,
      tools: 3,
      credentials: 0,
      connections: 0,
    },
  };
}

describe('withCalls', () => {
  it('counts what the overview does not know of, and nothing twice', () => {
    const heard = [
      call(8),
      call(7, { outcome: 'refused' }),
      call(6, { outcome: 'cancelled' }),
      call(5),
    ];
    const { calls, agents } = withCalls(overview([call(5)]), heard, now);
    expect(calls).toMatchObject({ total: 4, ok: 2, failed: 1, refused: 1 });
    expect(calls.recent.map(({ seq }) => seq)).toEqual([8, 7, 6, 5]);
    expect(calls.perMinute.at(-1)).toMatchObject({ ok: 2, failed: 1, refused: 1 });
    expect(agents).toMatchObject([{ calls: 3, failed: 1, refused: 1, lastTool: 'echo' }]);
  });

  it('goes on with time: what is over an hour old counts no more', () => {
    const before = overview([call(5)]);
    const soon = withCalls(before, [], now + 59 * minuteMs).calls;
    expect(soon.total).toBe(1);
    expect(soon.perMinute[0]).toMatchObject({ ok: 1 });
    const later = withCalls(before, [], now + 60 * minuteMs).calls;
    expect(later.total).toBe(0);
    expect(later.perMinute).toHaveLength(60);
  });

  it('puts a call from a clock that is ahead into the last minute', () => {
    const ahead = call(9, { at: new Date(now + 5 * minuteMs).toISOString() });
    expect(withCalls(overview(), [ahead], now).calls).toMatchObject({ total: 1, ok: 1 });
  });

  it('knows the last tool of each agent, the latest first', () => {
    const other = { id: 'a2', slug: 'other', name: 'Other' };
    const heard = [
      call(3, { agent: other, tool: 'add', at: new Date(now + 1000).toISOString() }),
      call(2),
      call(1, { agent: null }),
    ];
    const { agents } = withCalls(overview(), heard, now);
    expect(agents.map(({ agent, lastTool }) => [agent.slug, lastTool])).toEqual([
      ['other', 'add'],
      ['demo', 'echo'],
    ]);
  });
});

describe('addCalls', () => {
  it('keeps a bounded number of them, newest first', () => {
    const many = Array.from({ length: 5000 }, (_, seq) => call(seq));
    const kept = addCalls(addCalls([], many.slice(0, 3000)), many.slice(2900));
    expect(kept).toHaveLength(maxCalls);
    expect(kept[0]?.seq).toBe(4999);
  });
});
