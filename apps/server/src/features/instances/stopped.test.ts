import { sharedCredentials } from '@plugboard/gateway';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildApp, type TestApp } from '../../app/testing/build-app.ts';
import { type RemoteServer, startRemoteServer } from '../../app/testing/remote-server.ts';
import { publish } from '../../store/events.ts';
import { withTenant } from '../../store/tenant.ts';

let app: TestApp;
let remote: RemoteServer;
beforeAll(async () => {
  app = await buildApp();
  remote = await startRemoteServer();
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await remote[Symbol.asyncDispose]();
});

async function add(slug: string) {
  const input = { server: remote.url, slug, allowPrivateNetwork: true };
  const { body } = await app.request('POST', '/instances', input);
  return body.at(-1).data.instance;
}

const stop = (slug: string, key?: string) =>
  app.request('POST', `/instances/${slug}/stop`, {}, key);
const start = (slug: string, key?: string) =>
  app.request('POST', `/instances/${slug}/start`, {}, key);
const show = async (slug: string) => (await app.request('GET', `/instances/${slug}`)).body;
const copiesOf = async (id: string) =>
  (await app.services.supervisor.statuses(app.organizationId)).filter(
    ({ instanceId }) => instanceId === id,
  );

let agents = 0;
async function buildAgent(instance: string) {
  const slug = `stopped-${(agents += 1)}`;
  const { body: agent } = await app.request('POST', '/agents', { slug });
  const target = { scope: 'instance', instance };
  await app.request('POST', '/grants', { agent: slug, target, level: 'execute' });
  return agent;
}

describe('instances.stop', () => {
  it('ends what runs, says since when, and is on record once', async () => {
    const { id } = await add('halt');
    const stopped = await stop('halt');
    expect(stopped.body.state).toEqual({
      name: 'stopped',
      stoppedAt: expect.any(String),
      restarts: 0,
    });
    expect(await copiesOf(id)).toEqual([]);
    expect((await stop('halt')).body.state).toEqual(stopped.body.state);
    const audit = await app.request('GET', `/audit?instance=${id}&kind=instance.stopped`);
    expect(audit.body.entries).toHaveLength(1);
    expect((await app.request('GET', '/status')).body.instances.stopped).toBeGreaterThan(0);
  });

  it('lets nothing start it: no call, no test, no restart, no event of another node', async () => {
    const { id } = await add('held');
    const { slug: agent } = await buildAgent('held');
    await stop('held');
    const asked = remote.authorizations.length;
    const call = await app.request('POST', '/calls', { agent, name: 'held__look', arguments: {} });
    expect(JSON.stringify(call.body)).toMatch(/held is stopped/);
    for (const what of ['test', 'restart']) {
      const { status, body } = await app.request('POST', `/instances/held/${what}`, {});
      expect({ status, code: body.code }).toEqual({ status: 409, code: 'conflict' });
      expect(body.message).toMatch(/held is stopped.*Start it first/);
    }
    const { organizationId } = app;
    await withTenant(app.services.db, organizationId, (tx) =>
      publish(tx, { kind: 'instance', organizationId, instanceId: id }),
    );
    await app.services.heard();
    await expect(
      app.services.supervisor.acquire(organizationId, id, sharedCredentials),
    ).rejects.toMatchObject({ code: 'unavailable', message: expect.stringMatching(/stopped/) });
    expect(remote.authorizations).toHaveLength(asked);
    expect((await show('held')).state.name).toBe('stopped');
  });

  it('lets it be changed, and leaves it stopped', async () => {
    const { id } = await add('kept');
    await stop('kept');
    const { body } = await app.request('POST', '/instances/kept/configuration', {
      settings: { idleMs: 1000 },
    });
    expect(body.at(-1).data).toMatchObject({ type: 'done' });
    expect(await show('kept')).toMatchObject({ idleMs: 1000, state: { name: 'stopped' } });
    expect(await copiesOf(id)).toEqual([]);
    expect((await start('kept')).body).toMatchObject({ idleMs: 1000, state: { name: 'ready' } });
  });

  it('takes over what it inherits without being started', async () => {
    const { id, server, toolbox } = await add('heir');
    expect(toolbox.slug).toBe('starter');
    await stop('heir');
    const layer = { server, environment: 'dev', settings: { idleMs: 2000 } };
    const { body } = await app.request('PUT', '/configuration/layers', layer);
    const done = body.at(-1).data;
    expect(done.instances).toContainEqual(
      expect.objectContaining({ slug: 'heir', outcome: 'changed' }),
    );
    expect(await show('heir')).toMatchObject({ idleMs: 2000, state: { name: 'stopped' } });
    expect(await copiesOf(id)).toEqual([]);
    await app.request('PUT', '/configuration/layers', { ...layer, settings: {} });
  });

  it('does not list its tools, and tells agents that may use them why calls fail', async () => {
    const { id } = await add('quiet');
    await add('loud');
    const { slug: agent, id: agentId } = await buildAgent('quiet');
    const target = { scope: 'instance', instance: 'loud' };
    await app.request('POST', '/grants', { agent, target, level: 'read' });
    await stop('quiet');
    const tools = await app.request('GET', `/agents/${agent}/tools`);
    expect(tools.body.tools.map(({ instance }: { instance: string }) => instance)).toEqual([
      'loud',
    ]);
    const check = await app.request('GET', `/check?agent=${agent}&name=quiet__look`);
    expect(check.body).toMatchObject({ allowed: false, reason: 'instance_stopped' });
    expect(check.body.explanation).toMatch(/quiet is stopped; once it is started, allowed/);
    await app.request('POST', '/calls', { agent, name: 'quiet__look', arguments: {} });
    const audit = await app.request('GET', `/audit?agent=${agentId}&instance=${id}&kind=call`);
    expect(audit.body.entries[0].record).toMatchObject({
      outcome: 'refused',
      reason: 'instance_stopped',
    });
  });

  it('tells agents without a grant nothing of it', async () => {
    await add('secret');
    await app.request('POST', '/agents', { slug: 'outsider' });
    await stop('secret');
    const call = (name: string) =>
      app.request('POST', '/calls', { agent: 'outsider', name, arguments: {} });
    const [there, nowhere] = [await call('secret__look'), await call('nothing__look')];
    expect(there.status).toBe(nowhere.status);
    expect(JSON.stringify(there.body)).not.toMatch(/stopped/);
  });

  it('is for owners and admins alone', async () => {
    await add('ours');
    for (const role of ['member', 'auditor'] as const) {
      const key = await app.buildMember(role);
      for (const ask of [stop, start]) expect((await ask('ours', key)).status).toBe(403);
    }
    expect((await show('ours')).state.name).not.toBe('stopped');
  });

  it('waits for nobody who is changing the instance', async () => {
    const { id } = await add('busy');
    using _turn = app.services.instanceChanges.begin(id, 'busy');
    const { status, body } = await stop('busy');
    expect({ status, code: body.code }).toEqual({ status: 409, code: 'conflict' });
    expect((await show('busy')).state.name).not.toBe('stopped');
  });

  it('ends a start that is under way', async () => {
    const { id } = await add('slow');
    await app.services.supervisor.stop(id);
    const starting = app.services.supervisor.acquire(app.organizationId, id, sharedCredentials);
    starting.catch(() => undefined);
    await stop('slow');
    await starting.catch(() => undefined);
    await expect.poll(async () => await copiesOf(id)).toEqual([]);
  });
});

