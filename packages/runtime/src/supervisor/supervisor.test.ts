import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { isAppError, type AppError } from '@plugboard/contracts';
import type { Upstream } from '@plugboard/protocol';
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

async function build(options: Partial<SupervisorOptions> = {}): Promise<SupervisorBench> {
  const bench = await buildSupervisor(options);
  benches.push(bench);
  return bench;
}

async function pidOf(bench: SupervisorBench, spec: InstanceSpec, set = ''): Promise<number> {
  const upstream = await bench.supervisor.acquire('org-1', spec.id, set);
  return Number(await callFixture(upstream, 'pid'));
}

async function refusal(promise: Promise<unknown>): Promise<AppError> {
  try {
    await promise;
  } catch (error) {
    if (isAppError(error)) return error;
    throw error;
  }
  throw new Error('It was not refused.');
}

async function until(check: () => boolean | Promise<boolean>): Promise<void> {
  await vi.waitFor(async () => expect(await check()).toBe(true), { timeout: 20_000, interval: 10 });
}

describe('acquire', () => {
  it('starts one server for all who ask at once, and keeps it', async () => {
    const bench = await build();
    const starts = join(bench.dataDir, 'starts');
    const spec = bench.add([`starts=${starts}`, 'slow=50']);
    const pids = await Promise.all(Array.from({ length: 20 }, () => pidOf(bench, spec)));
    expect(new Set(pids).size).toBe(1);
    expect(await pidOf(bench, spec)).toBe(pids[0]);
    expect((await readFile(starts, 'utf8')).trim().split('\n')).toHaveLength(1);
    expect(bench.statuses.map((status) => status.state.name)).toEqual(['starting', 'ready']);
  });

  it('gives the same promise to every call while the server runs', async () => {
    const bench = await build();
    const spec = bench.add([]);
    await bench.supervisor.acquire('org-1', spec.id, '');
    const promise = bench.supervisor.acquire('org-1', spec.id, '');
    expect(bench.supervisor.acquire('org-1', spec.id, '')).toBe(promise);
  });

  it('runs a server of its own for each credential set', async () => {
    const bench = await build();
    const spec = bench.add([]);
    expect(await pidOf(bench, spec, 'alice')).not.toBe(await pidOf(bench, spec, 'bob'));
    expect(await bench.supervisor.statuses('org-1')).toHaveLength(2);
    expect(await bench.supervisor.statuses('org-2')).toEqual([]);
  });

  it('knows no instance of another organization, running or not', async () => {
    const bench = await build();
    const spec = bench.add([]);
    expect((await refusal(bench.supervisor.acquire('org-2', spec.id, ''))).code).toBe('not_found');
    await pidOf(bench, spec);
    expect((await refusal(bench.supervisor.acquire('org-2', spec.id, ''))).code).toBe('not_found');
    expect(await bench.supervisor.statuses()).toHaveLength(1);
  });

  it('gives the secrets to the server', async () => {
    const bench = await build();
    const upstream = await bench.supervisor.acquire('org-1', bench.add([]).id, '');
    expect(await callFixture(upstream, 'env', { name: 'API_KEY' })).toBe('s3cr3t-value-of-the-key');
  });

  it('starts nothing that is stopped, and holds that not against the server', async () => {
    const bench = await build();
    const spec = bench.add([]);
    let stopped = true;
    const other = await build({
      source: { find: async () => ({ ...spec, stopped }), openSecrets: async () => [] },
    });
    for (const set of ['', 'alice']) {
      const { code, message } = await refusal(other.supervisor.acquire('org-1', spec.id, set));
      expect([code, message]).toEqual(['unavailable', expect.stringMatching(/is stopped/)]);
    }
    expect(await other.supervisor.statuses()).toEqual([]);
    stopped = false;
    expect(await pidOf(other, spec)).toBeGreaterThan(0);
  });

  it('passes on what the source rejects, and holds it not against the server', async () => {
    let broken = true;
    const bench = await build();
    const spec = bench.add([]);
    const other = await build({
      source: {
        find: async () => {
          if (broken) throw new Error('database away');
          return spec;
        },
        openSecrets: async () => [],
      },
    });
    await expect(other.supervisor.acquire('org-1', spec.id, '')).rejects.toThrow('database away');
    broken = false;
    expect(await pidOf(other, spec)).toBeGreaterThan(0);
  });
});

