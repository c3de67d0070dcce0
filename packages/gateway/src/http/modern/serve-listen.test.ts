import { AppError } from '@plugboard/contracts';
import {
  type Envelope,
  type Era,
  readEnvelope,
  type Upstream,
  type UpstreamRequest,
} from '@plugboard/protocol';
import { describe, expect, it } from 'vitest';

import type { Grant } from '../../access/decide.ts';
import {
  buildGrant,
  buildInstance,
  buildOffering,
  scriptedUpstream,
  upstreamsOf,
} from '../../testing/build.ts';
import { type Arrival, serveGateway } from '../../testing/serve-gateway.ts';

const subscriptionId = 'io.modelcontextprotocol/subscriptionId';
const acknowledged = 'notifications/subscriptions/acknowledged';
const hello =
  '{"protocolVersion":"2025-11-25","capabilities":{"tools":{},"resources":{"subscribe":true}}}';
const done = '{"jsonrpc":"2.0","id":7,"result":{}}';

async function serve(
  options: {
    grants?: readonly Grant[];
    answer?: (request: UpstreamRequest) => Promise<string> | string;
    hello?: string;
    era?: Era;
    maxStreamsPerAgent?: number;
    tokensExpireAt?: number;
  } = {},
) {
  const said = options.hello ?? hello;
  const docs = buildInstance(
    'docs',
    [
      buildOffering('read'),
      buildOffering('file:///dir', { kind: 'resource' }),
      buildOffering('file:///dir/part', { kind: 'resource' }),
      buildOffering('file:///dir/secret', { kind: 'resource', level: 'admin' }),
    ],
    { hello: Buffer.from(said), era: options.era ?? 'legacy' },
  );
  const asked: string[] = [];
  const upstream = scriptedUpstream(({ method, params, ...rest }) => {
    asked.push(`${method} ${params?.toString()}`);
    return options.answer?.({ method, params, ...rest }) ?? done;
  }, said);
  Object.assign(upstream.hello, { era: options.era ?? 'legacy', protocolVersion: '2026-07-28' });
  const hearing = new Set<(upstream: Upstream, message: Envelope) => void>();
  const snapshot = {
    grants: options.grants ?? [buildGrant({ level: 'read' })],
    instances: [docs],
  };
  const gateway = await serveGateway({
    access: { one: snapshot, two: snapshot },
    upstreams: {
      ...upstreamsOf(upstream),
      onMessage(listener) {
        hearing.add(listener);
        return () => hearing.delete(listener);
      },
    },
    ...(options.tokensExpireAt && { tokensExpireAt: options.tokensExpireAt }),
    limits: { maxStreamsPerAgent: options.maxStreamsPerAgent ?? 10 },
  });
  return Object.assign(gateway, {
    docs,
    snapshot,
    asked,
    /** The server tells that a resource changed. */
    update(uri: string, more = ''): void {
      const params = `{"uri":${JSON.stringify(uri)}${more}}`;
      const text = `{"jsonrpc":"2.0","method":"notifications/resources/updated","params":${params}}`;
      for (const hear of hearing) hear(upstream, readEnvelope(Buffer.from(text)));
    },
    listen: (
      notifications: unknown,
      other: Parameters<typeof gateway.ask>[2] = {},
    ): Promise<Arrival> =>
      gateway.ask('subscriptions/listen', { notifications }, { id: 'l', ...other }),
  });
}

const dir = 'docs+file:///dir';

