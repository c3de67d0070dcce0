import { newId } from '@plugboard/contracts';
import { Secret } from '@plugboard/vault';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildApp, type TestApp } from '../../../app/testing/build-app.ts';
import { type RemoteServer, startRemoteServer } from '../../../app/testing/remote-server.ts';
import { withTenant } from '../../../store/tenant.ts';

let app: TestApp;
let remote: RemoteServer;
let admin: string;
let ann: string;
let bob: string;
let instance: string;

beforeAll(async () => {
  app = await buildApp();
  remote = await startRemoteServer();
  [admin, ann, bob] = await Promise.all([
    app.buildMember('admin'),
    app.buildMember('member'),
    app.buildMember('member'),
  ]);
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await remote[Symbol.asyncDispose]();
});

async function addInstance(): Promise<string> {
  const slug = `r-${newId().slice(-12)}`;
  const { body } = await app.request('POST', '/instances', {
    server: remote.url,
    slug,
    allowPrivateNetwork: true,
  });
  expect(body.at(-1)?.data).toMatchObject({ type: 'done' });
  return slug;
}

async function create(
  name: string,
  owner: object,
  key?: string,
  fields: object = { key: `key-of-${name}` },
): Promise<string> {
  const { status, body } = await app.request(
    'POST',
    '/credentials',
    { name: `${name}-${newId()}`, kind: 'api_key', owner, fields },
    key,
  );
  expect(status).toBe(201);
  return body.id;
}

function bind(slot: string, body: object, key?: string) {
  return app.request('PUT', `/instances/${instance}/credentials/${slot}`, body, key);
}

async function idOf(slug: string): Promise<string> {
  return (await app.request('GET', `/instances/${slug}`)).body.id;
}

async function memberIdOf(credential: string): Promise<string> {
  return (await app.request('GET', `/credentials/${credential}`)).body.owner.id;
}

async function acquire(set: string): Promise<unknown> {
  return app.services.supervisor.acquire(app.organizationId, await idOf(instance), set);
}

async function recordsOf(kind: string): Promise<string> {
  const { body } = await app.request('GET', `/audit?kind=${kind}`);
  return JSON.stringify(body);
}

const organization = { kind: 'organization' };
const member = { kind: 'member' };

describe('a slot of an instance with one account for all', () => {
  beforeAll(async () => {
    instance = await addInstance();
  });

  it('is filled with the credential at each start, and anew when it is replaced', async () => {
    const id = await create('shared', organization);
    const bound = await bind('authorization', { credential: id });
    expect(bound.body).toMatchObject({
      slot: 'authorization',
      place: 'header',
      template: 'Bearer {key}',
      for: { kind: 'organization' },
    });
    await acquire('shared');
    expect(remote.authorizations.at(-1)).toBe('Bearer key-of-shared');
    await app.request('POST', `/credentials/${id}/replace`, { fields: { key: 'another-key' } });
    await expect
      .poll(() => remote.authorizations.at(-1), { timeout: 10_000 })
      .toBe('Bearer another-key');
    expect(await recordsOf('credential.opened')).toContain(id);
    expect(await recordsOf('credential.opened')).not.toContain('another-key');
  });

  it('tells what it fills when it is to be destroyed, and is emptied by force', async () => {
    const id = await create('bound', organization);
    await bind('X-Key', { credential: id, template: 'v1:{key}' });
    const refused = await app.request('DELETE', `/credentials/${id}`);
    expect(refused.status).toBe(409);
    expect(refused.body.message).toContain(`X-Key of ${instance}`);
    expect((await app.request('DELETE', `/credentials/${id}`, { force: true })).status).toBe(200);
    const { body } = await app.request('GET', `/instances/${instance}/credentials`);
    expect(JSON.stringify(body)).not.toContain(id);
  });

  it.each([
    ['Host', {}, /transport/],
    ['content-length', {}, /transport/],
    ['mcp-session-id', {}, /transport/],
    ['X-A', { place: 'env' }, /can only be a header/],
    ['X-A', { place: 'file' }, /can only be a header/],
    ['X-A', { template: 'Bearer {key}\r\nX-Admin: 1' }, /line breaks/],
    ['X-A', { template: 'Bearer {password}' }, /does not have/],
    ['X-A', { template: 'Bearer {key' }, /brace/],
    ['X-A', { template: 'no field' }, /names no field/],
    ['X-A', { template: '{__proto__}' }, /brace|does not have/],
    ['X-A', { template: '{constructor}' }, /does not have/],
  ])('%s is not filled with %j', async (slot, body, why) => {
    const id = await create('refused', organization);
    const { status, body: answer } = await bind(slot, { credential: id, ...body });
    expect(status).toBe(400);
    expect(answer.message).toMatch(why);
  });

  it('is not filled with what a member has, nor by a member', async () => {
    const own = await create('own', member, ann);
    const shared = await create('shared-too', organization);
    expect((await bind('X-B', { credential: own }, ann)).status).toBe(409);
    expect((await bind('X-B', { credential: own })).status).toBe(403);
    expect((await bind('X-B', { credential: own }, admin)).status).toBe(403);
    expect((await bind('X-B', { credential: own }, bob)).status).toBe(404);
    expect((await bind('X-B', { credential: shared }, ann)).status).toBe(404);
    expect(
      (await app.request('PUT', `/instances/${instance}/account`, { account: 'member' }, ann))
        .status,
    ).toBe(403);
  });
});