describe('a server that dies', () => {
  it('is started again by the next call, which is answered', async () => {
    const bench = await build();
    const spec = bench.add([]);
    const first = await pidOf(bench, spec);
    process.kill(first, 'SIGKILL');
    await until(() => bench.statuses.at(-1)?.state.name === 'failing');
    const second = await pidOf(bench, spec);
    expect(second).not.toBe(first);
    expect(isAlive(first)).toBe(false);
    const [status] = await bench.supervisor.statuses();
    expect(status).toMatchObject({ restarts: 1, state: { name: 'ready', pid: second } });
  });

  it('fails the calls under way and says how it ended', async () => {
    const bench = await build();
    const spec = bench.add([]);
    const upstream = await bench.supervisor.acquire('org-1', spec.id, '');
    expect((await refusal(callFixture(upstream, 'crash'))).code).toBe('upstream_failed');
    await until(() => bench.statuses.at(-1)?.state.name === 'failing');
    expect(bench.statuses.at(-1)?.state).toMatchObject({
      reason: 'fixture ended with exit code 3.',
    });
  });

  it('is not started at once any more when it keeps dying', async () => {
    const bench = await build({ limits: { backoffBaseMs: 1_000_000, backoffCapMs: 1_000_000 } });
    const spec = bench.add([]);
    for (let death = 1; death <= 2; death++) {
      const upstream = await bench.supervisor.acquire('org-1', spec.id, '');
      await refusal(callFixture(upstream, 'crash'));
      await until(() => bench.statuses.at(-1)?.state.name === 'failing');
    }
    const error = await refusal(bench.supervisor.acquire('org-1', spec.id, ''));
    expect(error.code).toBe('unavailable');
    expect(error.retryAfterMs).toBeGreaterThan(400_000);
  });
});

describe('a server that does not start', () => {
  it('says why with its last output, without its secrets', async () => {
    const bench = await build();
    const spec = bench.add(['stderr=bad\u001b[2J key', 'fail=7']);
    const error = await refusal(bench.supervisor.acquire('org-1', spec.id, ''));
    expect(error.code).toBe('upstream_failed');
    expect(error.message).toBe(
      'fixture did not start: it ended with exit code 7. Its last output:\nbad key [secret]',
    );
    expect(error.retryAfterMs).toBeGreaterThan(0);
  });

  it('is left alone for a while, then tried again by a call', async () => {
    let now = 1_000_000;
    const bench = await build({ clock: () => now, limits: { backoffBaseMs: 400 } });
    const marker = join(bench.dataDir, 'fail');
    const starts = join(bench.dataDir, 'starts');
    await writeFile(marker, '');
    const spec = bench.add([`starts=${starts}`, `fail-while=${marker}`]);
    await refusal(bench.supervisor.acquire('org-1', spec.id, ''));
    const error = await refusal(bench.supervisor.acquire('org-1', spec.id, ''));
    expect(error.code).toBe('unavailable');
    expect(error.retryAfterMs).toBeLessThanOrEqual(400);
    expect((await readFile(starts, 'utf8')).trim().split('\n')).toHaveLength(1);
    await rm(marker);
    now += error.retryAfterMs ?? 0;
    expect(await pidOf(bench, spec)).toBeGreaterThan(0);
  });

  it('is ended when it does not answer in time', async () => {
    const bench = await build();
    const spec = bench.add(['silent', 'stubborn'], { startTimeoutMs: 1_000 });
    const error = await refusal(bench.supervisor.acquire('org-1', spec.id, ''));
    expect(error.message).toContain('not ready within 1 s');
    expect(bench.pids.map(isAlive)).toEqual([false]);
  });

  it('does not hold up the others while it hangs', async () => {
    const bench = await build({ limits: { maxStarting: 1, startSlotMs: 100 } });
    const hanging = bench.supervisor.acquire('org-1', bench.add(['silent']).id, '');
    const ended = refusal(hanging);
    expect(await pidOf(bench, bench.add([]))).toBeGreaterThan(0);
    await bench.supervisor[Symbol.asyncDispose]();
    expect((await ended).code).toBe('unavailable');
  });
});

