import { setTimeout as delay } from 'node:timers/promises';

import { isAppError } from '@plugboard/contracts';
import { afterEach, describe, expect, it, vi } from 'vitest';

import type { InstanceSpec } from '../instance.ts';
import {
  buildSupervisor,
  callFixture,
  isAlive,
  type SupervisorBench,
} from '../testing/build-supervisor.ts';
import type { SupervisorOptions } from './options.ts';
import type { OwnConnection } from './own-connection.ts';

const benches: SupervisorBench[] = [];
afterEach(async () => {
  for (const bench of benches.splice(0)) await bench[Symbol.asyncDispose]();
});

async function build(options: Partial<SupervisorOptions> = {}): Promise<SupervisorBench> {
  const bench = await buildSupervisor(options);
  benches.push(bench);
  return bench;
}

let count = 0;
function buildOwn(changes: Partial<OwnConnection> = {}): OwnConnection {
  return { key: `client-${(count += 1)}`, capabilities: { roots: {} }, ...changes };
}

async function pidOf(
  { supervisor }: SupervisorBench,
  spec: InstanceSpec,
  own?: OwnConnection,
): Promise<number> {
  const upstream = await supervisor.acquire(spec.organizationId, spec.id, '', own);
  return Number(await callFixture(upstream, 'pid'));
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (isAppError(error)) return error.code;
    throw error;
  }
  return 'none';
}

const until = (check: () => unknown): Promise<unknown> =>
  vi.waitFor(async () => expect(await check()).toBeTruthy(), { timeout: 5_000, interval: 10 });

describe('a connection of its own', () => {
  it('is for its key alone, beside the shared one', async () => {
    const bench = await build();
    const spec = bench.add([]);
    const [first, second] = [buildOwn(), buildOwn()];
    const pids = await Promise.all([
      pidOf(bench, spec),
      pidOf(bench, spec, first),
      pidOf(bench, spec, second),
      pidOf(bench, spec, first),
    ]);
    expect(new Set(pids).size).toBe(3);
    expect(pids[3]).toBe(pids[1]);
    const statuses = await bench.supervisor.statuses();
    expect(new Set(statuses.map(({ own }) => own?.key))).toEqual(
      new Set([undefined, first.key, second.key]),
    );
  });

  it('declares what its client can do, the shared one all that can be routed', async () => {
    const bench = await build();
    const spec = bench.add([]);
    const own = buildOwn({ capabilities: { elicitation: { form: {} }, 'x-mine': 1 } });
    const declared = async (of?: OwnConnection): Promise<unknown> =>
      JSON.parse(
        await callFixture(await bench.supervisor.acquire('org-1', spec.id, '', of), 'declared'),
      );
    expect(await declared(own)).toEqual({ elicitation: { form: {} }, 'x-mine': 1 });
    expect(await declared()).toEqual({
      roots: { listChanged: true },
      sampling: { tools: {} },
      elicitation: { form: {}, url: {} },
    });
  });

  it('does not touch what is stored of its server', async () => {
    const onReady = vi.fn<SupervisorOptions['onReady']>(async () => undefined);
    const onDefinitionsChanged = vi.fn<SupervisorOptions['onDefinitionsChanged']>();
    const limits = { refreshDelayMs: 5 };
    const bench = await build({ onReady, onDefinitionsChanged, limits });
    const spec = bench.add([], { listed: false });
    const heard = vi.fn<() => void>();
    bench.supervisor.onMessage(heard);
    const upstream = await bench.supervisor.acquire('org-1', spec.id, '', buildOwn());
    await callFixture(upstream, 'change', { times: 3 });
    await until(() => heard.mock.calls.length === 3);
    await delay(50);
    expect(onReady).not.toHaveBeenCalled();
    expect(onDefinitionsChanged).not.toHaveBeenCalled();
  });

  it('falls asleep when idle, even of an instance that never does, and is forgotten', async () => {
    const bench = await build({ limits: { ownIdleMs: 100 } });
    const spec = bench.add([], { idleMs: 0 });
    const shared = await pidOf(bench, spec);
    const own = buildOwn();
    const held = bench.supervisor.hold('org-1', spec.id, '', own);
    const pid = await pidOf(bench, spec, own);
    await delay(300);
    expect(isAlive(pid)).toBe(true);
    held[Symbol.dispose]();
    await until(() => !isAlive(pid));
    await until(async () => (await bench.supervisor.statuses()).length === 1);
    expect(isAlive(shared)).toBe(true);
    expect(await pidOf(bench, spec, own)).not.toBe(pid);
  });

  it('is forgotten after its server failed', async () => {
    const bench = await build({ limits: { backoffBaseMs: 10, backoffCapMs: 20 } });
    const spec = bench.add(['fail=1']);
    expect(await codeOf(bench.supervisor.acquire('org-1', spec.id, '', buildOwn()))).toBe(
      'upstream_failed',
    );
    await until(async () => (await bench.supervisor.statuses()).length === 0);
  });

  it('stops with its instance, and is started anew by a call after a restart', async () => {
    const bench = await build();
    const spec = bench.add([]);
    const own = buildOwn();
    const [shared, mine] = [await pidOf(bench, spec), await pidOf(bench, spec, own)];
    await bench.supervisor.restart(spec.id);
    expect([isAlive(shared), isAlive(mine)]).toEqual([false, false]);
    expect(await bench.supervisor.statuses()).toHaveLength(1);
    expect(await pidOf(bench, spec, own)).toBeGreaterThan(0);
    await bench.supervisor.stop(spec.id);
    expect(await bench.supervisor.statuses()).toEqual([]);
  });

  it('is known in no other organization', async () => {
    const bench = await build();
    const spec = bench.add([]);
    const own = buildOwn();
    await pidOf(bench, spec, own);
    expect(await codeOf(bench.supervisor.acquire('org-2', spec.id, '', own))).toBe('not_found');
  });
});

