import { newId } from '@plugboard/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildApp, type TestApp } from '../../app/testing/build-app.ts';
import { withTenant } from '../../store/tenant.ts';
import { signInInvited, signInOwner } from '../people/testing/browser.ts';

let app: TestApp;
beforeAll(async () => void (app = await buildApp()));
afterAll(() => app[Symbol.asyncDispose]());

async function idOf(key: string): Promise<string> {
  return (await app.request('GET', '/me', undefined, key)).body.memberId;
}

/** An agent of a member's own, with a token. */
async function ownAgent(memberId: string, slug: string): Promise<{ id: string; token: string }> {
  const { body } = await app.request('POST', '/agents', { slug });
  await withTenant(app.services.db, app.organizationId, (tx) =>
    tx.updateTable('agents').set({ member_id: memberId }).where('id', '=', body.id).execute(),
  );
  const token = await app.request('POST', `/agents/${slug}/tokens`, {});
  return { id: body.id, token: token.body.token };
}

describe('roles', () => {
  it('are not raised by who would gain by it', async () => {
    const admin = await app.buildMember('admin');
    const member = await app.buildMember('member');
    const [adminId, memberId, ownerId] = await Promise.all([admin, member, app.ownerKey].map(idOf));
    for (const [key, who, role] of [
      [admin, adminId, 'owner'],
      [admin, memberId, 'owner'],
      [admin, ownerId, 'member'],
      [member, memberId, 'admin'],
      [member, memberId, 'owner'],
      [admin, adminId, 'member'],
    ] as const) {
      const refused = await app.request('PUT', `/members/${who}/role`, { role }, key);
      expect(refused.status).toBe(403);
    }
    for (const [method, path] of [
      ['POST', `/members/${ownerId}/suspend`],
      ['DELETE', `/members/${ownerId}`],
      ['POST', `/members/${ownerId}/reset-link`],
    ] as const) {
      expect(
        (await app.request(method, path, method === 'POST' ? {} : undefined, admin)).status,
      ).toBe(403);
    }
    const invited = await app.request(
      'POST',
      '/invitations',
      { email: 'x@example.com', role: 'owner' },
      admin,
    );
    expect(invited.status).toBe(403);
    // By the place of an owner who never signed in.
    const place = await app.request(
      'POST',
      '/invitations',
      { email: 'x@example.com', role: 'member', member: ownerId },
      admin,
    );
    expect(place.status).toBe(403);
    const log = await app.request('GET', '/audit?kind=member.refused&limit=1000');
    expect(log.body.entries).toHaveLength(11);
    const raised = await app.request('PUT', `/members/${memberId}/role`, { role: 'admin' }, admin);
    expect(raised.body).toMatchObject({ role: 'admin' });
  });

  it('leave an organization never without an owner', async () => {
    const ownerId = await idOf(app.ownerKey);
    for (const [method, path, body] of [
      ['PUT', `/members/${ownerId}/role`, { role: 'admin' }],
      ['DELETE', `/members/${ownerId}`, undefined],
    ] as const) {
      const refused = await app.request(method, path, body);
      expect(refused.body).toMatchObject({ code: 'conflict', details: { reason: 'last_owner' } });
    }
    const second = await app.buildMember('owner');
    const left = await Promise.all([
      app.request('PUT', `/members/${ownerId}/role`, { role: 'admin' }),
      app.request('PUT', `/members/${await idOf(second)}/role`, { role: 'admin' }, second),
    ]);
    expect(new Set(left.map(({ status }) => status))).toEqual(new Set([200, 409]));
    const { body } = await app.request('GET', '/members');
    expect(body.members.filter(({ role }: { role: string }) => role === 'owner')).toHaveLength(1);
    await withTenant(app.services.db, app.organizationId, (tx) =>
      tx.updateTable('members').set({ role: 'owner' }).where('id', '=', ownerId).execute(),
    );
  });

  it('end the sessions of who gains by another', async () => {
    await signInOwner(app);
    const ann = await signInInvited(app, 'ann@example.com');
    await app.request('PUT', '/members/ann@example.com/role', { role: 'admin' });
    expect((await ann.api('GET', '/me')).status).toBe(401);
  });
});

describe('a suspended member', () => {
  it('has no session, no API key, no agent, until reinstated', async () => {
    const sue = await signInInvited(app, 'sue@example.com', 'admin');
    const made = await sue.api('POST', '/keys', { name: 'mine' });
    const { key, memberId } = JSON.parse(await made.text());
    const agent = await ownAgent(memberId, 'sues');
    expect(await app.services.agents.find(agent.token)).toBeDefined();

    await app.request('POST', '/members/sue@example.com/suspend', {});
    expect((await sue.api('GET', '/me')).status).toBe(403);
    expect((await app.request('GET', '/me', undefined, key)).status).toBe(401);
    expect(await app.services.agents.find(agent.token)).toBeUndefined();
    const page = await sue.submit('/account', '/account/keys', { name: 'another' });
    expect(page.status).toBe(400);

    await app.request('POST', '/members/sue@example.com/reinstate', {});
    expect((await sue.api('GET', '/me')).status).toBe(200);
    expect((await app.request('GET', '/me', undefined, key)).status).toBe(200);
    expect(await app.services.agents.find(agent.token)).toBeDefined();
  });
});

