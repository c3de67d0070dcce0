import { setTimeout as delay } from 'node:timers/promises';

import { isAppError } from '@plugboard/contracts';
import { type Envelope, paramsText } from '@plugboard/protocol';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { createSubscriptions, type Subscriptions } from './subscriptions.ts';
import { stdioUpstreams, type StdioUpstreams } from './testing/stdio-upstreams.ts';

const sdkServer = new URL('testing/sdk-server.ts', import.meta.url);
const oddServer = new URL('testing/odd-server.ts', import.meta.url);

const ends: (() => PromiseLike<void> | void)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

interface Bench {
  readonly upstreams: StdioUpstreams;
  readonly subscriptions: Subscriptions;
  readonly errors: unknown[];
  /** Sends the server a request and resolves with its result. */
  ask(method: string, params?: object): Promise<unknown>;
  /** Calls a tool and resolves with the text it answers. */
  call(tool: string): Promise<string | undefined>;
  subscribe(uri: string): Promise<Ear>;
}

interface Ear extends Disposable {
  /** URIs of the updates heard. */
  readonly uris: unknown[];
  readonly messages: Envelope[];
  readonly lost: string[];
}

const place = {
  organizationId: 'org',
  instance: { id: 'instance', slug: 'notes' },
  credentialSet: 'shared',
};

function build(script: URL, argument: string): Bench {
  const upstreams = stdioUpstreams(script, argument);
  const errors: unknown[] = [];
  const subscriptions = createSubscriptions({ upstreams, onError: (error) => errors.push(error) });
  ends.push(() => upstreams[Symbol.asyncDispose]());
  ends.push(() => subscriptions[Symbol.dispose]());

  async function ask(method: string, params: object = {}): Promise<unknown> {
    const upstream = await upstreams.acquire('org', 'instance', 'shared');
    const answer = await upstream.request({ method, params: Buffer.from(JSON.stringify(params)) });
    const { result }: { result?: unknown } = JSON.parse(answer.bytes.toString());
    return result;
  }

  return {
    upstreams,
    subscriptions,
    errors,
    ask,
    async call(tool) {
      const result = await ask('tools/call', { name: tool, arguments: {} });
      return textOf(result);
    },
    async subscribe(uri) {
      const messages: Envelope[] = [];
      const uris: unknown[] = [];
      const lost: string[] = [];
      const subscription = await subscriptions.subscribe({
        ...place,
        uri,
        onUpdated(message) {
          messages.push(message);
          uris.push(paramsOf(message)['uri']);
        },
        onLost: (reason) => lost.push(reason.code),
      });
      return { messages, uris, lost, [Symbol.dispose]: () => subscription[Symbol.dispose]() };
    },
  };
}

function paramsOf(message: Envelope): Readonly<Record<string, unknown>> {
  return JSON.parse(paramsText(message)?.toString() ?? '{}');
}

function textOf(result: unknown): string | undefined {
  const { content }: { content?: { text?: string }[] } = Object(result);
  return content?.[0]?.text;
}