describe("an instance with each member's own account", () => {
  let annId: string;
  let bobId: string;
  let annCredential: string;

  beforeAll(async () => {
    instance = await addInstance();
    const set = await app.request('PUT', `/instances/${instance}/account`, {
      account: 'member',
      slots: [{ slot: 'Authorization', template: 'Bearer {value}' }],
    });
    expect(set.status).toBe(200);
    annCredential = await create('ann', member, ann);
    annId = await memberIdOf(annCredential);
    bobId = await memberIdOf(await create('bob', member, bob));
  });

  it('tells who has to provide what, and starts nothing for them until then', async () => {
    const { body } = await app.request('GET', `/instances/${instance}/accounts`, undefined, ann);
    expect(body).toMatchObject({
      ready: false,
      slots: [{ slot: 'Authorization', required: true, filled: false, of: 'member' }],
    });
    await expect(acquire(`member:${annId}`)).rejects.toMatchObject({
      code: 'sign_in_required',
      details: {
        who: { kind: 'member', id: annId, name: 'member' },
        instance,
        missing: ['Authorization'],
      },
    });
  });

  it('uses the credential of just the member for whom it is called', async () => {
    const bound = await bind('authorization', { credential: annCredential }, ann);
    expect(bound.body).toMatchObject({ slot: 'Authorization', for: { kind: 'member', id: annId } });
    await acquire(`member:${annId}`);
    expect(remote.authorizations.at(-1)).toBe('Bearer key-of-ann');
    await expect(acquire(`member:${bobId}`)).rejects.toMatchObject({ code: 'sign_in_required' });
    const mine = await app.request('GET', '/accounts', undefined, ann);
    expect(mine.body.accounts).toMatchObject([{ ready: true }]);
    expect(
      JSON.stringify((await app.request('GET', '/accounts', undefined, bob)).body),
    ).not.toContain('ann-');
  });

  it('lets nobody bind for another, elsewhere, or in another way than it asks for', async () => {
    for (const key of [admin, app.ownerKey]) {
      expect((await bind('Authorization', { credential: annCredential }, key)).status).toBe(403);
    }
    const other = await bind('X-Other', { credential: annCredential }, ann);
    expect(other.status).toBe(403);
    const template = await bind(
      'Authorization',
      { credential: annCredential, template: 'X {key}' },
      ann,
    );
    expect(template.status).toBe(403);
    const forAll = await bind(
      'Authorization',
      { credential: annCredential, for: organization },
      ann,
    );
    expect(forAll.status).toBe(403);
    const forAgent = { credential: annCredential, for: { kind: 'agent', agent: 'demo' } };
    expect((await bind('Authorization', forAgent, ann)).status).toBe(403);
    const { body } = await app.request('GET', `/instances/${instance}/credentials`, undefined, bob);
    expect(JSON.stringify(body)).not.toContain(annCredential);
  });

  it('stops what ran with it when it is unbound', async () => {
    await acquire(`member:${annId}`);
    const path = `/instances/${instance}/credentials/Authorization`;
    expect((await app.request('DELETE', path, { for: 'member' }, bob)).status).toBe(404);
    expect((await app.request('DELETE', path, { for: 'member' }, ann)).status).toBe(200);
    await expect
      .poll(
        async () =>
          (await app.services.supervisor.statuses(app.organizationId)).filter(
            ({ credentialSet }) => credentialSet === `member:${annId}`,
          ).length,
        { timeout: 10_000 },
      )
      .toBe(0);
    await expect(acquire(`member:${annId}`)).rejects.toMatchObject({ code: 'sign_in_required' });
  });

  it('refuses a value that would be another header, without telling it', async () => {
    const id = await create('basic', member, ann, undefined);
    await withTenant(app.services.db, app.organizationId, async (tx) => {
      await app.services.vault.replace(tx, {
        organizationId: app.organizationId,
        credentialId: id,
        expectedVersion: 1,
        keep: false,
        fields: {
          key: new Secret('canary\r\nX-Admin: 1'),
        },
      });
    });
    await bind('Authorization', { credential: id }, ann);
    const refused = await acquire(`member:${annId}`).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'invalid_input' });
    expect(String(refused)).not.toContain('canary');
  });
});

