import { describe, expect, it } from 'vitest';

import { backoffMs } from './backoff.ts';
import { newLifecycle, transition, type Lifecycle, type LifecycleEvent } from './transition.ts';

const policy = { stableMs: 1_000, backoffBaseMs: 100, backoffCapMs: 6_000 };

const lives: Record<string, Lifecycle> = {
  stopped: newLifecycle,
  starting: { state: { name: 'starting', since: 10 }, failures: 1, restarts: 2 },
  ready: { state: { name: 'ready', since: 100, pid: 7 }, failures: 1, restarts: 2 },
  sleeping: { state: { name: 'sleeping', since: 10 }, failures: 0, restarts: 2 },
  failing: {
    state: { name: 'failing', since: 10, failures: 1, reason: 'old', retryAt: 10 },
    failures: 1,
    restarts: 2,
  },
};

const events: Record<string, LifecycleEvent> = {
  start: { type: 'start', at: 500 },
  ready: { type: 'ready', at: 500, pid: 9 },
  fail: { type: 'fail', at: 500, reason: 'died', random: 0 },
  sleep: { type: 'sleep', at: 500 },
  stop: { type: 'stop' },
};

describe('transition', () => {
  it.each([
    ['stopped', 'start', 'starting'],
    ['stopped', 'ready', 'same'],
    ['stopped', 'fail', 'same'],
    ['stopped', 'sleep', 'same'],
    ['stopped', 'stop', 'stopped'],
    ['starting', 'start', 'same'],
    ['starting', 'ready', 'ready'],
    ['starting', 'fail', 'failing'],
    ['starting', 'sleep', 'same'],
    ['starting', 'stop', 'stopped'],
    ['ready', 'start', 'same'],
    ['ready', 'ready', 'same'],
    ['ready', 'fail', 'failing'],
    ['ready', 'sleep', 'sleeping'],
    ['ready', 'stop', 'stopped'],
    ['sleeping', 'start', 'starting'],
    ['sleeping', 'ready', 'same'],
    ['sleeping', 'fail', 'same'],
    ['sleeping', 'sleep', 'same'],
    ['sleeping', 'stop', 'stopped'],
    ['failing', 'start', 'starting'],
    ['failing', 'ready', 'same'],
    ['failing', 'fail', 'same'],
    ['failing', 'sleep', 'same'],
    ['failing', 'stop', 'stopped'],
  ])('from %s by %s is %s', (from, by, to) => {
    const before = lives[from]!;
    const after = transition(before, events[by]!, policy);
    if (to === 'same') expect(after).toBe(before);
    else expect(after.state.name).toBe(to);
  });

  it('counts a start as a restart after a failure only', () => {
    for (const [name, more] of [
      ['stopped', 0],
      ['sleeping', 0],
      ['failing', 1],
    ] as const) {
      const before = lives[name]!;
      expect(transition(before, events['start']!, policy).restarts).toBe(before.restarts + more);
    }
  });

  it('asks for no wait after the first death, and for more after each soon after', () => {
    let life: Lifecycle = newLifecycle;
    const waits: number[] = [];
    for (let n = 0; n < 5; n++) {
      life = transition(life, { type: 'start', at: 0 }, policy);
      life = transition(life, { type: 'ready', at: 0, pid: 1 }, policy);
      life = transition(life, { type: 'fail', at: 1, reason: 'x', random: 0 }, policy);
      if (life.state.name === 'failing') waits.push(life.state.retryAt - 1);
    }
    expect(waits).toEqual([0, 100, 200, 400, 800]);
  });

  it('forgives earlier failures of a server that ran long enough', () => {
    const late: LifecycleEvent = { type: 'fail', at: 1_100, reason: 'x', random: 0 };
    const after = transition({ ...lives['ready']!, failures: 9 }, late, policy);
    expect(after).toMatchObject({ failures: 1, state: { retryAt: 1_100 } });
  });

  it('waits after the first failure to start already, up to the cap', () => {
    let life: Lifecycle = newLifecycle;
    const waits: number[] = [];
    for (let n = 0; n < 9; n++) {
      life = transition(life, { type: 'start', at: 0 }, policy);
      life = transition(life, { type: 'fail', at: 0, reason: 'x', random: 0 }, policy);
      if (life.state.name === 'failing') waits.push(life.state.retryAt);
    }
    expect(waits).toEqual([100, 200, 400, 800, 1_600, 3_200, 6_000, 6_000, 6_000]);
  });
});

describe('backoffMs', () => {
  it('takes off up to a half at random, never the whole', () => {
    expect(backoffMs(1, 0.999_999, policy)).toBe(50);
    expect(backoffMs(1, 0, policy)).toBe(100);
    expect(backoffMs(2_000, 0, policy)).toBe(6_000);
  });
});
