import { createHmac } from 'node:crypto';

import { newId } from '@plugboard/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildApp, type TestApp } from '../../app/testing/build-app.ts';
import { asRole, buildOrganization } from '../../store/testing/test-database.ts';
import { withTenant } from '../../store/tenant.ts';
import { sessionCookieName } from './cookie-names.ts';
import { insertResetLink } from './reset-links.ts';
import {
  Browser,
  goodPassword,
  makeOwnerLink,
  signIn,
  signInInvited,
  signInOwner,
} from './testing/browser.ts';

let app: TestApp;
let owner: Browser;
beforeAll(async () => {
  app = await buildApp();
  owner = await signInOwner(app);
});
afterAll(() => app[Symbol.asyncDispose]());

const sessionCookie = () => sessionCookieName(app.services.people.cookiePrefix);

async function refusals(): Promise<readonly string[]> {
  const { body } = await app.request('GET', '/audit?kind=sign_in.refused&limit=1000');
  return body.entries.map(
    (entry: { record: { change: { reason: string } } }) => entry.record.change.reason,
  );
}

async function clearLimits(): Promise<void> {
  await app.services.db.deleteFrom('sign_in_limits').execute();
}

describe('a session', () => {
  it('is another after each sign-in, and the one of before is over', async () => {
    const ann = await signInInvited(app, 'fix@example.com');
    const before = ann.cookies.get(sessionCookie());
    await ann.post('/sign-in', { email: 'fix@example.com', password: goodPassword, next: '/' });
    const after = ann.cookies.get(sessionCookie());
    expect(after).not.toBe(before);
    const thief = new Browser(app);
    thief.cookies.set(sessionCookie(), before ?? '');
    expect((await thief.api('GET', '/me')).status).toBe(401);
  });

  it('cannot be chosen by who sets a cookie before', async () => {
    const victim = new Browser(app);
    victim.cookies.set(sessionCookie(), 'chosen.c2lnbmF0dXJl');
    await victim.post('/sign-in', { email: 'fix@example.com', password: goodPassword, next: '/' });
    const rows = await app.services.db.selectFrom('user_sessions').select('token').execute();
    expect(rows.map(({ token }) => token)).not.toContain('chosen');
    expect(victim.cookies.get(sessionCookie())).not.toBe('chosen.c2lnbmF0dXJl');
  });

  it('is not opened by what a stolen database holds', async () => {
    const { rows } = await asRole(app.database.superuser, (client) =>
      client.query('select token from user_sessions limit 1'),
    );
    const { token } = rows[0];
    for (const value of [
      token,
      `${token}.`,
      `${token}.${createHmac('sha256', '').update(token).digest('base64')}`,
      encodeURIComponent(`${token}.${createHmac('sha256', token).update(token).digest('base64')}`),
    ]) {
      const thief = new Browser(app);
      thief.cookies.set(sessionCookie(), value);
      expect((await thief.api('GET', '/me')).status).toBe(401);
      expect((await thief.get('/account')).status).toBe(303);
    }
    const dump = await asRole(app.database.superuser, (client) =>
      client.query('select secret, backup_codes from user_two_factors'),
    );
    expect(JSON.stringify(dump.rows)).not.toMatch(/otpauth/);
  });

  it('ends when it lies idle, when it is old, and with a new password', async () => {
    for (const age of [
      "seen_at = now() - interval '4 days'",
      "created_at = now() - interval '15 days'",
    ]) {
      const bob = await signIn(app, 'fix@example.com');
      expect((await bob.api('GET', '/me')).status).toBe(200);
      await asRole(app.database.superuser, (client) =>
        client.query(
          `update user_sessions set ${age} where user_id = (select id from users where email = 'fix@example.com')`,
        ),
      );
      expect((await bob.api('GET', '/me')).status).toBe(401);
    }
    const here = await signIn(app, 'fix@example.com');
    const there = await signIn(app, 'fix@example.com');
    const next = 'another-good-long-passphrase-9';
    const changed = await here.submit('/account', '/account/password', {
      current: goodPassword,
      password: next,
      again: next,
    });
    expect(changed.status).toBe(303);
    expect((await here.api('GET', '/me')).status).toBe(200);
    expect((await there.api('GET', '/me')).status).toBe(401);
  });

  it('acts in no organization that its person is not a member of', async () => {
    const other = await buildOrganization(app.services.db);
    const refused = await owner.api('GET', '/me', undefined, { 'x-plugboard-organization': other });
    expect(refused.status).toBe(403);
    const switched = await owner.submit('/account', '/account/organization', {
      organization: other,
    });
    expect(switched.status).toBe(400);
    await asRole(app.database.superuser, (client) =>
      client.query('update user_sessions set active_organization_id = $1', [other]),
    );
    expect(await (await owner.api('GET', '/me')).json()).toMatchObject({
      organizationId: app.organizationId,
    });
  });

  it('has a cookie that scripts and other sites do not see', async () => {
    const response = await new Browser(app).post('/sign-in', {
      email: 'owner@example.com',
      password: goodPassword,
      next: '/',
    });
    const cookie = response.headers.getSetCookie().find((text) => text.includes('session_token'));
    expect(cookie).toMatch(/HttpOnly/i);
    expect(cookie).toMatch(/SameSite=Lax/i);
    expect(cookie).toMatch(/Path=\//i);
    expect(cookie).not.toMatch(/Domain/i);
  });
});

describe('forms', () => {
  const forms: readonly (readonly [string, Record<string, string>])[] = [
    ['/sign-in', { email: 'owner@example.com', password: goodPassword }],
    ['/sign-in/second-factor', { code: '123456' }],
    ['/sign-out', {}],
    ['/forgot-password', { email: 'owner@example.com' }],
    ['/reset-password/abc', { password: goodPassword, again: goodPassword }],
    ['/owner-link/abc', { email: 'e@example.com', password: goodPassword, again: goodPassword }],
    ['/invitation/abc', { name: 'E' }],
    ['/account/name', { name: 'Mallory' }],
    ['/account/organization', { organization: 'x' }],
    ['/account/password', { current: goodPassword, password: 'x', again: 'x' }],
    ['/account/sessions/end', { session: 'others' }],
    ['/account/passkeys/remove', { passkey: 'x' }],
    ['/account/keys', { name: 'mine' }],
    ['/account/keys/revoke', { key: 'x' }],
    ['/account/second-factor/begin', { password: goodPassword }],
    ['/account/second-factor/confirm', { code: '123456' }],
    ['/account/second-factor/remove', { password: goodPassword }],
    ['/account/second-factor/codes', { password: goodPassword }],
  ];

  it.each(forms)('%s is refused from a page of another site', async (path, fields) => {
    const csrf = await owner.csrf('/account');
    for (const headers of [
      { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
      { origin: 'null', 'sec-fetch-site': 'same-origin' },
      { origin: 'http://127.0.0.1:9999', 'sec-fetch-site': 'same-site' },
    ]) {
      const response = await owner.post(path, { ...fields, csrf }, headers);
      expect({ path, status: response.status }).toEqual({ path, status: 403 });
    }
  });

  it.each(forms.filter(([path]) => path.startsWith('/account') || path === '/sign-out'))(
    '%s is refused without the token of this session',
    async (path, fields) => {
      const other = await signIn(app, 'owner@example.com');
      for (const csrf of ['', 'x', await other.csrf('/account')]) {
        const response = await owner.post(path, { ...fields, csrf });
        expect({ path, status: response.status }).toEqual({ path, status: 403 });
      }
    },
  );

  it('are refused as JSON and as text', async () => {
    const csrf = await owner.csrf('/account');
    for (const type of ['text/plain', 'application/json']) {
      const response = await owner.post(
        '/account/name',
        { csrf, name: 'Mallory' },
        { 'content-type': type },
      );
      expect(response.status).toBe(400);
    }
  });
});

describe('the API with a session', () => {
  it('is for pages of ours alone', async () => {
    for (const headers of [
      { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
      { origin: 'http://127.0.0.1:9999', 'sec-fetch-site': 'same-site' },
      { origin: 'null', 'sec-fetch-site': 'cross-site' },
    ]) {
      for (const [method, path] of [
        ['GET', '/me'],
        ['POST', '/agents'],
      ] as const) {
        const response = await owner.api(
          method,
          path,
          method === 'POST' ? { slug: 'evil' } : undefined,
          headers,
        );
        expect(response.status).toBe(403);
      }
    }
    const silent = await app.fetch('/api/v1/agents', { headers: { cookie: owner.cookieHeader } });
    expect(silent.status).toBe(403);
  });
});

describe('guessing', () => {
  it('at one account ends, from however many addresses, and alike for unknown ones', async () => {
    for (const email of ['owner@example.com', 'nobody@example.com']) {
      await clearLimits();
      const statuses: number[] = [];
      const texts = new Set<string>();
      for (let i = 0; i < 12; i += 1) {
        // Each from another address, if it were believed.
        const response = await new Browser(app).post(
          '/sign-in',
          { email, password: `wrong ${i}`, next: '/' },
          { 'x-forwarded-for': `198.51.100.${i}` },
        );
        statuses.push(response.status);
        texts.add((await response.text()).replaceAll(email, ''));
      }
      expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), 429, 429]);
      expect(texts.size).toBe(2);
      const right = await new Browser(app).post('/sign-in', {
        email,
        password: goodPassword,
        next: '/',
      });
      expect(right.status).toBe(429);
    }
    await clearLimits();
    expect(await refusals()).toEqual(expect.arrayContaining(['wrong_password', 'unknown_account']));
  });

  it('from one address ends, at however many accounts, and all at once is no way around', async () => {
    await clearLimits();
    const tries = Array.from({ length: 60 }, (_, i) =>
      new Browser(app).post('/sign-in', { email: `a${i}@example.com`, password: 'x', next: '/' }),
    );
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(50);
    expect(statuses.filter((status) => status === 429)).toHaveLength(10);
    await clearLimits();
  });

  it('at which accounts there are learns nothing from answers', async () => {
    await clearLimits();
    const answers = new Set<string>();
    for (const email of ['owner@example.com', 'nobody@example.com', 'not an address', '']) {
      const response = await new Browser(app).post('/sign-in', { email, password: 'x', next: '/' });
      const text = (await response.text()).replace(/value="[^"]*"/g, '');
      answers.add(`${response.status} ${text}`);
    }
    expect(answers.size).toBe(1);
  });
});