describe('a removed member', () => {
  it('leaves nothing that opens anything', async () => {
    const key = await app.buildMember('member');
    const id = await idOf(key);
    const agent = await ownAgent(id, 'removed');
    const owner = { organizationId: app.organizationId, kind: 'member' as const, id };
    await app.services.keyring.current(owner);
    expect((await app.request('DELETE', `/members/${id}`)).status).toBe(200);
    expect((await app.request('GET', '/me', undefined, key)).status).toBe(401);
    expect(await app.services.agents.find(agent.token)).toBeUndefined();
    expect(await app.services.keyring.all(owner)).toEqual([]);
    const { body } = await app.request('GET', '/audit?kind=member.removed');
    expect(body.entries[0].record.change).toMatchObject({ id, agents: ['removed'] });
  });

  it('may hand agents over, whose tokens end', async () => {
    const leaving = await app.buildMember('member');
    const heir = await idOf(await app.buildMember('member'));
    const id = await idOf(leaving);
    const agent = await ownAgent(id, 'inherited');
    const gone = await app.request('DELETE', `/members/${id}`, { handOverTo: heir }, leaving);
    expect(gone.status).toBe(200);
    expect(await app.services.agents.find(agent.token)).toBeUndefined();
    const row = await withTenant(app.services.db, app.organizationId, (tx) =>
      tx.selectFrom('agents').select('member_id').where('id', '=', agent.id).executeTakeFirst(),
    );
    expect(row?.member_id).toBe(heir);
  });
});

describe('API keys', () => {
  it('are made for oneself, listed, and revoked at once', async () => {
    const key = await app.buildMember('auditor');
    const made = await app.request(
      'POST',
      '/keys',
      { name: 'ci', expiresAt: '2099-01-01T00:00:00Z' },
      key,
    );
    expect(made.body).toMatchObject({ name: 'ci', state: 'active' });
    expect((await app.request('GET', '/me', undefined, made.body.key)).body.role).toBe('auditor');
    expect((await app.request('GET', '/keys?all=true', undefined, key)).status).toBe(403);
    const all = await app.request('GET', '/keys?all=true');
    expect(JSON.stringify(all.body)).not.toContain(made.body.key);
    const other = await app.buildMember('member');
    expect((await app.request('DELETE', `/keys/${made.body.id}`, undefined, other)).status).toBe(
      403,
    );
    expect((await app.request('DELETE', `/keys/${made.body.id}`, undefined, key)).status).toBe(200);
    expect((await app.request('GET', '/me', undefined, made.body.key)).status).toBe(401);
    expect((await app.request('DELETE', `/keys/${newId()}`)).status).toBe(404);
  });
});

describe('organizations', () => {
  it('are made by owners of the first one, and apart from it', async () => {
    const made = await app.request(
      'POST',
      '/organizations',
      { name: 'Second' },
      await app.buildMember('owner'),
    );
    expect(made.body).toMatchObject({ name: 'Second', members: 1 });
    const { key } = made.body;
    const there = await app.request('GET', '/organization', undefined, key);
    expect(there.body).toMatchObject({ id: made.body.id, name: 'Second' });
    expect((await app.request('GET', '/agents', undefined, key)).body.agents).toEqual([]);
    const third = await app.request('POST', '/organizations', { name: 'Third' }, key);
    expect(third.status).toBe(403);
    const renamed = await app.request('PATCH', '/organization', { name: 'Deux' }, key);
    expect(renamed.body.name).toBe('Deux');
    // A member of one is nobody in the other.
    const ownerId = await idOf(app.ownerKey);
    expect((await app.request('DELETE', `/members/${ownerId}`, undefined, key)).status).toBe(404);
  });

  it('are switched by who is a member of several', async () => {
    const olga = await signInOwner(app, 'olga@example.com');
    const made = await olga.api('POST', '/organizations', { name: 'Olgas' });
    const { id, key } = JSON.parse(await made.text());
    expect(key).toBeUndefined();
    const switched = await olga.submit('/account', '/account/organization', { organization: id });
    expect(switched.status).toBe(303);
    expect(await (await olga.api('GET', '/me')).json()).toMatchObject({ organizationId: id });
    const named = await olga.api('GET', '/me', undefined, {
      'x-plugboard-organization': app.organizationId,
    });
    expect(await named.json()).toMatchObject({ organizationId: app.organizationId });
  });

  it('give no admin a way into another organization by a reset link', async () => {
    const olga = await signInOwner(app, 'olga@example.com');
    const { memberId } = JSON.parse(await (await olga.api('GET', '/me')).text());
    const second = await app.buildMember('owner');
    const refused = await app.request('POST', `/members/${memberId}/reset-link`, {}, second);
    expect(refused.body).toMatchObject({
      code: 'forbidden',
      details: { reason: 'member_elsewhere' },
    });
  });
});
