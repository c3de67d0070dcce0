import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildApp, type TestApp } from '../../../app/testing/build-app.ts';
import { withTenant } from '../../../store/tenant.ts';
import { insertResetLink } from '../reset-links.ts';
import { Browser, goodPassword, signIn, signInInvited, signInOwner } from '../testing/browser.ts';
import {
  connectDirectory,
  type DirectoryClient,
  entraUser,
  patch,
  proveDomain,
} from './testing/directory-client.ts';

let app: TestApp;
let scim: DirectoryClient;
beforeAll(async () => {
  app = await buildApp();
  scim = await connectDirectory(app);
});
afterAll(() => app[Symbol.asyncDispose]());

async function memberOf(email: string) {
  const { body } = await app.request('GET', '/members');
  return body.members.find((each: { email?: string }) => each.email === email);
}

async function latest(kind: string) {
  const { body } = await app.request('GET', `/audit?kind=${kind}&limit=1`);
  return body.entries[0]?.record;
}

/** Who was provisioned sets a password by a link, as by mail. */
async function signInProvisioned(email: string): Promise<Browser> {
  const { id } = await app.services.db
    .selectFrom('users')
    .select('id')
    .where('email', '=', email)
    .executeTakeFirstOrThrow();
  const { link } = await insertResetLink(app.services, id);
  const browser = new Browser(app);
  await browser.post(new URL(link.reveal()).pathname, {
    password: goodPassword,
    again: goodPassword,
  });
  return signIn(app, email);
}

describe('a User as Entra ID sends it', () => {
  it('is looked for, made, read, and found again', async () => {
    const email = 'ann@example.com';
    const filter = encodeURIComponent(`userName eq "${email}"`);
    const none = await scim('GET', `/Users?filter=${filter}`);
    expect(none.body).toMatchObject({ totalResults: 0, Resources: [], itemsPerPage: 0 });
    const made = await scim('POST', '/Users', entraUser(email));
    expect(made.status).toBe(201);
    expect(made.headers.get('content-type')).toBe('application/scim+json');
    expect(made.headers.get('location')).toBe(
      `http://127.0.0.1:4477/scim/v2/Users/${made.body.id}`,
    );
    expect(made.body).toMatchObject({
      userName: email,
      externalId: `entra-${email}`,
      active: true,
      name: { givenName: 'Ann', familyName: 'Example' },
      emails: [{ value: email, primary: true }],
      meta: { resourceType: 'User' },
    });
    expect(await memberOf(email)).toMatchObject({ role: 'member', source: 'scim' });
    expect(await latest('member.joined')).toMatchObject({
      change: { source: 'scim', scimUserId: made.body.id, role: 'member' },
    });
    for (const text of [
      `userName eq "${email.toUpperCase()}"`,
      `externalId eq "entra-${email}"`,
      `emails[type eq "work"].value eq "${email}"`,
      `urn:ietf:params:scim:schemas:core:2.0:User:userName eq "${email}"`,
    ]) {
      const found = await scim('GET', `/Users?filter=${encodeURIComponent(text)}`);
      expect(found.body, text).toMatchObject({
        totalResults: 1,
        Resources: [{ id: made.body.id }],
      });
    }
    const again = await scim('POST', '/Users', entraUser(email));
    expect([again.status, again.body.scimType]).toEqual([409, 'uniqueness']);
    expect((await scim('GET', `/Users/${made.body.id}`)).body).toEqual(made.body);
  });

  it('is changed by its operations, attributes unknown here notwithstanding', async () => {
    const { body } = await scim('POST', '/Users', entraUser('eve@example.com'));
    const changed = await scim(
      'PATCH',
      `/Users/${body.id}`,
      patch(
        { op: 'Replace', path: 'displayName', value: 'Eve Example' },
        { op: 'Add', path: 'name.givenName', value: 'Eve' },
        { op: 'Replace', path: 'title', value: 'Boss' },
        {
          op: 'Add',
          path: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department',
          value: 'HR',
        },
        { op: 'Add', path: 'addresses[type eq "work"].formatted', value: 'Street 1' },
        { op: 'Replace', path: 'emails[type eq "work"].value', value: 'eve.new@example.com' },
        { op: 'Remove', path: 'name.formatted' },
      ),
    );
    expect(changed.body).toMatchObject({
      displayName: 'Eve Example',
      name: { givenName: 'Eve', familyName: 'Example' },
      emails: [{ value: 'eve.new@example.com' }],
      active: true,
    });
    expect(changed.body.name.formatted).toBeUndefined();
    // What they sign in with is theirs.
    expect(await memberOf('eve@example.com')).toMatchObject({ name: 'Eve Example' });
    expect((await latest('scim.user_changed'))?.change.fields).toContain('display_name');
  });

  it('is kept out at once and let in again', async () => {
    const email = 'sam@example.com';
    const { body } = await scim('POST', '/Users', entraUser(email));
    const browser = await signInProvisioned(email);
    const key = JSON.parse(await (await browser.api('POST', '/keys', { name: 'k' })).text());
    const agent = await app.request('POST', '/agents', { slug: 'sams' });
    await withTenant(app.services.db, app.organizationId, (tx) =>
      tx
        .updateTable('agents')
        .set({ member_id: key.memberId })
        .where('id', '=', agent.body.id)
        .execute(),
    );
    const { token } = (await app.request('POST', '/agents/sams/tokens', {})).body;
    expect(await app.services.agents.find(token)).toBeDefined();

    const off = { op: 'Replace', path: 'active', value: 'False' };
    const out = await scim('PATCH', `/Users/${body.id}`, patch(off));
    expect(out.body.active).toBe(false);
    expect((await browser.api('GET', '/me')).status).toBe(401);
    expect((await app.request('GET', '/me', undefined, key.key)).status).toBe(401);
    expect(await app.services.agents.find(token)).toBeUndefined();
    expect(await latest('member.suspended')).toMatchObject({ change: { source: 'scim' } });

    const on = { op: 'replace', value: { active: true } };
    expect((await scim('PATCH', `/Users/${body.id}`, patch(on))).body.active).toBe(true);
    expect((await app.request('GET', '/me', undefined, key.key)).status).toBe(200);
    expect(await app.services.agents.find(token)).toBeDefined();
    expect(await latest('member.reinstated')).toMatchObject({ change: { source: 'scim' } });
  });
});