describe('where to go after signing in', () => {
  it.each([
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/%09/evil.example',
    'https://evil.example',
    '/\t/evil.example',
    'javascript:alert(1)',
    '/..//evil.example',
    '/.//evil.example',
    '/account/..//evil.example',
    '//evil.example/%2f..',
    ' //evil.example',
  ])('is no other site: %j', async (next) => {
    const browser = new Browser(app);
    await clearLimits();
    const response = await browser.post('/sign-in', {
      email: 'owner@example.com',
      password: goodPassword,
      next,
    });
    const location = response.headers.get('location') ?? '';
    expect(new URL(location, 'http://127.0.0.1:4477').origin).toBe('http://127.0.0.1:4477');
    expect(location).toMatch(/^\/(?![/\\])/);
    const again = await browser.get(`/sign-in?next=${encodeURIComponent(next)}`);
    expect(again.headers.get('location')).toMatch(/^\/(?![/\\])/);
  });
});

describe('better-auth', () => {
  it.each([
    ['POST', '/auth/sign-up/email'],
    ['POST', '/auth/sign-in/email'],
    ['POST', '/auth/update-user'],
    ['POST', '/auth/delete-user'],
    ['POST', '/auth/change-email'],
    ['GET', '/auth/get-session'],
    ['GET', '/auth/list-sessions'],
    ['POST', '/auth/two-factor/disable'],
    ['POST', '/auth/two-factor/verify-totp'],
    ['POST', '/auth/passkey/delete-passkey'],
    ['GET', '/auth/ok'],
    ['GET', '/auth/error'],
    ['GET', '/auth/passkey/../get-session'],
    ['GET', '/auth//get-session'],
  ])('is not reachable at %s %s', async (method, path) => {
    const response = await app.fetch(path, {
      method,
      headers: {
        cookie: owner.cookieHeader,
        origin: 'http://127.0.0.1:4477',
        'content-type': 'application/json',
      },
      ...(method === 'POST' && { body: '{}' }),
    });
    expect(response.status).toBe(404);
  });
});

