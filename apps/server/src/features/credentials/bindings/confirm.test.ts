import { newId } from '@plugboard/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildApp, type TestApp } from '../../../app/testing/build-app.ts';
import { type RemoteServer, startRemoteServer } from '../../../app/testing/remote-server.ts';
import { withTenant } from '../../../store/tenant.ts';

let app: TestApp;
let remote: RemoteServer;
let thief: RemoteServer;
let ann: string;
let admin: string;
let annId: string;
let instance: string;
let instanceId: string;

const confirmPath = () => `/instances/${instance}/credentials/confirm`;
const slotPath = () => `/instances/${instance}/credentials/Authorization`;
const acquire = (set: string) =>
  app.services.supervisor.acquire(app.organizationId, instanceId, set);
const account = async () =>
  (await app.request('GET', `/instances/${instance}/accounts`, undefined, ann)).body;

async function create(owner: object, name: string, key?: string): Promise<string> {
  const fields = { key: `key-of-${name}` };
  const body = { name: `${name}-${newId()}`, kind: 'api_key', owner, fields };
  return (await app.request('POST', '/credentials', body, key)).body.id;
}

/** As a lock, an update or a variable of the address can do it. */
async function redirect(url: string): Promise<void> {
  await withTenant(app.services.db, app.organizationId, async (tx) => {
    const row = await tx
      .selectFrom('instances')
      .select('launch')
      .where('id', '=', instanceId)
      .executeTakeFirstOrThrow();
    const launch = JSON.stringify(Object.assign({}, row.launch, { url }));
    await tx.updateTable('instances').set({ launch }).where('id', '=', instanceId).execute();
  });
  await app.services.supervisor.stop(instanceId);
}

beforeAll(async () => {
  app = await buildApp();
  [remote, thief] = await Promise.all([startRemoteServer(), startRemoteServer()]);
  [admin, ann] = await Promise.all([app.buildMember('admin'), app.buildMember('member')]);
  instance = `r-${newId().slice(-12)}`;
  const added = await app.request('POST', '/instances', {
    server: remote.url,
    slug: instance,
    allowPrivateNetwork: true,
  });
  expect(added.body.at(-1)?.data).toMatchObject({ type: 'done' });
  instanceId = (await app.request('GET', `/instances/${instance}`)).body.id;
  const slots = [{ slot: 'Authorization', template: 'Bearer {value}' }];
  await app.request('PUT', `/instances/${instance}/account`, { account: 'member', slots });
  const credential = await create({ kind: 'member' }, 'ann', ann);
  const bound = await app.request('PUT', slotPath(), { credential }, ann);
  annId = bound.body.for.id;
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await remote[Symbol.asyncDispose]();
  await thief[Symbol.asyncDispose]();
});