describe('sleep', () => {
  it('comes when idle, and a call wakes the server', async () => {
    const bench = await build();
    const spec = bench.add([], { idleMs: 100 });
    const first = await pidOf(bench, spec);
    await until(() => bench.statuses.at(-1)?.state.name === 'sleeping');
    await until(() => !isAlive(first));
    expect(await pidOf(bench, spec)).not.toBe(first);
    expect((await bench.supervisor.statuses())[0]).toMatchObject({ restarts: 0 });
  });

  it('waits for calls under way and for listeners', async () => {
    const bench = await build();
    const spec = bench.add([], { idleMs: 100 });
    const upstream = await bench.supervisor.acquire('org-1', spec.id, '');
    expect(await callFixture(upstream, 'wait', { ms: 400 })).toBe('waited');
    const hold = bench.supervisor.hold('org-1', spec.id, '');
    await delay(300);
    await bench.supervisor.sleep(spec.id);
    expect(bench.statuses.at(-1)?.state.name).toBe('ready');
    hold[Symbol.dispose]();
    hold[Symbol.dispose]();
    await until(() => bench.statuses.at(-1)?.state.name === 'sleeping');
    bench.supervisor.hold('org-1', 'never-started', '')[Symbol.dispose]();
    expect(await bench.supervisor.statuses()).toHaveLength(1);
  });

  it('makes room for another: the longest idle goes first', async () => {
    let now = 1_000_000;
    const clock = () => (now += 1);
    const bench = await build({ clock, limits: { maxRunning: 2, evictIdleMs: 0 } });
    const specs = [bench.add([]), bench.add([]), bench.add([])] as const;
    for (const used of [0, 1, 0, 2] as const) await pidOf(bench, specs[used]);
    const states = await bench.supervisor.statuses();
    const nameOf = (spec: InstanceSpec): string | undefined =>
      states.find((status) => status.instanceId === spec.id)?.state.name;
    expect(specs.map(nameOf)).toEqual(['ready', 'sleeping', 'ready']);
  });

  it('is not forced on busy servers: there is no room then', async () => {
    const bench = await build({ limits: { maxRunning: 1, evictIdleMs: 0 } });
    const busy = await bench.supervisor.acquire('org-1', bench.add([]).id, '');
    const working = callFixture(busy, 'wait', { ms: 300 });
    const other = bench.add([]);
    const error = await refusal(bench.supervisor.acquire('org-1', other.id, ''));
    expect(error).toMatchObject({ code: 'unavailable', retryAfterMs: 1_000 });
    expect(await working).toBe('waited');
    expect(await pidOf(bench, other)).toBeGreaterThan(0);
  });
});

describe('stop and restart', () => {
  it('end the whole tree of a server that ignores requests to end', async () => {
    const bench = await build({ limits: { stopPatienceMs: 50 } });
    const spec = bench.add(['stubborn']);
    const upstream = await bench.supervisor.acquire('org-1', spec.id, '');
    const pids = [await callFixture(upstream, 'pid'), await callFixture(upstream, 'grandchild')];
    bench.remove(spec.id);
    await bench.supervisor.stop(spec.id);
    await until(() => !pids.some((pid) => isAlive(Number(pid))));
    expect(await bench.supervisor.statuses()).toEqual([]);
    expect((await refusal(bench.supervisor.acquire('org-1', spec.id, ''))).code).toBe('not_found');
  });

  it('give up a start that is under way', async () => {
    const bench = await build();
    const starts = join(bench.dataDir, 'starts');
    const spec = bench.add([`starts=${starts}`, 'silent']);
    const refused = refusal(bench.supervisor.acquire('org-1', spec.id, ''));
    await until(async () => (await readFile(starts, 'utf8').catch(() => '')) !== '');
    await bench.supervisor.stop(spec.id);
    expect(await refused).toMatchObject({
      code: 'unavailable',
      message: 'The server was stopped.',
    });
    expect(isAlive(Number(await readFile(starts, 'utf8')))).toBe(false);
    expect(await bench.supervisor.statuses()).toEqual([]);
  });

  it('start anew with the configuration of now, also for who waits for a start', async () => {
    const bench = await build();
    const spec = bench.add(['silent']);
    const waiting = pidOf(bench, spec);
    await delay(100);
    bench.add([], { id: spec.id });
    await bench.supervisor.restart(spec.id);
    const pid = await waiting;
    expect(await pidOf(bench, spec)).toBe(pid);
    await bench.supervisor.restart(spec.id);
    expect(await pidOf(bench, spec)).not.toBe(pid);
    expect(isAlive(pid)).toBe(false);
  });

  it('let a server that backs off try again at once', async () => {
    const bench = await build({ limits: { backoffBaseMs: 60_000 } });
    const spec = bench.add(['fail=1']);
    await refusal(bench.supervisor.acquire('org-1', spec.id, ''));
    bench.add([], { id: spec.id });
    await bench.supervisor.restart(spec.id);
    expect(await pidOf(bench, spec)).toBeGreaterThan(0);
  });

  it('never run two servers of one copy at once', async () => {
    const bench = await build({ limits: { stopPatienceMs: 150 } });
    const spec = bench.add(['stubborn'], { idleMs: 60_000 });
    const first = await pidOf(bench, spec);
    const asleep = bench.supervisor.sleep(spec.id);
    const second = pidOf(bench, spec).then((pid) => ({ pid, firstAlive: isAlive(first) }));
    await asleep;
    expect(await second).toMatchObject({ firstAlive: false });
  });

  it('end everything when the supervisor is disposed, and nothing starts after', async () => {
    const bench = await build({ limits: { stopPatienceMs: 50 } });
    const specs = [bench.add(['stubborn']), bench.add([]), bench.add([])];
    const pids = await Promise.all(specs.map((spec) => pidOf(bench, spec)));
    await bench.supervisor[Symbol.asyncDispose]();
    expect(pids.some(isAlive)).toBe(false);
    const error = await refusal(bench.supervisor.acquire('org-1', specs[0]!.id, ''));
    expect(error).toMatchObject({ code: 'unavailable', message: 'Plugboard is stopping.' });
  });
});