describe('an invitation', () => {
  async function invited(email: string, role = 'member'): Promise<{ id: string; path: string }> {
    const { body } = await app.request('POST', '/invitations', { email, role });
    return { id: body.id, path: new URL(body.link).pathname };
  }
  const fields = { name: 'Eve', password: goodPassword, again: goodPassword };

  it('works once, and for its address alone', async () => {
    const { path } = await invited('once@example.com');
    const stranger = await signInInvited(app, 'stranger@example.com');
    const stolen = await stranger.submit(path, path, {});
    expect(stolen.status).not.toBe(303);
    expect((await stranger.post(path, { csrf: await stranger.csrf('/account') })).status).toBe(400);
    expect(
      (await new Browser(app).post(path, { ...fields, email: 'eve@example.com' })).status,
    ).toBe(303);
    expect((await new Browser(app).get(path)).status).toBe(404);
    expect((await new Browser(app).post(path, fields)).status).toBe(404);
    const users = await app.services.db.selectFrom('users').select('email').execute();
    expect(users.map(({ email }) => email)).not.toContain('eve@example.com');
  });

  it('opens nothing of another organization by another’s id in it', async () => {
    const { path } = await invited('cross@example.com');
    const other = await buildOrganization(app.services.db);
    const bytes = Buffer.from(path.slice('/invitation/pbi_'.length), 'base64url');
    Buffer.from(other.replaceAll('-', ''), 'hex').copy(bytes);
    const forged = `/invitation/pbi_${bytes.toString('base64url')}`;
    expect((await new Browser(app).post(forged, fields)).status).toBe(404);
  });

  it('is over when revoked, resent, expired, or when who invited may no more', async () => {
    const revoked = await invited('r1@example.com');
    await app.request('DELETE', `/invitations/${revoked.id}`);
    const resent = await invited('r2@example.com');
    await app.request('POST', `/invitations/${resent.id}/resend`, {});
    const expired = await invited('r3@example.com');
    await withTenant(app.services.db, app.organizationId, (tx) =>
      tx
        .updateTable('invitations')
        .set({ expires_at: new Date(Date.now() - 1000) })
        .where('id', '=', expired.id)
        .execute(),
    );
    const admin = await app.buildMember('admin');
    const made = await app.request('POST', '/invitations', { email: 'r4@example.com' }, admin);
    const { body: me } = await app.request('GET', '/me', undefined, admin);
    await app.request('POST', `/members/${me.memberId}/suspend`, {});
    const orphan = new URL(made.body.link).pathname;
    for (const path of [revoked.path, resent.path, expired.path, orphan]) {
      expect((await new Browser(app).post(path, fields)).status).toBe(404);
    }
  });

  it('has a link below our own address, whatever host was asked for', async () => {
    const response = await app.fetch('/api/v1/invitations', {
      method: 'POST',
      headers: {
        authorization: `Bearer ${app.ownerKey}`,
        'content-type': 'application/json',
        'x-forwarded-host': 'evil.example',
        host: 'evil.example',
      },
      body: JSON.stringify({ email: 'host@example.com' }),
    });
    expect(JSON.stringify(await response.json())).toContain(
      'http://127.0.0.1:4477/invitation/pbi_',
    );
  });
});