describe('a User as Okta sends it', () => {
  const oktaUser = (email: string, more: object = {}) => ({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    userName: email,
    name: { givenName: 'Otto', familyName: 'Okta' },
    emails: [{ primary: true, value: email, type: 'work' }],
    displayName: 'Otto Okta',
    locale: 'en-US',
    externalId: `00u-${email}`,
    groups: [],
    password: '1mz050nq',
    active: true,
    ...more,
  });

  it('is made, replaced, deactivated and activated', async () => {
    const email = 'otto@example.com';
    const { body } = await scim('POST', '/Users', oktaUser(email));
    expect(JSON.stringify(body)).not.toContain('1mz050nq');
    const renamed = oktaUser(email, { displayName: undefined, name: { givenName: 'Ottilie' } });
    const put = await scim('PUT', `/Users/${body.id}`, renamed);
    expect(put.body).toMatchObject({ displayName: 'Ottilie', name: { givenName: 'Ottilie' } });
    const off = await scim(
      'PATCH',
      `/Users/${body.id}`,
      patch({ op: 'replace', value: { active: false } }),
    );
    expect(off.body.active).toBe(false);
    // What is not said lets nobody in.
    const silent = await scim('PUT', `/Users/${body.id}`, oktaUser(email, { active: undefined }));
    expect(silent.body.active).toBe(false);
    expect((await scim('PUT', `/Users/${body.id}`, oktaUser(email))).body.active).toBe(true);
    expect((await signIn(app, email, '1mz050nq')).cookies.size).toBe(0);
  });

  it('is removed with all that was theirs, and may come again', async () => {
    const email = 'rita@example.com';
    const { body } = await scim('POST', '/Users', oktaUser(email));
    const before = await signInProvisioned(email);
    const { id: memberId } = await memberOf(email);
    const owner = { organizationId: app.organizationId, kind: 'member' as const, id: memberId };
    await app.services.keyring.current(owner);
    expect((await scim('DELETE', `/Users/${body.id}`)).status).toBe(204);
    expect((await scim('GET', `/Users/${body.id}`)).status).toBe(404);
    expect(await memberOf(email)).toBeUndefined();
    expect(await app.services.keyring.all(owner)).toEqual([]);
    expect((await before.api('GET', '/me')).status).toBe(401);
    expect(await latest('member.removed')).toMatchObject({ change: { source: 'scim' } });
    const again = await scim('POST', '/Users', oktaUser(email));
    expect(again.status).toBe(201);
    // The password of before opens nothing: the account began anew.
    expect((await signIn(app, email)).cookies.size).toBe(0);
  });
});

