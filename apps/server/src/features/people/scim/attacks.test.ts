import type { Member } from '@plugboard/contracts/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildApp, type TestApp } from '../../../app/testing/build-app.ts';
import { withTenant } from '../../../store/tenant.ts';
import { signIn, signInInvited, signInOwner } from '../testing/browser.ts';
import { issueScimToken } from './scim-token.ts';
import {
  connectDirectory,
  type DirectoryClient,
  directoryClient,
  entraUser,
  patch,
  proveDomain,
} from './testing/directory-client.ts';

let app: TestApp;
let scim: DirectoryClient;
/** Of another organization of the installation. */
let otherKey: string;
let other: DirectoryClient;
beforeAll(async () => {
  app = await buildApp();
  scim = await connectDirectory(app);
  const made = await app.request('POST', '/organizations', { name: 'Other' });
  otherKey = made.body.key;
  other = await connectDirectory(app, otherKey);
});
afterAll(() => app[Symbol.asyncDispose]());

async function members(key = app.ownerKey): Promise<readonly Member[]> {
  const { body } = await app.request('GET', '/members', undefined, key);
  return body.members;
}

async function roleOf(email: string): Promise<string | undefined> {
  return (await members()).find((each) => each.email === email)?.role;
}

describe('a token', () => {
  it('is needed, and is one for directories that works', async () => {
    const created = await app.request('POST', '/scim/tokens', { name: 'gone' });
    const { id, token } = created.body;
    await app.request('DELETE', `/scim/tokens/${id}`);
    const soon = new Date(Date.now() + 1500).toISOString();
    const short = await app.request('POST', '/scim/tokens', { name: 'short', expiresAt: soon });
    await withTenant(app.services.db, app.organizationId, (tx) =>
      tx
        .updateTable('scim_tokens')
        .set({ expires_at: new Date(Date.now() - 1) })
        .where('id', '=', short.body.id)
        .execute(),
    );
    const unknown = issueScimToken(app.organizationId).token.reveal();
    const tokens = [token, short.body.token, unknown, app.ownerKey, app.demoToken, '', 'x'];
    for (const each of tokens) {
      const refused = await directoryClient(app, each)('GET', '/Users');
      expect(refused.status).toBe(401);
      expect(refused.headers.get('www-authenticate')).toBe('Bearer');
      expect(refused.body).toMatchObject({
        schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
        status: '401',
      });
    }
    const log = await app.request('GET', '/audit?kind=scim.refused&limit=10');
    const reasons = log.body.entries.map(
      (each: { record: { change: { reason: string } } }) => each.record.change.reason,
    );
    expect(reasons.sort()).toEqual(['expired', 'revoked']);
    // Nor is it one for anything else.
    const good = await app.request('POST', '/scim/tokens', { name: 'good' });
    expect((await app.request('GET', '/me', undefined, good.body.token)).status).toBe(401);
    expect(await app.services.agents.find(good.body.token)).toBeUndefined();
  });

  it('is kept as a hash, shown once, and its use is known', async () => {
    const made = await app.request('POST', '/scim/tokens', { name: 'once' });
    const { token, id } = made.body;
    await directoryClient(app, token)('GET', '/Users');
    const listed = await app.request('GET', '/scim/tokens');
    const audit = await app.request('GET', '/audit?limit=1000');
    for (const { body } of [listed, audit]) expect(JSON.stringify(body)).not.toContain(token);
    const one = listed.body.tokens.find((each: { id: string }) => each.id === id);
    expect(one).toMatchObject({ state: 'active', hint: token.slice(-4) });
    expect(one.lastUsedAt).toBeDefined();
  });

  it('is made by owners alone, a session of a browser none', async () => {
    for (const role of ['admin', 'member', 'auditor'] as const) {
      const key = await app.buildMember(role);
      const { status } = await app.request('POST', '/scim/tokens', { name: 'x' }, key);
      expect(status).toBe(403);
    }
    const owner = await signInOwner(app);
    expect((await owner.get('/scim/v2/Users')).status).toBe(401);
  });

  it('that is none is not tried for ever', async () => {
    const guess = directoryClient(app, issueScimToken(app.organizationId).token.reveal());
    let status = 0;
    for (let i = 0; i < 40 && status !== 429; i++) {
      const refused = await guess('GET', '/Users');
      status = refused.status;
      if (status === 429) expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    }
    expect(status).toBe(429);
    expect((await scim('GET', '/Users')).status).toBe(200);
  });
});

