import { AppError, isAppError } from '@plugboard/contracts';
import { Secret } from '@plugboard/vault';
import { afterEach, describe, expect, it, vi } from 'vitest';

import type { InstanceSpec } from '../instance.ts';
import {
  buildSupervisor,
  callFixture,
  isAlive,
  type SupervisorBench,
} from '../testing/build-supervisor.ts';
import type { SupervisorOptions } from './options.ts';

const benches: SupervisorBench[] = [];
afterEach(async () => {
  for (const bench of benches.splice(0)) await bench[Symbol.asyncDispose]();
});

/** Each credential set has a secret of its own; `nobody` must sign in first. */
async function build(options: Partial<SupervisorOptions> = {}): Promise<SupervisorBench> {
  const specs = new Map<string, InstanceSpec>();
  const bench = await buildSupervisor({
    source: {
      find: async (organizationId, id) => {
        const spec = specs.get(id);
        return spec?.organizationId === organizationId ? spec : undefined;
      },
      openSecrets: async (_spec, set) => {
        if (set === 'member:nobody') {
          throw new AppError('sign_in_required', 'Nobody has not signed in.', {
            details: { missing: ['KEY'] },
          });
        }
        return [{ slot: 'KEY', place: 'env', value: new Secret(`secret-of-${set}`) }];
      },
    },
    ...options,
  });
  benches.push(bench);
  return {
    ...bench,
    add(args, changes) {
      const spec = bench.add(args, changes);
      specs.set(spec.id, spec);
      return spec;
    },
  };
}

async function pidOf(bench: SupervisorBench, spec: InstanceSpec, set: string): Promise<number> {
  const upstream = await bench.supervisor.acquire(spec.organizationId, spec.id, set);
  return Number(await callFixture(upstream, 'pid'));
}

async function failureOf(promise: Promise<unknown>): Promise<AppError | undefined> {
  try {
    await promise;
  } catch (error) {
    if (isAppError(error)) return error;
    throw error;
  }
  return undefined;
}

describe('credential sets', () => {
  it('each have a server with their own secrets', async () => {
    const bench = await build();
    const spec = bench.add([]);
    for (const set of ['shared', 'member:a', 'agent:a']) {
      const upstream = await bench.supervisor.acquire('org-1', spec.id, set);
      expect(await callFixture(upstream, 'env', { name: 'KEY' })).toBe(`secret-of-${set}`);
    }
    expect(await bench.supervisor.statuses()).toHaveLength(3);
  });

  it('end alone when their credential changes, and start with the next call', async () => {
    const bench = await build();
    const spec = bench.add([]);
    const [shared, a, b] = [
      await pidOf(bench, spec, 'shared'),
      await pidOf(bench, spec, 'member:a'),
      await pidOf(bench, spec, 'member:b'),
    ];
    await bench.supervisor.restart(spec.id, 'member:a');
    await vi.waitFor(() => expect(isAlive(a)).toBe(false));
    expect([isAlive(shared), isAlive(b)]).toEqual([true, true]);
    expect(await pidOf(bench, spec, 'member:a')).not.toBe(a);
    expect(await pidOf(bench, spec, 'member:b')).toBe(b);
    expect(await pidOf(bench, spec, 'shared')).toBe(shared);
  });

  it('are bounded for one account and for the organization, and idle ones make room', async () => {
    const limits = { maxProcessesPerAccount: 2, maxAccountProcesses: 3, evictIdleMs: 60_000 };
    const bench = await build({ limits });
    const specs = [bench.add([]), bench.add([]), bench.add([])];
    await pidOf(bench, specs[0]!, 'member:a');
    await pidOf(bench, specs[1]!, 'member:a');
    const third = await failureOf(bench.supervisor.acquire('org-1', specs[2]!.id, 'member:a'));
    expect(third).toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('for this member or agent'),
    });
    await pidOf(bench, specs[0]!, 'member:b');
    const fourth = await failureOf(bench.supervisor.acquire('org-1', specs[1]!.id, 'member:b'));
    expect(fourth?.message).toContain('in this organization');
    // What all share has its own place.
    await pidOf(bench, specs[2]!, 'shared');

    const yielding = await build({ limits: { ...limits, evictIdleMs: 0 } });
    const others = [yielding.add([], { idleMs: 0 }), yielding.add([]), yielding.add([])];
    const oldest = await pidOf(yielding, others[0]!, 'member:a');
    await pidOf(yielding, others[1]!, 'member:a');
    await pidOf(yielding, others[2]!, 'member:a');
    expect(isAlive(oldest)).toBe(false);
  });

  it('sleep when idle even where the shared one is kept running, and are forgotten', async () => {
    const bench = await build({ limits: { ownIdleMs: 50 } });
    const spec = bench.add([], { idleMs: 0 });
    const shared = await pidOf(bench, spec, 'shared');
    const pid = await pidOf(bench, spec, 'member:a');
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 10_000 });
    expect(isAlive(shared)).toBe(true);
    await vi.waitFor(async () => expect(await bench.supervisor.statuses()).toHaveLength(1));
  });

  it('that lack a sign-in say so each time, and back off from nothing', async () => {
    const bench = await build();
    const spec = bench.add([]);
    for (const _ of [1, 2, 3]) {
      const failure = await failureOf(bench.supervisor.acquire('org-1', spec.id, 'member:nobody'));
      expect(failure).toMatchObject({ code: 'sign_in_required', details: { missing: ['KEY'] } });
    }
    expect(bench.statuses.some(({ state }) => state.name === 'failing')).toBe(false);
    expect(await bench.supervisor.statuses()).toEqual([]);
  });
});