describe('Users', () => {
  it('are listed in pages of a bounded size', async () => {
    for (let i = 0; i < 5; i++) await scim('POST', '/Users', entraUser(`page${i}@example.com`));
    const all = await scim('GET', '/Users?count=100000');
    expect(all.body.Resources.length).toBeLessThanOrEqual(100);
    const two = await scim('GET', '/Users?startIndex=2&count=2&attributes=userName');
    expect(two.body).toMatchObject({ startIndex: 2, itemsPerPage: 2 });
    expect(two.body.totalResults).toBe(all.body.totalResults);
    expect(two.body.Resources[0].id).toBe(all.body.Resources[1].id);
    expect(Object.keys(two.body.Resources[0]).sort()).toEqual(['id', 'schemas', 'userName']);
    const none = await scim('GET', '/Users?count=0');
    expect(none.body).toMatchObject({ Resources: [], totalResults: all.body.totalResults });
    expect((await scim('GET', '/Users?startIndex=-5&count=-1')).body.startIndex).toBe(1);
    expect((await scim('GET', '/Users?count=many')).status).toBe(400);
  });

  it('of whom another member was not made by the directory are not seen', async () => {
    await signInOwner(app);
    await signInInvited(app, 'invited@example.com');
    const { body } = await scim('GET', '/Users?count=100');
    const names = body.Resources.map((each: { userName: string }) => each.userName);
    expect(names).not.toContain('invited@example.com');
    expect(names).not.toContain('owner@example.com');
  });

  it('are made once, by however many requests at a time', async () => {
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => scim('POST', '/Users', entraUser('race@example.com'))),
    );
    const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b);
    expect(statuses).toEqual([201, 409, 409, 409, 409, 409]);
    expect(await memberOf('race@example.com')).toMatchObject({ role: 'member' });
  });

  it('who were suspended by hand are not let in by the directory', async () => {
    const email = 'hand@example.com';
    const { body } = await scim('POST', '/Users', entraUser(email));
    await app.request('POST', `/members/${email}/suspend`, {});
    const on = patch({ op: 'replace', path: 'active', value: true });
    expect((await scim('PATCH', `/Users/${body.id}`, on)).body.active).toBe(false);
    const off = patch({ op: 'replace', path: 'active', value: false });
    await scim('PATCH', `/Users/${body.id}`, off);
    expect((await scim('PATCH', `/Users/${body.id}`, on)).body.active).toBe(false);
  });
});