describe('instances.start', () => {
  it('starts it, lists it anew, and is on record', async () => {
    const { id } = await add('again');
    await stop('again');
    const lists = remote.lists;
    const { body } = await start('again');
    expect(body.state).toMatchObject({ name: 'ready' });
    expect(body.state.stoppedAt).toBeUndefined();
    expect(remote.lists).toBeGreaterThan(lists);
    const audit = await app.request('GET', `/audit?instance=${id}&kind=instance.started`);
    expect(audit.body.entries).toHaveLength(1);
    const { slug: agent } = await buildAgent('again');
    const call = await app.request('POST', '/calls', { agent, name: 'again__look', arguments: {} });
    expect(call.body).toMatchObject({ outcome: 'ok' });
  });

  it('does no harm to one that runs', async () => {
    const { id } = await add('running');
    expect((await start('running')).body.state.name).toBe('ready');
    const audit = await app.request('GET', `/audit?instance=${id}&kind=instance.started`);
    expect(audit.body.entries).toEqual([]);
  });
});

describe('instances.list', () => {
  it('tells what each is known by, and when it was last used', async () => {
    await add('shown');
    const { body } = await app.request('GET', '/instances');
    const shown = body.instances.find(({ slug }: { slug: string }) => slug === 'shown');
    expect(shown).toMatchObject({
      title: expect.any(String),
      icon: { text: expect.any(String), color: expect.stringMatching(/^#[0-9a-f]{6}$/) },
      lastUsedAt: expect.any(String),
    });
    expect(shown.updateAvailable).toBeUndefined();
  });

  it('keeps when an instance was last used when it runs no more', async () => {
    const { id, lastUsedAt } = await add('used');
    await stop('used');
    expect(Date.parse((await show('used')).lastUsedAt)).toBeGreaterThanOrEqual(
      Date.parse(lastUsedAt),
    );
    expect(await copiesOf(id)).toEqual([]);
  });

  it('shows a newer version as long as the version that it is newer than runs', async () => {
    const { id } = await add('news');
    const remember = (newer: string, than: string) =>
      withTenant(app.services.db, app.organizationId, (tx) =>
        tx
          .updateTable('instances')
          .set({ newer_version: newer, newer_than: than })
          .where('id', '=', id)
          .execute(),
      );
    const { version } = await show('news');
    await remember('9.9.9', version);
    expect((await show('news')).updateAvailable).toBe('9.9.9');
    await remember('9.9.9', `${version}-before`);
    expect((await show('news')).updateAvailable).toBeUndefined();
  });
});