describe('onReady and onDefinitionsChanged', () => {
  it('hold up the call only for an instance that was never listed', async () => {
    const gate = Promise.withResolvers<void>();
    const onReady = vi.fn<SupervisorOptions['onReady']>(async () => gate.promise);
    const bench = await build({ onReady });
    expect(await pidOf(bench, bench.add([]))).toBeGreaterThan(0);
    expect(onReady).toHaveBeenCalledTimes(1);
    let answered = false;
    const first = pidOf(bench, bench.add([], { listed: false })).then(() => (answered = true));
    await delay(200);
    expect(answered).toBe(false);
    gate.resolve();
    await first;
  });

  it('make the first start fail when the lists cannot be read, and only log it later', async () => {
    const onReady: SupervisorOptions['onReady'] = async () => {
      throw new Error('its list has no end');
    };
    const bench = await build({ onReady });
    const error = await refusal(
      bench.supervisor.acquire('org-1', bench.add([], { listed: false }).id, ''),
    );
    expect(error.message).toContain('fixture did not start: its list has no end');
    expect(await pidOf(bench, bench.add([]))).toBeGreaterThan(0);
    expect(bench.reports.join()).toContain('could not be refreshed Error: its list has no end');
  });

  it('refresh once for a burst of list_changed', async () => {
    const changed = vi.fn<(spec: InstanceSpec, upstream: Upstream) => Promise<void>>(
      async () => undefined,
    );
    const bench = await build({ onDefinitionsChanged: changed, limits: { refreshDelayMs: 50 } });
    const spec = bench.add([]);
    const heard: string[] = [];
    const quiet = bench.supervisor.onMessage((_, message) => heard.push(message.method ?? ''));
    const upstream = await bench.supervisor.acquire('org-1', spec.id, '');
    await callFixture(upstream, 'change', { times: 100 });
    expect(changed).not.toHaveBeenCalled();
    await until(() => changed.mock.calls.length === 1);
    await delay(120);
    expect(changed).toHaveBeenCalledTimes(1);
    expect(changed).toHaveBeenCalledWith(spec, upstream);
    expect(heard).toHaveLength(100);
    quiet();
    await callFixture(upstream, 'change', { times: 1 });
    expect(heard).toHaveLength(100);
  });
});

describe('logs of servers', () => {
  it('hold what a server writes without its secrets, and what happened to it', async () => {
    const bench = await build();
    const spec = bench.add(['stderr=using']);
    const pid = await pidOf(bench, spec);
    await bench.supervisor.stop(spec.id);
    const lines: string[] = [];
    for await (const line of bench.logs.read({ instanceId: spec.id })) {
      lines.push(`${line.stream}: ${line.text}`);
    }
    // Its output and its answers come by different pipes, in no order.
    expect(lines.toSorted()).toEqual([
      `plugboard: ready, process ${pid}`,
      'plugboard: starting',
      'plugboard: stopping',
      'stderr: using [secret]',
    ]);
  });

  it('do not slow down a server that floods them', async () => {
    const bench = await build({ clock: () => 1_000_000 });
    const spec = bench.add(['flood=20000']);
    await pidOf(bench, spec);
    await bench.supervisor.stop(spec.id);
    // Writes what is still to be told of dropped lines.
    await bench.logs[Symbol.asyncDispose]();
    let dropped = 0;
    for await (const { text } of bench.logs.read({ instanceId: spec.id, grep: 'dropped' })) {
      dropped += Number.parseInt(text, 10);
    }
    expect(dropped).toBeGreaterThan(10_000);
  });
});