describe('Groups', () => {
  it('give the roles that an owner says, and no others', async () => {
    const user = (await scim('POST', '/Users', entraUser('gina@example.com'))).body;
    const other = (await scim('POST', '/Users', entraUser('gus@example.com'))).body;
    const made = await scim('POST', '/Groups', {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
      externalId: '8aa1a0c0',
      displayName: 'Plugboard owners',
      role: 'owner',
      members: [{ value: user.id }],
    });
    expect(made.status).toBe(201);
    expect(made.body.members).toMatchObject([{ value: user.id, display: 'gina@example.com' }]);
    expect(await memberOf('gina@example.com')).toMatchObject({ role: 'member' });
    const mapped = await app.request('PUT', '/scim/groups/Plugboard%20owners/role', {
      role: 'admin',
    });
    expect(mapped.body).toMatchObject({ role: 'admin', members: 1 });
    expect(await memberOf('gina@example.com')).toMatchObject({ role: 'admin' });

    // Entra ID.
    const group = `/Groups/${made.body.id}`;
    const value = [{ $ref: null, value: other.id }];
    expect((await scim('PATCH', group, patch({ op: 'Add', path: 'members', value }))).status).toBe(
      200,
    );
    expect(await memberOf('gus@example.com')).toMatchObject({ role: 'admin' });
    expect(await latest('member.role_set')).toMatchObject({
      change: { before: 'member', after: 'admin', source: 'scim', groupId: made.body.id },
    });
    await scim('PATCH', group, patch({ op: 'Remove', path: 'members', value }));
    expect(await memberOf('gus@example.com')).toMatchObject({ role: 'member' });
    // Okta.
    await scim(
      'PATCH',
      group,
      patch(
        { op: 'add', path: 'members', value: [{ value: other.id, display: 'gus' }] },
        { op: 'remove', path: `members[value eq "${user.id}"]` },
        { op: 'replace', value: { id: made.body.id, displayName: 'Admins' } },
      ),
    );
    const read = await scim('GET', group);
    expect(read.body).toMatchObject({ displayName: 'Admins', members: [{ value: other.id }] });
    expect(await memberOf('gina@example.com')).toMatchObject({ role: 'member' });
    const found = await scim(
      'GET',
      `/Groups?excludedAttributes=members&filter=${encodeURIComponent('displayName eq "admins"')}`,
    );
    expect(found.body.Resources[0].id).toBe(made.body.id);
    expect(found.body.Resources[0].members).toBeUndefined();
    const put = await scim('PUT', group, { displayName: 'Admins', members: [{ value: user.id }] });
    expect(put.body.members).toHaveLength(1);
    expect(await memberOf('gina@example.com')).toMatchObject({ role: 'admin' });
    expect((await scim('DELETE', group)).status).toBe(204);
    expect(await memberOf('gina@example.com')).toMatchObject({ role: 'member' });
  });

  it('leave roles that were set by hand', async () => {
    const { body } = await scim('POST', '/Users', entraUser('hanna@example.com'));
    await app.request('PUT', '/members/hanna@example.com/role', { role: 'auditor' });
    const members = [{ value: body.id }];
    const group = await scim('POST', '/Groups', { displayName: 'By hand', members });
    await app.request('PUT', `/scim/groups/${group.body.id}/role`, { role: 'admin' });
    expect(await memberOf('hanna@example.com')).toMatchObject({ role: 'auditor' });
  });
});

describe('a member of a proven domain', () => {
  it('becomes the directory’s, with the role and the account that they have', async () => {
    const email = 'pia@proven.example';
    const pia = await signInInvited(app, email, 'admin');
    const refused = await scim('POST', '/Users', entraUser(email));
    expect([refused.status, refused.body.scimType]).toEqual([409, 'uniqueness']);
    await proveDomain(app, app.organizationId, 'proven.example');
    const adopted = await scim('POST', '/Users', entraUser(email));
    expect(adopted.status).toBe(201);
    expect(await memberOf(email)).toMatchObject({ role: 'admin', source: 'invitation' });
    expect((await pia.api('GET', '/me')).status).toBe(200);
    const off = patch({ op: 'replace', path: 'active', value: false });
    await scim('PATCH', `/Users/${adopted.body.id}`, off);
    expect((await pia.api('GET', '/me')).status).toBe(401);
  });
});

describe('what there is', () => {
  it('is told to directories', async () => {
    const config = await scim('GET', '/ServiceProviderConfig');
    expect(config.body).toMatchObject({
      patch: { supported: true },
      bulk: { supported: false },
      filter: { supported: true, maxResults: 100 },
    });
    const types = await scim('GET', '/ResourceTypes');
    expect(types.body.Resources.map((each: { id: string }) => each.id)).toEqual(['User', 'Group']);
    const schemas = await scim('GET', '/Schemas');
    expect(schemas.body.totalResults).toBe(2);
    const one = await scim('GET', '/Schemas/urn:ietf:params:scim:schemas:core:2.0:User');
    expect(one.body.name).toBe('User');
    expect((await scim('GET', '/Schemas/none')).status).toBe(404);
  });
});