describe('subscriptions/listen', () => {
  it('acknowledges first and tells of what was opted into, under the id of the request', async () => {
    await using gateway = await serve();
    const arrival = await gateway.listen({ toolsListChanged: true, x: 1 }, { id: 7 });
    expect(arrival.headers['content-type']).toBe('text/event-stream');
    expect(arrival.headers['x-accel-buffering']).toBe('no');
    expect(await arrival.next()).toEqual({
      jsonrpc: '2.0',
      method: acknowledged,
      params: { _meta: { [subscriptionId]: 7 }, notifications: { toolsListChanged: true } },
    });
    const prompts = buildInstance('other', [buildOffering('ask', { kind: 'prompt' })]);
    gateway.change('one', { ...gateway.snapshot, instances: [gateway.docs, prompts] });
    const tools = buildInstance('more', [buildOffering('do')]);
    gateway.change('one', { ...gateway.snapshot, instances: [gateway.docs, prompts, tools] });
    expect(await arrival.next()).toEqual({
      jsonrpc: '2.0',
      method: 'notifications/tools/list_changed',
      params: { _meta: { [subscriptionId]: 7 } },
    });
    arrival.close();
    expect(gateway.records).toEqual([]);
  });

  it('tells of a resource by the name that the client gave it, keeping what the server said', async () => {
    await using gateway = await serve();
    const arrival = await gateway.listen({ resourceSubscriptions: [dir, dir] });
    expect(await arrival.next()).toMatchObject({
      params: { notifications: { resourceSubscriptions: [dir] } },
    });
    expect(gateway.asked).toEqual(['resources/subscribe {"uri":"file:///dir"}']);
    gateway.update('file:///dir', `,"_meta":{"x":1,"${subscriptionId}":"of the server"},"y":[2]`);
    expect(await arrival.next()).toEqual({
      jsonrpc: '2.0',
      method: 'notifications/resources/updated',
      params: { uri: dir, _meta: { x: 1, [subscriptionId]: 'l' }, y: [2] },
    });
    expect(gateway.records).toMatchObject([
      {
        kind: 'call.outcome',
        outcome: 'ok',
        method: 'subscriptions/listen',
        offering: 'file:///dir',
        instance: 'docs',
      },
    ]);
    arrival.close();
  });

  it('names a part of what is listened to only to who may read it', async () => {
    await using gateway = await serve();
    const arrival = await gateway.listen({ resourceSubscriptions: [dir] });
    await arrival.next();
    gateway.update('file:///dir/part');
    expect((await arrival.next())?.params?.['uri']).toBe('docs+file:///dir/part');
    gateway.update('file:///dir/secret');
    expect((await arrival.next())?.params?.['uri']).toBe(dir);
    arrival.close();
  });

  it('says no more than that something changed where a server says it twice', async () => {
    await using gateway = await serve();
    const arrival = await gateway.listen({ resourceSubscriptions: [dir] });
    await arrival.next();
    gateway.update('file:///dir', ',"_meta":{},"_Meta":{}');
    expect(await arrival.next()).toMatchObject({
      params: { uri: dir, _meta: { [subscriptionId]: 'l' } },
    });
    arrival.close();
  });

  it('refuses a resource that is not granted as one that does not exist, and puts it on record', async () => {
    await using gateway = await serve({ grants: [] });
    const uri = 'docs+file:///dir';
    const [answer] = await (await gateway.listen({ resourceSubscriptions: [uri] })).all();
    expect(answer).toMatchObject({ id: 'l', error: { code: -32602, data: { uri } } });
    const [none] = await (
      await gateway.listen({ resourceSubscriptions: ['docs+file:///dix'] })
    ).all();
    expect(none?.error?.message).toBe(answer?.error?.message.replace('dir', 'dix'));
    expect(gateway.asked).toEqual([]);
    expect(gateway.records).toMatchObject([
      { outcome: 'refused', method: 'subscriptions/listen', agentId: 'one' },
      { outcome: 'refused', method: 'subscriptions/listen' },
    ]);
  });

  it('holds nothing of a request of which it refuses a part', async () => {
    await using gateway = await serve();
    const secret = 'docs+file:///dir/secret';
    const [answer] = await (await gateway.listen({ resourceSubscriptions: [dir, secret] })).all();
    expect(answer).toMatchObject({ error: { data: { code: 'forbidden' } } });
    await expect.poll(() => gateway.asked).toHaveLength(2);
    expect(gateway.asked[1]).toBe('resources/unsubscribe {"uri":"file:///dir"}');
  });

  it('leaves out what nobody there can tell', async () => {
    await using gateway = await serve({
      hello: '{"protocolVersion":"2025-11-25","capabilities":{"tools":{},"resources":{}}}',
    });
    const wanted = { promptsListChanged: true, resourcesListChanged: true };
    const arrival = await gateway.listen(
      { ...wanted, resourceSubscriptions: ['file:///dir'], taskIds: ['t'] },
      { path: '/starter/docs' },
    );
    expect((await arrival.next())?.params?.['notifications']).toEqual({
      resourcesListChanged: true,
    });
    expect(gateway.asked).toEqual([]);
    arrival.close();
  });

  it('ends at once where nothing is left', async () => {
    await using gateway = await serve();
    const messages = await (await gateway.listen({ taskIds: ['docs+t'] })).all();
    expect(messages).toMatchObject([
      { method: acknowledged, params: { notifications: {} } },
      { id: 'l', result: { resultType: 'complete', _meta: { [subscriptionId]: 'l' } } },
    ]);
  });

  it('ends with a result when something listened to is no longer granted', async () => {
    await using gateway = await serve();
    const arrival = await gateway.listen({ toolsListChanged: true, resourceSubscriptions: [dir] });
    await arrival.next();
    const { grants, instances } = gateway.snapshot;
    const target = {
      scope: 'offering',
      instanceId: gateway.docs.id,
      kind: 'resource',
      name: 'file:///dir',
    } as const;
    gateway.change('one', {
      grants: [...grants, buildGrant({ effect: 'deny', level: 'read', target })],
      instances,
    });
    expect((await arrival.all()).at(-1)).toMatchObject({ id: 'l', result: {} });
    expect(gateway.asked.at(-1)).toBe('resources/unsubscribe {"uri":"file:///dir"}');
  });

  it('ends when its token is revoked, and others go on', async () => {
    await using gateway = await serve();
    const arrival = await gateway.listen({ toolsListChanged: true });
    const other = await gateway.listen({ toolsListChanged: true }, { token: 'two' });
    gateway.revoke('one');
    expect(await arrival.all()).toHaveLength(2);
    gateway.change('two', { grants: [], instances: [] });
    await other.next();
    expect((await other.next())?.method).toBe('notifications/tools/list_changed');
    other.close();
  });

  it('ends when its token runs out', async () => {
    await using gateway = await serve({ tokensExpireAt: Date.now() + 400 });
    const messages = await (await gateway.listen({ toolsListChanged: true })).all();
    expect(messages.at(-1)).toMatchObject({ id: 'l', result: {} });
  });

  it('ends when the grant of something listened to runs out', async () => {
    await using gateway = await serve({ grants: [buildGrant({ expiresAt: Date.now() + 2_000 })] });
    const messages = await (await gateway.listen({ resourceSubscriptions: [dir] })).all();
    expect(messages.at(-1)).toMatchObject({ id: 'l', result: {} });
  });

  it('tells of lists that change because a grant runs out', async () => {
    await using gateway = await serve({ grants: [buildGrant({ expiresAt: Date.now() + 2_000 })] });
    const arrival = await gateway.listen({ toolsListChanged: true });
    await arrival.next();
    expect((await arrival.next())?.method).toBe('notifications/tools/list_changed');
    arrival.close();
  });

  it('ends with a result when the gateway stops', async () => {
    await using gateway = await serve();
    const arrival = await gateway.listen({ toolsListChanged: true });
    await arrival.next();
    gateway.gateway[Symbol.dispose]();
    expect(await arrival.all()).toMatchObject([
      { method: acknowledged },
      { id: 'l', result: { resultType: 'complete' } },
    ]);
  });

  it('keeps what comes before the acknowledgement for after it', async () => {
    const gate = Promise.withResolvers<string>();
    await using gateway = await serve({
      answer: ({ params }) => (params?.includes('part') ? gate.promise : done),
    });
    const arrival = gateway.listen({ resourceSubscriptions: [dir, `${dir}/part`] });
    await expect.poll(() => gateway.asked).toHaveLength(2);
    gateway.update('file:///dir', ',"n":1');
    gate.resolve(done);
    expect(await (await arrival).next()).toMatchObject({ method: acknowledged });
    expect(await (await arrival).next()).toMatchObject({ params: { uri: dir, n: 1 } });
    (await arrival).close();
  });

  it('unsubscribes when the client leaves', async () => {
    await using gateway = await serve();
    const arrival = await gateway.listen({ resourceSubscriptions: [dir] });
    await arrival.next();
    arrival.close();
    await expect
      .poll(() => gateway.asked.at(-1))
      .toBe('resources/unsubscribe {"uri":"file:///dir"}');
  });

  it('unsubscribes when the client leaves before it is answered', async () => {
    const gate = Promise.withResolvers<string>();
    await using gateway = await serve({ answer: () => gate.promise });
    const arrival = gateway.listen({ resourceSubscriptions: [dir] });
    arrival.catch(() => {});
    await expect.poll(() => gateway.asked).toHaveLength(1);
    gateway.closeClients();
    await expect(arrival).rejects.toThrow();
    gate.resolve(done);
    await expect
      .poll(() => gateway.asked.at(-1))
      .toBe('resources/unsubscribe {"uri":"file:///dir"}');
  });
});