describe('the owner’s link', () => {
  const fields = {
    email: 'owner@example.com',
    password: goodPassword,
    again: goodPassword,
    name: 'O',
  };

  it('works once, of two at once for one, and never late, early or guessed', async () => {
    const token = await makeOwnerLink(app.dataDir);
    const tries = [0, 1].map(() => new Browser(app).post(`/owner-link/${token}`, fields));
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([303, 404]));
    expect((await new Browser(app).post(`/owner-link/${token}`, fields)).status).toBe(404);
    for (const minutes of [-1, 60 * 24]) {
      const other = await makeOwnerLink(app.dataDir, { minutes });
      expect((await new Browser(app).post(`/owner-link/${other}`, fields)).status).toBe(404);
    }
    await makeOwnerLink(app.dataDir);
    expect((await new Browser(app).post('/owner-link/guess', fields)).status).toBe(404);
    expect(await refusals()).toContain('owner_link');
    owner = await signIn(app, 'owner@example.com');
  });

  it('is for no member who is no owner', async () => {
    await signInInvited(app, 'plain@example.com');
    const token = await makeOwnerLink(app.dataDir, { email: 'plain@example.com' });
    expect((await new Browser(app).get(`/owner-link/${token}`)).status).toBe(404);
  });
});

describe('an account that somebody made for another’s address', () => {
  async function passkeysAfter(isMailed: boolean): Promise<number> {
    const email = `victim-${isMailed}@example.com`;
    // Who invited has the link, and takes it themselves.
    await signInInvited(app, email, 'member');
    const { db } = app.services;
    const { id } = await db
      .selectFrom('users')
      .select('id')
      .where('email', '=', email)
      .executeTakeFirstOrThrow();
    await db
      .insertInto('user_passkeys')
      .values({
        id: newId(),
        user_id: id,
        public_key: 'k',
        credential_id: email,
        counter: 0,
        device_type: 'singleDevice',
        backed_up: false,
      })
      .execute();
    const reset = async (): Promise<void> => {
      const { link } = await insertResetLink(app.services, id, { isMailed });
      const response = await new Browser(app).post(new URL(link.reveal()).pathname, {
        password: goodPassword,
        again: goodPassword,
      });
      expect(response.headers.get('location')).toBe('/sign-in');
    };
    await reset();
    const { length } = await db
      .selectFrom('user_passkeys')
      .where('user_id', '=', id)
      .select('id')
      .execute();
    return length;
  }

  it('loses their passkeys when the address’s owner first shows that it is theirs', async () => {
    expect(await passkeysAfter(true)).toBe(0);
  });

  it('keeps them when a link that an admin hands over proves nothing of the address', async () => {
    expect(await passkeysAfter(false)).toBe(1);
  });
});