describe("a member's binding", () => {
  it('is given nobody else when an admin redirects the instance, until its owner confirms', async () => {
    await acquire(`member:${annId}`);
    expect(remote.authorizations.at(-1)).toBe('Bearer key-of-ann');
    const shown = (await account()).destination.digest;

    await redirect(thief.url);
    await expect(acquire(`member:${annId}`)).rejects.toMatchObject({
      code: 'sign_in_required',
      message: expect.stringContaining(`plugboard credential confirm ${instance}`),
      details: { reason: 'destination_changed', who: { kind: 'member', id: annId } },
    });
    expect(thief.authorizations.filter(Boolean)).toEqual([]);
    const seen = await account();
    expect(seen).toMatchObject({ ready: false, slots: [{ filled: true }] });
    expect(seen.slots[0].changes.join()).toContain(thief.url);
    expect((await app.request('GET', '/accounts', undefined, ann)).body.accounts[0].ready).toBe(
      false,
    );

    const confirm = (destination: string, key?: string) =>
      app.request('POST', confirmPath(), { destination }, key);
    // What was shown before is not what is confirmed, and nobody confirms for another.
    expect((await confirm(shown, ann)).status).toBe(409);
    for (const key of [admin, app.ownerKey]) {
      expect((await confirm(seen.destination.digest, key)).status).toBe(404);
    }
    await expect(acquire(`member:${annId}`)).rejects.toMatchObject({ code: 'sign_in_required' });

    const done = await confirm(seen.destination.digest, ann);
    expect(done.body).toEqual({ confirmed: ['Authorization'] });
    await acquire(`member:${annId}`);
    expect(thief.authorizations.at(-1)).toBe('Bearer key-of-ann');
    expect((await account()).ready).toBe(true);
    const { body } = await app.request('GET', '/audit?kind=credential.confirmed');
    expect(JSON.stringify(body)).toContain('address');
  });

  it('waits when a header is added by configuring, too', async () => {
    await redirect(remote.url);
    const { destination } = await account();
    await app.request('POST', confirmPath(), { destination: destination.digest }, ann);
    const changed = await app.request(
      'POST',
      `/instances/${instance}/configuration`,
      { settings: { headers: { 'X-Forward-To': 'elsewhere' } } },
      admin,
    );
    expect(changed.body.at(-1)?.data).toMatchObject({ type: 'done' });
    await expect(acquire(`member:${annId}`)).rejects.toMatchObject({ code: 'sign_in_required' });
  });

  it('of whoever changes the instance goes with the change, unless it was waiting', async () => {
    const credential = await create({ kind: 'member' }, 'admin', admin);
    const bound = await app.request('PUT', slotPath(), { credential }, admin);
    const adminId = bound.body.for.id;
    const configure = (headers: object) =>
      app.request('POST', `/instances/${instance}/configuration`, { settings: { headers } }, admin);
    const changed = await configure({ 'X-Other': '1' });
    expect(changed.body.at(-1)?.data).toMatchObject({ type: 'done' });
    await acquire(`member:${adminId}`);
    expect(remote.authorizations.at(-1)).toBe('Bearer key-of-admin');

    await redirect(thief.url);
    const before = thief.authorizations.length;
    const refused = await configure({ 'X-Other': '2' });
    expect(JSON.stringify(refused.body)).toContain('credential confirm');
    const settings = { headers: { 'X-Other': '2' } };
    const path = `/instances/${instance}/configuration/test`;
    const tested = await app.request('POST', path, { settings }, admin);
    expect(JSON.stringify(tested.body)).toContain('credential confirm');
    expect(thief.authorizations.slice(before).filter(Boolean)).toEqual([]);
    await redirect(remote.url);
  });
});

describe('the bindings of the organization', () => {
  it('open wherever the instance lies', async () => {
    await app.request('PUT', `/instances/${instance}/account`, { account: 'organization' });
    const credential = await create({ kind: 'organization' }, 'ours');
    await app.request('PUT', slotPath(), { credential });
    await redirect(thief.url);
    await acquire('shared');
    expect(thief.authorizations.at(-1)).toBe('Bearer key-of-ours');
    const { body } = await app.request('GET', `/instances/${instance}/credentials`);
    const shared = body.slots[0].bindings.filter(
      (each: { for: { kind: string } }) => each.for.kind === 'organization',
    );
    expect(shared).toHaveLength(1);
    expect(shared[0].changes).toBeUndefined();
  });

  it('lent to an agent open too, and an agent’s own wait for who answers for it', async () => {
    await redirect(remote.url);
    await app.request('DELETE', slotPath(), { for: 'organization' });
    const slots = [{ slot: 'Authorization', template: 'Bearer {value}' }];
    await app.request('PUT', `/instances/${instance}/account`, { account: 'agent', slots });
    const agentId: string = (await app.request('GET', '/agents')).body.agents[0].id;
    const lent = await create({ kind: 'organization' }, 'lent');
    const forAgent = { for: { kind: 'agent', agent: 'demo' } };
    await app.request('PUT', slotPath(), { credential: lent, ...forAgent });
    await redirect(thief.url);
    await acquire(`agent:${agentId}`);
    expect(thief.authorizations.at(-1)).toBe('Bearer key-of-lent');

    const own = await create({ kind: 'agent', agent: 'demo' }, 'agents');
    await app.request('PUT', slotPath(), { credential: own, ...forAgent });
    await redirect(remote.url);
    await expect(acquire(`agent:${agentId}`)).rejects.toMatchObject({ code: 'sign_in_required' });
    const { body } = await app.request('GET', `/instances/${instance}/credentials`);
    const confirmation = { destination: body.destination.digest, agent: 'demo' };
    expect((await app.request('POST', confirmPath(), confirmation, ann)).status).toBe(403);
    expect((await app.request('POST', confirmPath(), confirmation)).status).toBe(200);
    await acquire(`agent:${agentId}`);
    expect(remote.authorizations.at(-1)).toBe('Bearer key-of-agents');
  });
});