describe('tasks', () => {
  const key = 'io.modelcontextprotocol/tasks';
  const meta = { 'io.modelcontextprotocol/clientCapabilities': { extensions: { [key]: {} } } };
  const helloWithTasks = `{"supportedVersions":["2026-07-28"],"capabilities":{"tools":{},"extensions":{"${key}":{}}}}`;

  async function serveTasks() {
    const told = Promise.withResolvers<(status: string) => void>();
    const gateway = await serve({
      hello: helloWithTasks,
      era: 'modern',
      answer: ({ method, params, onMessage, signal }) => {
        if (method !== 'subscriptions/listen') return done;
        const tell = (name: string, more: string): void => {
          const text = `{"jsonrpc":"2.0","method":"notifications/${name}","params":{${more}}}`;
          void onMessage?.(readEnvelope(Buffer.from(text)));
        };
        tell('subscriptions/acknowledged', '"notifications":{"taskIds":["t1"]}');
        told.resolve((status) => tell('tasks', `"taskId":"t1","status":"${status}","x":1`));
        expect(params?.toString()).toContain('"taskIds":["t1"]');
        return new Promise((_, reject) => {
          signal?.addEventListener('abort', () => reject(new AppError('cancelled', 'over')));
        });
      },
    });
    const instanceId = gateway.docs.id;
    await gateway.tasks.put('org', { instanceId, taskId: 't1', agentId: 'one' });
    return Object.assign(gateway, { told: told.promise });
  }

  it('are told of to the agent whose they are, by the ids that it knows', async () => {
    await using gateway = await serveTasks();
    const taskIds = ['docs+t1', 'docs+t2', 'nowhere'];
    const arrival = await gateway.listen({ taskIds }, { meta });
    expect(await arrival.next()).toMatchObject({
      params: { notifications: { taskIds: ['docs+t1'] } },
    });
    (await gateway.told)('working');
    expect(await arrival.next()).toEqual({
      jsonrpc: '2.0',
      method: 'notifications/tasks',
      params: { taskId: 'docs+t1', status: 'working', x: 1, _meta: { [subscriptionId]: 'l' } },
    });
    expect(gateway.records).toMatchObject([
      { outcome: 'refused', reason: 'unknown' },
      { outcome: 'refused', reason: 'unknown' },
      { outcome: 'ok', method: 'subscriptions/listen' },
    ]);
    arrival.close();
  });

  it('of another agent are left out, and the attempt is on record', async () => {
    await using gateway = await serveTasks();
    const arrival = await gateway.listen({ taskIds: ['docs+t1'] }, { meta, token: 'two' });
    expect((await arrival.all())[0]?.params?.['notifications']).toEqual({});
    expect(gateway.asked).toEqual([]);
    expect(gateway.records).toMatchObject([{ outcome: 'refused', agentId: 'two' }]);
  });

  it('are left out for a client that does not declare them', async () => {
    await using gateway = await serveTasks();
    const arrival = await gateway.listen({ taskIds: ['docs+t1'] });
    expect((await arrival.all())[0]?.params?.['notifications']).toEqual({});
  });

  it('are told of no more when the agent has lost the server', async () => {
    await using gateway = await serveTasks();
    const arrival = await gateway.listen({ taskIds: ['docs+t1'] }, { meta });
    await arrival.next();
    gateway.change('one', { grants: [], instances: [] });
    expect((await arrival.all()).at(-1)).toMatchObject({ id: 'l', result: {} });
  });
});

