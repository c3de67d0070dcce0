import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { buildResult, type Envelope, idText } from '@plugboard/protocol';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { buildSupervisor, callFixture, type SupervisorBench } from '../testing/build-supervisor.ts';
import type { SupervisorOptions, UpstreamOrigin } from './options.ts';

const benches: SupervisorBench[] = [];
afterEach(async () => {
  for (const bench of benches.splice(0)) await bench[Symbol.asyncDispose]();
});

async function build(options: Partial<SupervisorOptions> = {}): Promise<SupervisorBench> {
  const bench = await buildSupervisor(options);
  benches.push(bench);
  return bench;
}

const until = (check: () => unknown): Promise<unknown> =>
  vi.waitFor(async () => expect(await check()).toBeTruthy(), { timeout: 8_000, interval: 10 });

describe('what a server asks by itself', () => {
  it('is heard from the first byte on, with whose connection it is', async () => {
    const bench = await build();
    const spec = bench.add(['asks=2']);
    const asked: [Envelope, UpstreamOrigin][] = [];
    bench.supervisor.onRequest((upstream, message, from) => {
      asked.push([message, from]);
      upstream.respond(buildResult(idText(message) ?? 'null', '{"roots":[]}'));
    });
    const own = { key: 'mine', capabilities: { roots: {} } };
    const upstream = await bench.supervisor.acquire('org-1', spec.id, '', own);
    await until(async () => (await callFixture(upstream, 'heard')).includes('"q1"'));
    const from = ['roots/list', { organizationId: 'org-1', instanceId: spec.id, ownKey: 'mine' }];
    expect(asked.map(([{ method }, origin]) => [method, origin])).toEqual([from, from]);
    expect(await callFixture(upstream, 'heard')).toContain('{"id":"q0","result":{"roots":[]}}');
  });

  it('is refused while nobody listens', async () => {
    const bench = await build();
    const spec = bench.add(['asks=1']);
    const stop = bench.supervisor.onRequest(() => {
      throw new Error('not heard any more');
    });
    stop();
    const upstream = await bench.supervisor.acquire('org-1', spec.id, '');
    await until(async () => (await callFixture(upstream, 'heard')).includes('"q0"'));
  });

  it('fails the start when it is too much to be kept until then', async () => {
    const bench = await build();
    const spec = bench.add(['asks=5000']);
    await expect(bench.supervisor.acquire('org-1', spec.id, '')).rejects.toMatchObject({
      code: 'upstream_failed',
      message: expect.stringContaining('more than 1000 things before it introduced itself'),
    });
  });
});

describe('a modern server', () => {
  async function buildModern(): Promise<{
    readonly bench: SupervisorBench;
    readonly id: string;
    readonly changed: ReturnType<typeof vi.fn>;
  }> {
    const changed = vi.fn<() => Promise<void>>(async () => undefined);
    const bench = await build({ onDefinitionsChanged: changed, limits: { refreshDelayMs: 10 } });
    const { id } = bench.add(['modern'], { idleMs: 200, era: undefined });
    return { bench, id, changed };
  }

  it('is listened to for changes of its lists', async () => {
    const { bench, id, changed } = await buildModern();
    using _held = bench.supervisor.hold('org-1', id, '');
    const upstream = await bench.supervisor.acquire('org-1', id, '');
    expect(upstream.hello.era).toBe('modern');
    await until(async () =>
      (await callFixture(upstream, 'heard')).includes('subscriptions/listen'),
    );
    await callFixture(upstream, 'change', { times: 5 });
    await until(() => changed.mock.calls.length === 1);
  });

  it('is listened to again when it ends that, and asked what was missed', async () => {
    const { bench, id, changed } = await buildModern();
    using _held = bench.supervisor.hold('org-1', id, '');
    const upstream = await bench.supervisor.acquire('org-1', id, '');
    await until(async () =>
      (await callFixture(upstream, 'heard')).includes('subscriptions/listen'),
    );
    await callFixture(upstream, 'end');
    await until(() => changed.mock.calls.length === 1);
    expect((await callFixture(upstream, 'heard')).match(/subscriptions\/listen/g)).toHaveLength(2);
  });

  it('sleeps although it is listened to', async () => {
    const { bench, id } = await buildModern();
    await bench.supervisor.acquire('org-1', id, '');
    await until(() => bench.statuses.at(-1)?.state.name === 'sleeping');
  });

  it('is a legacy one when it ends on being asked', async () => {
    const bench = await build();
    const spec = bench.add(['exits-on=server/discover', 'asks=1'], { era: undefined });
    const upstream = await bench.supervisor.acquire('org-1', spec.id, '');
    expect(upstream.hello.era).toBe('legacy');
    expect(bench.statuses.map(({ state }) => state.name)).toEqual(['starting', 'ready']);
    const starts = join(bench.dataDir, 'starts');
    const never = bench.add([`starts=${starts}`, 'stderr=no', 'fail=7'], { era: undefined });
    await expect(bench.supervisor.acquire('org-1', never.id, '')).rejects.toMatchObject({
      message: `fixture did not start: it ended with exit code 7. Its last output:\nno [secret]`,
    });
    expect((await readFile(starts, 'utf8')).trim().split('\n')).toHaveLength(2);
  });

  it('is tried as such first where that is known', async () => {
    const bench = await build();
    const legacy = bench.add([]);
    const upstream = await bench.supervisor.acquire('org-1', legacy.id, '');
    expect(JSON.parse(await callFixture(upstream, 'heard'))[0]).toBe('initialize');
    const unknown = await bench.supervisor.acquire(
      'org-1',
      bench.add([], { era: undefined }).id,
      '',
    );
    expect(JSON.parse(await callFixture(unknown, 'heard'))[0]).toBe('server/discover');
  });
});