describe("an instance with each agent's own account", () => {
  it('uses what its agent has, or was lent', async () => {
    instance = await addInstance();
    await app.request('PUT', `/instances/${instance}/account`, {
      account: 'agent',
      slots: [{ slot: 'X-Agent' }],
    });
    const agentId: string = (await app.request('GET', '/agents')).body.agents[0].id;
    await expect(acquire(`agent:${agentId}`)).rejects.toMatchObject({
      code: 'sign_in_required',
      details: { who: { kind: 'agent', name: 'demo' } },
    });
    const own = await create('agents', { kind: 'agent', agent: 'demo' });
    expect((await bind('X-Agent', { credential: own })).body.for).toMatchObject({ name: 'demo' });
    await acquire(`agent:${agentId}`);
    const lent = await create('lent', organization);
    const body = { credential: lent, for: { kind: 'agent', agent: 'demo' } };
    expect((await bind('X-Agent', body)).status).toBe(200);
    const { body: shown } = await app.request('GET', `/credentials/${own}`);
    expect(shown.bindings).toEqual([]);
  });
});

describe('refreshing', () => {
  it('starts what runs anew, and says what is missing', async () => {
    instance = await addInstance();
    await acquire('shared');
    const seen = remote.authorizations.length;
    const { status, body } = await app.request(
      'POST',
      `/instances/${instance}/credentials/refresh`,
      {},
    );
    expect(status).toBe(200);
    expect(body).toEqual({ restarted: 1, missing: [] });
    await expect
      .poll(() => remote.authorizations.length, { timeout: 10_000 })
      .toBeGreaterThan(seen);
  });
});

describe('adding a server', () => {
  it('fills its slots with credentials of the organization from the first start on', async () => {
    const shared = await create('added', organization);
    const own = await create('not-shared', member);
    const body = { server: remote.url, allowPrivateNetwork: true };
    const slug = `r-${newId().slice(-12)}`;
    const wanted = { ...body, slug, credentials: { Authorization: shared } };
    const plan = await app.request('POST', '/instances/plan', wanted);
    expect(plan.body.ready).toBe(true);
    const added = await app.request('POST', '/instances', {
      ...wanted,
      planDigest: plan.body.digest,
    });
    expect(added.body.at(-1)?.data).toMatchObject({ type: 'done' });
    expect(remote.authorizations.at(-1)).toBe('Bearer key-of-added');
    instance = slug;
    const bound = await app.request('GET', `/instances/${slug}/credentials`);
    expect(bound.body.slots).toMatchObject([{ slot: 'Authorization', inline: false }]);
    const configured = await app.request('GET', `/instances/${slug}/configuration`);
    expect(configured.body.problems).toEqual([]);

    const other = { ...body, slug: `r-${newId().slice(-12)}` };
    for (const credentials of [{ Authorization: own }, { Host: shared }, { 'X-A': newId() }]) {
      const refused = await app.request('POST', '/instances', { ...other, credentials });
      expect(JSON.stringify(refused.body)).not.toContain('"done"');
      expect(JSON.stringify(refused.body)).not.toContain('key-of');
    }
    expect((await app.request('GET', `/instances/${other.slug}`)).status).toBe(404);
  });

  it('is tried with what fills its slots when a configuration is tested', async () => {
    const seen = remote.authorizations.length;
    const tested = await app.request('POST', `/instances/${instance}/configuration/test`, {
      settings: { idleMs: 60_000 },
    });
    expect(tested.body.at(-1)?.data).toMatchObject({ type: 'done', ok: true });
    const since = remote.authorizations.slice(seen);
    expect(new Set(since)).toEqual(new Set(['Bearer key-of-added']));
  });

  it('keeps what fills its slots when it is configured anew', async () => {
    const changed = await app.request('POST', `/instances/${instance}/configuration`, {
      settings: { idleMs: 60_000 },
    });
    expect(changed.body.at(-1)?.data).toMatchObject({ type: 'done' });
    expect(remote.authorizations.at(-1)).toBe('Bearer key-of-added');
  });
});