describe('a directory', () => {
  it('is answered so often in a minute, and then told to wait', async () => {
    const busy = await connectDirectory(app);
    expect((await busy('GET', '/Users')).status).toBe(200);
    const { db } = app.services;
    const counts = await db.selectFrom('sign_in_limits').selectAll().execute();
    await db.updateTable('sign_in_limits').set({ attempts: 1200 }).execute();
    const refused = await busy('GET', '/Users');
    expect([refused.status, refused.body.status]).toEqual([429, '429']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    for (const { key, attempts } of counts) {
      await db.updateTable('sign_in_limits').set({ attempts }).where('key', '=', key).execute();
    }
  });
});

describe('another organization', () => {
  it('sees and changes nothing here', async () => {
    const user = (await scim('POST', '/Users', entraUser('vic@example.com'))).body;
    const group = (await scim('POST', '/Groups', { displayName: 'Here' })).body;
    expect((await other('GET', '/Users')).body.totalResults).toBe(0);
    expect((await other('GET', '/Groups')).body.totalResults).toBe(0);
    const off = patch({ op: 'replace', path: 'active', value: false });
    for (const answer of [
      await other('GET', `/Users/${user.id}`),
      await other('PUT', `/Users/${user.id}`, entraUser('vic@example.com')),
      await other('PATCH', `/Users/${user.id}`, off),
      await other('DELETE', `/Users/${user.id}`),
      await other('GET', `/Groups/${group.id}`),
      await other('PATCH', `/Groups/${group.id}`, patch({ op: 'remove', path: 'members' })),
      await other('DELETE', `/Groups/${group.id}`),
    ]) {
      expect([answer.status, answer.body.status]).toEqual([404, '404']);
    }
    const mine = await other('POST', '/Groups', {
      displayName: 'x',
      members: [{ value: user.id }],
    });
    expect([mine.status, mine.body.scimType]).toEqual([400, 'invalidValue']);
    const mapped = await app.request(
      'PUT',
      `/scim/groups/${group.id}/role`,
      { role: 'admin' },
      otherKey,
    );
    expect(mapped.status).toBe(404);
    expect((await scim('GET', `/Users/${user.id}`)).body.active).toBe(true);
  });

  it('does not take over who is a member here by naming their address', async () => {
    const email = 'target@example.com';
    const target = await signInInvited(app, email);
    for (const body of [
      entraUser(email),
      entraUser('x@example.com', { emails: [{ value: email.toUpperCase(), primary: true }] }),
    ]) {
      const refused = await other('POST', '/Users', body);
      expect([refused.status, refused.body.scimType]).toEqual([409, 'uniqueness']);
    }
    const own = (await other('POST', '/Users', entraUser('own@example.com'))).body;
    // To say that one's own user has their address changes what this directory says and no account.
    const renamed = await other(
      'PATCH',
      `/Users/${own.id}`,
      patch({ op: 'replace', value: { userName: email, emails: [{ value: email }] } }),
    );
    expect(renamed.status).toBe(200);
    expect((await members(otherKey)).map((each) => each.email)).not.toContain(email);
    await other('DELETE', `/Users/${own.id}`);
    expect((await target.api('GET', '/me')).status).toBe(200);
    expect((await signIn(app, email)).cookies.size).toBeGreaterThan(0);
  });

  it('changes of who is a member of both what is its own alone', async () => {
    const email = 'both@shared.example';
    const both = await signInInvited(app, email);
    const invited = await app.request('POST', '/invitations', { email, role: 'member' }, otherKey);
    const { pathname } = new URL(invited.body.link);
    expect((await both.submit(pathname, pathname, {})).status).toBe(303);
    expect((await other('POST', '/Users', entraUser(email))).status).toBe(409);
    const { id: otherId } = (await app.request('GET', '/organization', undefined, otherKey)).body;
    await proveDomain(app, otherId, 'shared.example');
    const { body } = await other('POST', '/Users', entraUser(email));
    const changes = {
      active: false,
      displayName: 'Nobody',
      'emails[type eq "work"].value': 'n@x.io',
    };
    expect(
      (await other('PATCH', `/Users/${body.id}`, patch({ op: 'add', value: changes }))).status,
    ).toBe(200);
    const user = app.services.db.selectFrom('users').select(['name', 'email']);
    expect(await user.where('email', '=', email).executeTakeFirst()).toEqual({
      name: 'both',
      email,
    });
    const here = { 'x-plugboard-organization': app.organizationId };
    const there = { 'x-plugboard-organization': otherId };
    expect((await both.api('GET', '/me', undefined, here)).status).toBe(200);
    expect((await both.api('GET', '/me', undefined, there)).status).toBe(403);
    expect((await members()).find((each) => each.email === email)).toMatchObject({
      name: 'both',
      state: 'active',
    });
    expect((await other('DELETE', `/Users/${body.id}`)).status).toBe(204);
    expect((await both.api('GET', '/me', undefined, here)).status).toBe(200);
    // Who is a member elsewhere only is refused, of a proven domain as well.
    expect((await other('POST', '/Users', entraUser(email))).status).toBe(409);
    const log = await app.request('GET', '/audit?kind=scim.refused&limit=1', undefined, otherKey);
    expect(log.body.entries[0].record.change).toMatchObject({ reason: 'account', source: 'scim' });
    expect(JSON.stringify(log.body)).not.toContain(email);
  });

  it('keeps no way in to an account that a directory makes anew', async () => {
    const email = 'early@example.com';
    const early = await signInInvited(app, email);
    await app.request('DELETE', `/members/${email}`);
    const made = await other('POST', '/Users', entraUser(email));
    expect(made.status).toBe(201);
    expect((await early.api('GET', '/me')).status).toBe(401);
    expect((await signIn(app, email)).cookies.size).toBe(0);
  });
});

describe('a filter', () => {
  it.each([
    `userName eq "x" or "1" eq "1"`,
    `userName eq "x' or '1'='1" or id pr`,
    'userName co "e"',
    'userName sw ""',
    'id pr',
    'password eq "x"',
    '__proto__ eq "x"',
    'constructor eq "x"',
    'userName eq true',
    'not (userName eq "x")',
    `userName eq "${'x'.repeat(2000)}"`,
    `userName eq "\\u0000"`,
    `emails[type eq "work" and value co "@"] eq "x"`,
  ])('is refused and not left out: %s', async (filter) => {
    const { status, body } = await scim('GET', `/Users?filter=${encodeURIComponent(filter)}`);
    expect([status, body.scimType]).toEqual([400, 'invalidFilter']);
    expect(body.Resources).toBeUndefined();
  });

  it('is a value and no statement', async () => {
    for (const value of ["' or 1=1 --", '%', '_', '\\", or \\"']) {
      const filter = encodeURIComponent(`userName eq ${JSON.stringify(value)}`);
      expect((await scim('GET', `/Users?filter=${filter}`)).body.totalResults).toBe(0);
    }
    const id = encodeURIComponent('id eq "no id"');
    expect((await scim('GET', `/Users?filter=${id}`)).body.totalResults).toBe(0);
    expect((await scim('GET', `/Users/${encodeURIComponent("' or 1=1")}`)).status).toBe(404);
  });
});

describe('a change', () => {
  it('reaches no attribute but those of a list', async () => {
    const email = 'plain@example.com';
    const { body } = await scim('POST', '/Users', {
      ...entraUser(email),
      id: 'chosen',
      roles: [{ value: 'owner' }],
      groups: [{ value: 'x' }],
      role: 'owner',
      given_role: 'owner',
      member_id: 'x',
      organization_id: 'x',
      password: 'hunter2hunter2',
      entitlements: ['admin'],
    });
    expect(body.id).not.toBe('chosen');
    expect(await roleOf(email)).toBe('member');
    for (const path of [
      'id',
      'meta.created',
      'groups',
      'roles',
      'roles[primary eq "True"].value',
      'role',
      'given_role',
      'member_id',
      'organization_id',
      'password',
      'entitlements',
      '__proto__.role',
      'constructor',
      'name.__proto__',
      'emails[value eq "x"].value',
      'urn:ietf:params:scim:schemas:core:2.0:User:roles',
    ]) {
      const at = await scim(
        'PATCH',
        `/Users/${body.id}`,
        patch({ op: 'add', path, value: 'owner' }),
      );
      expect(at.status, path).toBe(400);
      expect(['invalidPath', 'mutability'], path).toContain(at.body.scimType);
      const within = `{"schemas":[],"Operations":[{"op":"add","value":{${JSON.stringify(path)}:"owner"}}]}`;
      expect((await scim('PATCH', `/Users/${body.id}`, within)).status, path).toBe(400);
    }
    expect(await roleOf(email)).toBe('member');
    expect((await signIn(app, email, 'hunter2hunter2')).cookies.size).toBe(0);
  });

  it('has a form', async () => {
    const { body } = await scim('POST', '/Users', entraUser('form@example.com'));
    const at = `/Users/${body.id}`;
    for (const wrong of [
      '',
      'null',
      '[]',
      '{"Operations"',
      {},
      patch(),
      patch({ op: 'copy', path: 'active', value: true }),
      patch({ op: 'replace', path: 7, value: true }),
      patch({ op: 'remove' }),
      patch({ op: 'remove', path: 'active' }),
      patch({ op: 'remove', path: 'userName' }),
      patch({ op: 'replace', path: 'active', value: 'perhaps' }),
      patch({ op: 'replace', path: 'userName', value: '' }),
      patch({ op: 'replace', path: 'displayName', value: 'a\nb' }),
      patch({ op: 'replace', path: 'displayName', value: 'x'.repeat(201) }),
      patch({ op: 'replace', path: 'displayName', value: { toString: 'x' } }),
      patch({ op: 'replace', path: 'emails', value: [{ value: 'no address' }] }),
      patch({ op: 'replace', value: 'text' }),
      patch(...Array.from({ length: 201 }, () => ({ op: 'add', path: 'title', value: 'x' }))),
    ]) {
      const refused = await scim('PATCH', at, wrong);
      expect([refused.status, refused.body.status], JSON.stringify(wrong)).toEqual([400, '400']);
    }
    expect((await scim('GET', at)).body).toMatchObject({
      active: true,
      displayName: 'Ann Example',
    });
  });

  it('is not too large', async () => {
    const large = entraUser('large@example.com', { title: 'x'.repeat(300_000) });
    const { status, body } = await scim('POST', '/Users', large);
    expect([status, body.status]).toEqual([413, '413']);
  });
});

describe('an owner', () => {
  it('is not made by a group that no owner said it of', async () => {
    const { body } = await scim('POST', '/Users', entraUser('climber@example.com'));
    for (const displayName of ['owner', 'Owners', 'admin']) {
      await scim('POST', '/Groups', { displayName, role: 'owner', members: [{ value: body.id }] });
    }
    const admin = await app.buildMember('admin');
    const mapped = await app.request('PUT', '/scim/groups/Owners/role', { role: 'owner' }, admin);
    expect(mapped.status).toBe(403);
    expect(await roleOf('climber@example.com')).toBe('member');
  });

  it('who is the last one stays, in every way', async () => {
    const { body } = await scim('POST', '/Users', entraUser('last@example.com'));
    const group = (await scim('POST', '/Groups', { displayName: 'Lords' })).body;
    await app.request('PUT', `/scim/groups/${group.id}/role`, { role: 'owner' });
    const add = patch({ op: 'add', path: 'members', value: [{ value: body.id }] });
    await scim('PATCH', `/Groups/${group.id}`, add);
    expect(await roleOf('last@example.com')).toBe('owner');
    // All other owners leave.
    const others = (await members()).filter(
      (each) => each.role === 'owner' && each.email !== 'last@example.com',
    );
    const ownerId = (await app.request('GET', '/me')).body.memberId;
    for (const each of others.filter(({ id }) => id !== ownerId)) {
      await app.request('PUT', `/members/${each.id}/role`, { role: 'member' });
    }
    await app.request('PUT', `/members/${ownerId}/role`, { role: 'admin' });
    for (const answer of [
      await scim('PATCH', `/Users/${body.id}`, patch({ op: 'replace', value: { active: false } })),
      await scim('PUT', `/Users/${body.id}`, entraUser('last@example.com', { active: false })),
      await scim('DELETE', `/Users/${body.id}`),
      await scim('PATCH', `/Groups/${group.id}`, patch({ op: 'remove', path: 'members' })),
      await scim('PUT', `/Groups/${group.id}`, { displayName: 'Lords' }),
      await scim('DELETE', `/Groups/${group.id}`),
    ]) {
      expect([answer.status, answer.body.status]).toEqual([409, '409']);
    }
    expect(await roleOf('last@example.com')).toBe('owner');
    expect((await scim('GET', `/Groups/${group.id}`)).body.members).toHaveLength(1);
  });
});