describe('a client that asks for too much', () => {
  const many = Array.from({ length: 101 }, (_, index) => `${dir}/${index}`);
  it.each([
    ['no filter', undefined],
    ['a filter that is no object', []],
    ['a flag that is none', { toolsListChanged: 'yes' }],
    ['URIs that are none', { resourceSubscriptions: [1] }],
    ['one URI for many', { resourceSubscriptions: dir }],
    ['too many URIs', { resourceSubscriptions: many }],
    ['too many tasks', { taskIds: many }],
  ])('is refused for %s', async (_what, notifications) => {
    await using gateway = await serve();
    const arrival = await gateway.listen(notifications);
    expect(arrival.status).toBe(200);
    expect(await arrival.all()).toMatchObject([{ id: 'l', error: { code: -32602 } }]);
    expect(gateway.asked).toEqual([]);
    expect(gateway.records).toEqual([]);
  });

  it('is refused for an id that would be repeated at length', async () => {
    await using gateway = await serve();
    const arrival = await gateway.listen({ toolsListChanged: true }, { id: 'x'.repeat(1000) });
    expect(await arrival.all()).toMatchObject([{ error: { code: -32602 } }]);
  });

  it('is refused for one stream too many, until one ends', async () => {
    await using gateway = await serve({ maxStreamsPerAgent: 2 });
    const wanted = { toolsListChanged: true };
    const first = await gateway.listen(wanted);
    await gateway.listen(wanted);
    const [refused] = await (await gateway.listen(wanted)).all();
    expect(refused).toMatchObject({ error: { code: -32000, data: { code: 'rate_limited' } } });
    const other = await (await gateway.listen(wanted, { token: 'two' })).next();
    expect(other?.method).toBe(acknowledged);
    first.close();
    await expect
      .poll(async () => (await (await gateway.listen(wanted)).next())?.method)
      .toBe(acknowledged);
  });

  it('is refused for more subscriptions than leave room for others', async () => {
    await using gateway = await serve();
    const uris = (from: number) =>
      Array.from({ length: 100 }, (_, index) => `docs+file:///x/${from + index}`);
    const hold = async (from: number) =>
      (await gateway.listen({ resourceSubscriptions: uris(from) })).next();
    expect((await hold(0))?.method).toBe(acknowledged);
    expect((await hold(100))?.method).toBe(acknowledged);
    expect(await hold(200)).toMatchObject({ error: { data: { code: 'rate_limited' } } });
  });

  it('is refused where it takes no stream', async () => {
    await using gateway = await serve();
    const params = { notifications: { toolsListChanged: true } };
    const headers = { accept: 'application/json' };
    const arrival = await gateway.ask('subscriptions/listen', params, { headers });
    expect(await arrival.all()).toMatchObject([{ error: { code: -32602 } }]);
  });
});