describe('connections of their own', () => {
  it('are so many in an organization, the longest idle making room', async () => {
    const bench = await build({ limits: { maxOwnProcesses: 2, evictIdleMs: 0 } });
    const spec = bench.add([]);
    const owns = [buildOwn(), buildOwn(), buildOwn()] as const;
    const shared = await pidOf(bench, spec);
    const first = await pidOf(bench, spec, owns[0]);
    await delay(5);
    const second = await bench.supervisor.acquire('org-1', spec.id, '', owns[1]);
    const waiting = callFixture(second, 'wait', { ms: 1_000 });
    await pidOf(bench, spec, owns[2]);
    expect([isAlive(shared), isAlive(first)]).toEqual([true, false]);
    using _held = bench.supervisor.hold('org-1', spec.id, '', owns[2]);
    expect(await codeOf(bench.supervisor.acquire('org-1', spec.id, '', buildOwn()))).toBe(
      'unavailable',
    );
    const elsewhere = bench.add([], { organizationId: 'org-2' });
    expect(await pidOf(bench, elsewhere, buildOwn())).toBeGreaterThan(0);
    expect(await waiting).toBe('waited');
  });

  it('are so many of one owner, whatever others have', async () => {
    const bench = await build({ limits: { maxOwnProcessesPerOwner: 1 } });
    const spec = bench.add([]);
    await pidOf(bench, spec, buildOwn({ owner: 'alice' }));
    const more = bench.supervisor.acquire('org-1', spec.id, '', buildOwn({ owner: 'alice' }));
    await expect(more).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('of this agent are in use'),
      retryAfterMs: 1_000,
    });
    expect(await pidOf(bench, spec, buildOwn({ owner: 'bob' }))).toBeGreaterThan(0);
  });

  it('refused for want of room leave nothing behind', async () => {
    const bench = await build({ limits: { maxOwnProcesses: 0 } });
    const spec = bench.add([]);
    const tries = Array.from({ length: 50 }, () =>
      codeOf(bench.supervisor.acquire('org-1', spec.id, '', buildOwn())),
    );
    expect(new Set(await Promise.all(tries))).toEqual(new Set(['unavailable']));
    expect(await bench.supervisor.statuses()).toEqual([]);
    expect(await pidOf(bench, spec)).toBeGreaterThan(0);
  });

  it('count among all that run', async () => {
    const bench = await build({ limits: { maxRunning: 1 } });
    const spec = bench.add([]);
    await pidOf(bench, spec, buildOwn());
    expect(await codeOf(bench.supervisor.acquire('org-1', spec.id, ''))).toBe('unavailable');
  });
});