async function refusal(promise: Promise<unknown>): Promise<{ code: string; message: string }> {
  try {
    await promise;
  } catch (error) {
    if (isAppError(error)) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error('It was not refused.');
}

const until = (check: () => unknown): Promise<unknown> =>
  vi.waitFor(async () => expect(await check()).toBeTruthy(), { timeout: 10_000, interval: 10 });

describe.each(['legacy', 'modern'])('a server of the SDK, %s', (era) => {
  it('tells all who listen what they listen to, and nobody anything else', async () => {
    const bench = build(sdkServer, era);
    const [first, second, other] = await Promise.all([
      bench.subscribe('note://a'),
      bench.subscribe('note://a'),
      bench.subscribe('note://b'),
    ]);
    await bench.call('touch-a');
    await until(() => first.uris.length === 1 && second.uris.length === 1);
    await bench.call('touch-b');
    await until(() => other.uris.length === 1);
    expect([first.uris, second.uris, other.uris]).toEqual([
      ['note://a'],
      ['note://a'],
      ['note://b'],
    ]);
    expect(first.messages[0]?.method).toBe('notifications/resources/updated');
  });

  it('is let sleep when the last has left, and not before', async () => {
    const bench = build(sdkServer, era);
    const first = await bench.subscribe('note://a');
    const second = await bench.subscribe('note://b');
    expect(bench.upstreams.holds).toBe(1);
    first[Symbol.dispose]();
    await delay(100);
    await bench.call('touch-a');
    await bench.call('touch-b');
    await until(() => second.uris.length === 1);
    expect(first.uris).toEqual([]);
    expect(bench.upstreams.holds).toBe(1);
    second[Symbol.dispose]();
    second[Symbol.dispose]();
    expect(bench.upstreams.holds).toBe(0);
  });

  it('is subscribed to again when it crashed, and all hear that something may be missed', async () => {
    const bench = build(sdkServer, era);
    const ears = await Promise.all([bench.subscribe('note://a'), bench.subscribe('note://b')]);
    await bench.upstreams.crash();
    await until(() => ears.every(({ uris }) => uris.length === 1));
    expect(bench.upstreams.starts).toBe(2);
    await bench.call('touch-a');
    await until(() => ears[0].uris.length === 2);
    expect(ears.map(({ uris }) => uris)).toEqual([['note://a', 'note://a'], ['note://b']]);
    expect(bench.errors).toEqual([]);
  });

  it('is given up when its instance is gone', async () => {
    const bench = build(sdkServer, era);
    const ear = await bench.subscribe('note://a');
    bench.upstreams.isRemoved = true;
    await bench.upstreams.crash();
    await until(() => ear.lost.length > 0);
    expect(ear.lost).toEqual(['not_found']);
    expect(bench.upstreams.holds).toBe(0);
    ear[Symbol.dispose]();
  });
});

describe('a legacy server', () => {
  it('gets one subscription for a resource however many listen, and its end with the last', async () => {
    const bench = build(sdkServer, 'legacy');
    const ears = await Promise.all(Array.from({ length: 10 }, () => bench.subscribe('note://a')));
    for (const ear of ears.slice(1)) ear[Symbol.dispose]();
    expect(await bench.call('subscribed')).toBe('["+note://a"]');
    ears[0]?.[Symbol.dispose]();
    const again = await bench.subscribe('note://a');
    expect(await bench.call('subscribed')).toBe('["+note://a","-note://a","+note://a"]');
    again[Symbol.dispose]();
  });

  it('may name a part of what was subscribed to', async () => {
    const bench = build(sdkServer, 'legacy');
    const ear = await bench.subscribe('note://a');
    const other = await bench.subscribe('note://b');
    await bench.call('touch-part');
    await until(() => ear.uris.length === 1);
    expect(ear.uris).toEqual(['note://a/part']);
    expect(other.uris).toEqual([]);
  });

  it('is not asked for what it does not do', async () => {
    const without = build(oddServer, 'without');
    expect(await refusal(without.subscribe('note://a'))).toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('read them again'),
    });
    expect(without.upstreams.holds).toBe(0);
    const legacy = build(oddServer, 'legacy');
    const watch = { ...place, taskIds: ['t1'], onMessage: () => {} };
    expect((await refusal(legacy.subscriptions.watchTasks(watch))).code).toBe('invalid_input');
    expect(JSON.stringify(await legacy.ask('heard'))).not.toContain('listen');
  });

  it('may refuse', async () => {
    const bench = build(oddServer, 'refuses');
    expect((await refusal(bench.subscribe('note://a'))).code).toBe('invalid_input');
    expect(bench.upstreams.holds).toBe(0);
  });
});

