import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { sharedCredentials } from '@plugboard/gateway';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildApp, type TestApp } from '../../app/testing/build-app.ts';
import { type RemoteServer, startRemoteServer } from '../../app/testing/remote-server.ts';
import { withTenant } from '../../store/tenant.ts';
import { refreshDefinitions } from '../definitions/refresh-definitions.ts';

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

function add(input: object, key?: string) {
  return app.request('POST', '/instances', { allowPrivateNetwork: true, ...input }, key);
}

async function slugs(): Promise<string[]> {
  const { body } = await app.request('GET', '/instances');
  return body.instances.map((instance: { slug: string }) => instance.slug);
}

async function auditKinds(): Promise<string[]> {
  const { body } = await app.request('GET', '/audit?limit=1000');
  return body.entries.map((entry: { kind: string }) => entry.kind);
}

describe('instances.add', () => {
  it('starts, lists, stores and records a server, and tells of each step', async () => {
    const { status, body } = await add({ server: remote.url, slug: 'added' });
    expect(status).toBe(200);
    const steps = body.map(({ data }: { data: { step?: string } }) => data.step);
    expect(steps).toEqual(['resolve', 'configure', 'start', 'list', 'pin', 'live', undefined]);
    expect(body.at(-1).data.instance).toMatchObject({
      slug: 'added',
      toolbox: { slug: 'starter' },
      launch: { driver: 'remote', url: remote.url },
      state: { name: 'ready' },
      offers: { tools: 2, prompts: 0 },
    });
    expect(await auditKinds()).toContain('instance.added');
  });

  it('seals secrets before they touch the database, and opens them at a start', async () => {
    const secret = 'Bearer hunter2-hunter2';
    const { body } = await add({
      server: remote.url,
      slug: 'sealed',
      secrets: { Authorization: secret },
    });
    expect(body.at(-1).data.instance.secretNames).toEqual(['Authorization']);
    expect(JSON.stringify(body)).not.toContain('hunter2');
    const row = await withTenant(app.services.db, app.organizationId, (tx) =>
      tx.selectFrom('instances').selectAll().where('slug', '=', 'sealed').executeTakeFirstOrThrow(),
    );
    expect(JSON.stringify(row)).not.toContain('hunter2');
    const audit = await app.request('GET', '/audit?limit=1000');
    expect(JSON.stringify(audit.body)).not.toContain('hunter2');

    remote.authorizations.length = 0;
    await app.request('POST', '/instances/sealed/restart');
    expect(remote.authorizations).toContain(secret);
  });

  it('leaves nothing behind when the server does not start', async () => {
    const before = await slugs();
    const folders = join(app.dataDir, 'instances');
    const { body } = await add({ server: 'http://127.0.0.1:9/mcp', slug: 'broken' });
    expect(body.at(-1)).toMatchObject({
      event: 'error',
      data: { code: 'upstream_failed', data: { requestId: expect.any(String) } },
    });
    expect(await slugs()).toEqual(before);
    expect(await app.services.supervisor.statuses()).not.toContainEqual(
      expect.objectContaining({ state: expect.objectContaining({ name: 'failing' }) }),
    );
    expect(await readdir(folders).catch(() => [])).toEqual([]);
  });

  it('refuses a slug that is taken', async () => {
    await add({ server: remote.url, slug: 'taken' });
    const { body } = await add({ server: remote.url, slug: 'taken' });
    expect(body.at(-1).data).toMatchObject({ code: 'conflict', status: 409 });
  });

  it.each([
    [{ server: 'https://u:p@host.example/' }, /no user or password/],
    [{ server: 'http://host.example/', allowPrivateNetwork: undefined }, /https URL/],
    [{ server: 'ftp://host.example/' }, /https URL/],
    [{ server: 'https://host.example/', args: ['x'] }, /args: does not apply to a remote/],
    [{ server: 'memory' }, /allowPrivateNetwork: does not apply/],
    [{ server: 'https://h.example/', secrets: { 'a-b': 'x\ny' } }, /secrets.a-b: .*one line/],
    [{ server: 'https://h.example/', toolbox: 'nowhere' }, /no toolbox "nowhere"/],
  ])('refuses %j', async (input, message) => {
    const { body } = await add(input);
    expect(body.at(-1).event).toBe('error');
    expect(body.at(-1).data.message).toMatch(message);
  });

  it.each([
    [{ slug: 'A' }, /slug/],
    [{ network: { mode: 'allow', hosts: ['http://x'] } }, /network/],
    [{ env: { 'A-B': 'x' } }, /env/],
    [{ mounts: [{ path: 'relative', writable: false }] }, /mounts\.0\.path: an absolute path/],
    [{ idleMs: -1 }, /idleMs/],
    [{ command: 'x', comand: 'y' }, /comand/],
  ])('names what is wrong with %j', async (input, message) => {
    const { status, body } = await add({ server: 'memory', ...input });
    expect(status).toBe(400);
    expect(body.message).toMatch(message);
  });

  it('shows no server the data directory', async () => {
    const { body } = await app.request('POST', '/instances', {
      server: 'memory',
      mounts: [{ path: app.dataDir, writable: false }],
    });
    expect(body.at(-1).data.message).toMatch(/would show Plugboard's own data directory/);
    const above = await app.request('POST', '/instances', {
      server: 'memory',
      mounts: [{ path: '/', writable: false }],
    });
    expect(above.body.at(-1).data.message).toMatch(/would show Plugboard's own data directory/);
  });
});

describe('members who are no admins', () => {
  it.each(['member', 'auditor'] as const)('keeps a %s from all that runs code', async (role) => {
    const key = await app.buildMember(role);
    await add({ server: remote.url, slug: `kept-${role}`, headers: { 'X-Plain': 'plain' } });
    const path = `/instances/kept-${role}`;
    const attempts = [
      add({ server: remote.url, slug: 'sneaked' }, key),
      app.request('POST', `${path}/restart`, undefined, key),
      app.request('POST', `${path}/test`, undefined, key),
      app.request('DELETE', path, undefined, key),
      app.request('GET', `${path}/logs`, undefined, key),
      app.request('PUT', `${path}/levels`, { name: 'act', level: 'read' }, key),
      app.request('POST', '/calls', { agent: 'demo', name: 'added__act' }, key),
      app.request('POST', '/agents', { slug: 'x' }, key),
      app.request('POST', '/agents/demo/tokens', {}, key),
      app.request('POST', '/toolboxes', { slug: 'x' }, key),
    ];
    for (const attempt of await Promise.all(attempts)) {
      expect(attempt).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    }
    const { body } = await app.request('GET', path, undefined, key);
    expect(body.launch).not.toHaveProperty('headers');
    expect(await slugs()).not.toContain('sneaked');
  });
});

describe('definitions', () => {
  it('tell of changes, delete what is gone, and are silent when nothing changed', async () => {
    const events: string[] = [];
    const stop = app.services.onChange((event) => events.push(event.kind));
    await add({ server: remote.url, slug: 'changing' });
    // Events come by way of the database, so the one of the adding may come after its answer.
    await expect.poll(() => events).toEqual(['definitions']);
    events.length = 0;
    const before = remote.tools;
    await app.request('POST', '/instances/changing/restart');
    const recorded = (await auditKinds()).filter((kind) => kind === 'definitions.changed').length;
    remote.tools = [{ name: 'act', annotations: { readOnlyHint: true } }, { name: 'new' }];
    await app.request('POST', '/instances/changing/restart');
    remote.tools = before;
    const { body } = await app.request('GET', '/instances/changing/offerings');
    expect(body.offerings).toMatchObject([
      { name: 'act', level: 'read', exposedName: 'changing__act' },
      { name: 'new', level: 'execute' },
    ]);
    await expect.poll(() => events).toEqual(['definitions']);
    const after = (await auditKinds()).filter((kind) => kind === 'definitions.changed').length;
    expect(after).toBe(recorded + 1);
    stop();
  });

  it('are in the end those that were listed last, however slowly an earlier list came', async () => {
    const { body } = await add({ server: remote.url, slug: 'overtaken' });
    const instance = { organizationId: app.organizationId, id: body.at(-1).data.instance.id };
    const upstream = await app.services.supervisor.acquire(
      instance.organizationId,
      instance.id,
      sharedCredentials,
    );
    const before = remote.tools;
    const gate = Promise.withResolvers<void>();
    const lists = remote.lists;
    remote.gate = gate.promise;
    const slow = refreshDefinitions(app.services, instance, upstream);
    await expect.poll(() => remote.lists).toBe(lists + 1);
    remote.gate = undefined;
    remote.tools = [{ name: 'newest' }];
    const quick = refreshDefinitions(app.services, instance, upstream);
    // Time for the later one to overtake, if it could.
    await Promise.race([quick, delay(200)]);
    gate.resolve();
    await Promise.all([slow, quick]);
    remote.tools = before;
    const offerings = await app.request('GET', '/instances/overtaken/offerings');
    expect(offerings.body.offerings).toMatchObject([{ name: 'newest' }]);
  });
});

describe('instances.remove', () => {
  it('stops it and takes its row, offerings, grants and files', async () => {
    const { body } = await add({ server: remote.url, slug: 'leaving' });
    const { id } = body.at(-1).data.instance;
    const target = { scope: 'instance', instance: 'leaving' };
    await app.request('POST', '/grants', { agent: 'demo', target, level: 'read' });
    const removed = await app.request('DELETE', '/instances/leaving');
    expect(removed).toMatchObject({ status: 200, body: { id } });
    expect(await slugs()).not.toContain('leaving');
    const statuses = await app.services.supervisor.statuses();
    expect(statuses.map(({ instanceId }) => instanceId)).not.toContain(id);
    const grants = await app.request('GET', '/grants?agent=demo');
    expect(JSON.stringify(grants.body)).not.toContain(id);
    expect(await auditKinds()).toContain('instance.removed');
    expect(await app.request('DELETE', '/instances/leaving')).toMatchObject({ status: 404 });
  });

  it('tests and shows the log of one that is there', async () => {
    await add({ server: remote.url, slug: 'tested' });
    const test = await app.request('POST', '/instances/tested/test');
    expect(test.body).toMatchObject({
      ok: true,
      serverInfo: { name: 'remote' },
      offers: { tools: 2 },
    });
    const logs = await app.request('GET', '/instances/tested/logs?tail=5');
    expect(logs.status).toBe(200);
    expect(await app.request('GET', '/instances/nobody/logs')).toMatchObject({ status: 404 });
  });
});