describe('a modern server', () => {
  it('is listened to with one stream, replaced when what is wanted changes', async () => {
    const bench = build(oddServer, 'modern');
    const [first] = await Promise.all([bench.subscribe('note://a'), bench.subscribe('note://b')]);
    const wanted = async (): Promise<unknown[]> => {
      const { heard }: { heard?: { method: string; params: object }[] } = Object(
        await bench.ask('heard'),
      );
      return (heard ?? []).flatMap(({ method, params }) =>
        method === 'subscriptions/listen'
          ? [Object(params).notifications.resourceSubscriptions]
          : method === 'notifications/cancelled'
            ? ['cancelled']
            : [],
      );
    };
    expect(await wanted()).toEqual([['note://a', 'note://b']]);
    await bench.subscribe('note://c');
    expect(await wanted()).toEqual([
      ['note://a', 'note://b'],
      ['note://a', 'note://b', 'note://c'],
      'cancelled',
    ]);
    first[Symbol.dispose]();
    await until(async () => (await wanted()).length === 5);
    expect((await wanted()).slice(3)).toEqual([['note://b', 'note://c'], 'cancelled']);
  });

  it('is listened to again when it ends the stream', async () => {
    const bench = build(oddServer, 'modern');
    const ear = await bench.subscribe('note://a');
    await bench.ask('end');
    await until(() => ear.uris.length === 1);
    await bench.ask('update', { uri: 'note://a' });
    await until(() => ear.uris.length === 2);
    expect(bench.upstreams.starts).toBe(1);
  });

  it('is asked ever more patiently when it will not go on', async () => {
    const bench = build(oddServer, 'impatient');
    const ear = await bench.subscribe('note://a');
    await bench.ask('end');
    await delay(2_500);
    const told = JSON.stringify(await bench.ask('heard'));
    expect(told.split('subscriptions/listen').length - 1).toBeLessThan(8);
    expect(ear.uris.length).toBe(0);
  });

  it.each(['picky', 'partial'])('that is %s costs nobody else a subscription', async (manner) => {
    const bench = build(oddServer, manner);
    const [good, bad, other] = await Promise.allSettled([
      bench.subscribe('note://a'),
      bench.subscribe('note://bad'),
      bench.subscribe('note://b'),
    ]);
    expect([good.status, bad.status, other.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    if (good.status === 'rejected' || bad.status === 'fulfilled') throw new Error('unexpected');
    expect(bad.reason).toMatchObject({ code: 'invalid_input' });
    await bench.ask('update', { uri: 'note://a' });
    await until(() => good.value.uris.length === 1);
  });

  it('that grants more than was asked for is not asked again and again', async () => {
    const bench = build(oddServer, 'generous');
    const ear = await bench.subscribe('note://a');
    await delay(300);
    const told = JSON.stringify(await bench.ask('heard'));
    expect(told.split('subscriptions/listen').length - 1).toBe(1);
    await bench.ask('update', { uri: 'note://unasked' });
    await bench.ask('update', { uri: 'note://a' });
    await until(() => ear.uris.length > 0);
    expect(ear.uris).toEqual(['note://a']);
  });

  it('tells how tasks go on, of those alone that are watched', async () => {
    const bench = build(oddServer, 'modern');
    const heard: unknown[] = [];
    const watch = { ...place, onMessage: (message: Envelope) => heard.push(paramsOf(message)) };
    const mine = await bench.subscriptions.watchTasks({ ...watch, taskIds: ['t1', 't2'] });
    await bench.subscriptions.watchTasks({ ...watch, taskIds: ['t3'] });
    await bench.ask('task');
    await until(() => heard.length === 1);
    expect(heard).toMatchObject([{ taskId: 't1', status: 'working' }]);
    const told = JSON.stringify(await bench.ask('heard'));
    expect(told).toContain('"extensions":{"io.modelcontextprotocol/tasks":{}}');
    mine[Symbol.dispose]();
    await bench.ask('task');
    await delay(100);
    expect(heard).toHaveLength(1);
  });
});

describe.each(['legacy', 'modern'])('a %s server that floods', (era) => {
  it('is heard twenty times a second at most, the latest always', async () => {
    const bench = build(oddServer, era);
    const ear = await bench.subscribe('note://a');
    const began = performance.now();
    await bench.ask('update', { uri: 'note://a', count: 20_000 });
    await until(() => ear.messages.some((message) => paramsOf(message)['n'] === 19_999));
    const seconds = (performance.now() - began) / 1000;
    expect(ear.messages.length).toBeLessThanOrEqual(2 + seconds * 20);
    expect(paramsOf(ear.messages.at(-1) ?? ear.messages[0]!)['n']).toBe(19_999);
  });
});

describe('a legacy server that floods with parts', () => {
  it('is told of as a whole when there are too many', async () => {
    const bench = build(oddServer, 'legacy');
    const ear = await bench.subscribe('note://a');
    await Promise.all(
      Array.from({ length: 500 }, (_, n) => bench.ask('update', { uri: `note://a/${n}` })),
    );
    await until(() => ear.uris.includes('note://a'));
    const before = ear.uris.length;
    expect(before).toBeLessThan(500);
    await bench.ask('update', { uri: `note://a${'/'.repeat(1_000_000)}` });
    await bench.ask('update', { uri: 'note://a' });
    await until(() => ear.uris.at(-1) === 'note://a');
  });
});

describe('subscriptions', () => {
  it('of one connection are bounded', async () => {
    const bench = build(oddServer, 'legacy');
    const all = Array.from({ length: 1_000 }, (_, n) => bench.subscribe(`note://${n}`));
    await Promise.all(all);
    expect(await refusal(bench.subscribe('note://one-more'))).toMatchObject({
      code: 'rate_limited',
    });
    const same = await bench.subscribe('note://1');
    same[Symbol.dispose]();
  });

  it('end with the gateway', async () => {
    const bench = build(oddServer, 'modern');
    await bench.subscribe('note://a');
    bench.subscriptions[Symbol.dispose]();
    expect(bench.upstreams.holds).toBe(0);
    expect((await refusal(bench.subscribe('note://a'))).code).toBe('unavailable');
  });

  it('on different connections are different', async () => {
    const bench = build(oddServer, 'legacy');
    await bench.subscribe('note://a');
    const own = { key: 'session', capabilities: {} };
    await bench.subscriptions.subscribe({ ...place, own, uri: 'note://a', onUpdated: () => {} });
    expect(bench.upstreams.holds).toBe(2);
  });
});
