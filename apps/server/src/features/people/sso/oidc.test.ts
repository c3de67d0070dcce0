import { createSecretKey, randomBytes } from 'node:crypto';

import { openSecret } from '@plugboard/vault';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import {
  type IdentityProvider,
  startIdentityProvider,
} from '../../../../../../test/oauth/identity-provider.ts';
import { buildApp, type TestApp } from '../../../app/testing/build-app.ts';
import { asRole, buildOrganization } from '../../../store/testing/test-database.ts';
import { withTenant } from '../../../store/tenant.ts';
import type { Actor } from '../../members/policy.ts';
import { Browser } from '../testing/browser.ts';
import { resealPlace, selectInlinePlaces } from '../../keys/reseal-inline.ts';
import { proveDomain } from './domains.ts';

const accounts = {
  ann: { name: 'Ann', email: 'Ann@corp.example', emailVerified: true },
  una: { name: 'Una', email: 'una@corp.example', emailVerified: false },
  eli: { name: 'Eli', email: 'eli@else.example', emailVerified: true },
};
const secret = 'client-secret-of-oidc';
const session = 'plugboard-4477.session_token';

let app: TestApp;
let one: IdentityProvider;
let two: IdentityProvider;
beforeAll(async () => {
  [app, one, two] = await Promise.all([
    buildApp(),
    startIdentityProvider({ accounts }),
    startIdentityProvider({ accounts }),
  ]);
  await add('one', one, ['corp.example']);
  await add('two', two, ['two.example']);
  const path = '/sso/one/domains/corp.example/prove';
  expect((await app.request('POST', path, { confirm: true })).status).toBe(200);
  const { body } = await app.request('POST', '/sso/one/test', {});
  const shown = await through(new Browser(app), body.url, one);
  expect(await shown.text()).toContain('The provider works');
  expect((await app.request('POST', '/sso/one/enable', {})).status).toBe(200);
}, 60_000);
beforeEach(() => app.services.db.deleteFrom('sign_in_limits').execute());
afterAll(async () => {
  await one[Symbol.asyncDispose]();
  await two[Symbol.asyncDispose]();
  await app[Symbol.asyncDispose]();
});

async function add(provider: string, at: IdentityProvider, domains: readonly string[]) {
  const { status, body } = await app.request('POST', '/sso', {
    kind: 'oidc',
    provider,
    issuer: at.issuer,
    clientId: 'plugboard',
    clientSecret: secret,
    domains,
    allowPrivateNetwork: true,
  });
  expect(status).toBe(201);
  expect(JSON.stringify(body)).not.toContain(secret);
  await at.addClient({
    client_id: 'plugboard',
    client_secret: secret,
    redirect_uris: [body.callbackUrl],
    grant_types: ['authorization_code'],
    response_types: ['code'],
    token_endpoint_auth_method: 'client_secret_basic',
  });
}

function pathOf(url: string): string {
  const { pathname, search } = new URL(url, 'http://plugboard.invalid');
  return pathname + search;
}

async function startOf(provider: string): Promise<string> {
  const { body } = await app.request('GET', `/sso/${provider}`);
  return pathOf(body.callbackUrl).replace(/callback$/, 'start');
}

async function through(browser: Browser, start: string, at: IdentityProvider, account = 'ann') {
  const to = (await browser.get(pathOf(start))).headers.get('location') ?? '';
  return browser.get(pathOf(await at.signIn(to, { account })));
}

async function lastRefusal(): Promise<string> {
  const { body } = await app.request('GET', '/audit?kind=sign_in.refused&limit=1000');
  return body.entries[0]?.record.change.reason;
}

async function expectRefused(response: Response, reason: string) {
  expect(response.status).toBe(403);
  expect(await lastRefusal()).toBe(reason);
}

describe('signing in by OpenID Connect', () => {
  it('makes a member with a session for this organization alone', async () => {
    const browser = new Browser(app);
    const response = await through(browser, await startOf('one'), one);
    expect([response.status, response.headers.get('location')]).toEqual([303, '/']);
    const me = await (await browser.api('GET', '/me')).json();
    expect(me).toMatchObject({ email: 'ann@corp.example', role: 'member' });

    // Of another organization, too: nothing that this one's provider says opens it.
    const { services } = app;
    const elsewhere = await buildOrganization(services.db);
    const user = await services.db
      .selectFrom('users')
      .select('id')
      .where('email', '=', 'ann@corp.example')
      .executeTakeFirstOrThrow();
    await withTenant(services.db, elsewhere, (tx) =>
      tx
        .insertInto('members')
        .values({
          id: crypto.randomUUID(),
          organization_id: elsewhere,
          user_id: user.id,
          name: 'Ann',
          role: 'owner',
        })
        .execute(),
    );
    const header = { 'x-plugboard-organization': elsewhere };
    expect((await browser.api('GET', '/me', undefined, header)).status).toBe(403);
    expect(await (await browser.api('GET', '/me')).json()).toMatchObject({ memberships: [{}] });
  });

  it('refuses addresses that are not verified, or of other domains', async () => {
    const start = await startOf('one');
    for (const [account, reason] of [
      ['una', 'sso_email_unverified'],
      ['eli', 'sso_domain'],
    ] as const) {
      const browser = new Browser(app);
      await expectRefused(await through(browser, start, one, account), reason);
      expect(browser.cookies.has(session)).toBe(false);
    }
  });

  it('takes an answer once, in the browser that began', async () => {
    const start = await startOf('one');
    const browser = new Browser(app);
    const to = (await browser.get(start)).headers.get('location') ?? '';
    const back = pathOf(await one.signIn(to));
    const stranger = new Browser(app);
    await expectRefused(await stranger.get(back), 'sso_other_browser');
    await stranger.get(start);
    await expectRefused(await stranger.get(back), 'sso_other_browser');
    expect((await browser.get(back)).status).toBe(303);
    await expectRefused(await browser.get(back), 'sso_replayed');
    const changed = new URL(back, 'http://plugboard.invalid');
    changed.searchParams.set('state', 'made-up');
    await expectRefused(await browser.get(pathOf(changed.href)), 'sso_unknown_request');
  });

  it('takes no answer of another provider', async () => {
    await app.request('PUT', '/sso/two/domains/more.example', {});
    const { body } = await app.request('POST', '/sso/two/test', {});
    const browser = new Browser(app);
    const to = (await browser.get(pathOf(body.url))).headers.get('location') ?? '';
    const back = new URL(await two.signIn(to));
    // To the other one's address, with the state that it belongs to.
    back.pathname = (await startOf('one')).replace(/start$/, 'callback');
    await expectRefused(await browser.get(pathOf(back.href)), 'sso_unknown_request');
    // To its own address, as if the other had answered (RFC 9207).
    const again = new URL(await two.signIn(to));
    again.searchParams.set('iss', one.issuer);
    await expectRefused(await browser.get(pathOf(again.href)), 'oidc_iss_mismatch');
  });

  it('refuses a code with the state of another sign-in, by PKCE and nonce', async () => {
    const start = await startOf('one');
    const [victim, attacker] = [new Browser(app), new Browser(app)];
    const theirs = (await attacker.get(start)).headers.get('location') ?? '';
    const code = new URL(await one.signIn(theirs)).searchParams.get('code') ?? '';
    const own = (await victim.get(start)).headers.get('location') ?? '';
    const back = new URL(await one.signIn(own));
    back.searchParams.set('code', code);
    const response = await victim.get(pathOf(back.href));
    expect(response.status).toBe(403);
    expect(await lastRefusal()).toMatch(/^oidc_/);
    expect(victim.cookies.has(session)).toBe(false);
  });
});

describe('a provider', () => {
  it('is not asked in a private network unless an owner said so', async () => {
    const admin = await app.buildMember('admin');
    const input = { kind: 'oidc', provider: 'inside', issuer: one.issuer, clientId: 'plugboard' };
    const before = one.counters.discovery;
    for (const issuer of [one.issuer, 'https://169.254.169.254', 'https://127.0.0.1:1']) {
      const { status, body } = await app.request('POST', '/sso', { ...input, issuer });
      expect(status, JSON.stringify(body)).toBeGreaterThanOrEqual(400);
    }
    const asked = { ...input, allowPrivateNetwork: true };
    expect((await app.request('POST', '/sso', asked, admin)).status).toBe(403);
    expect(one.counters.discovery).toBe(before);
    expect((await app.request('GET', '/sso/inside')).status).toBe(404);
  });

  it('has its secret sealed, and sealed anew when keys are rotated', async () => {
    const rows = await asRole(app.database.superuser, (client) =>
      client.query('select * from sso_providers'),
    );
    expect(JSON.stringify(rows.rows)).not.toContain(secret);
    expect(rows.rows.every((row) => !row.sealed_secret.toString('latin1').includes(secret))).toBe(
      true,
    );
    const { organizationId, services } = app;
    await withTenant(services.db, organizationId, async (tx) => {
      const places = await selectInlinePlaces(tx);
      const ours = places.filter(({ kind }) => kind === 'sso');
      expect(ours).toHaveLength(rows.rows.length);
      const [current] = await services.keyring.all({ organizationId, kind: 'organization' });
      const newest = { id: 'newest', key: createSecretKey(randomBytes(32)), isRetired: false };
      const keys = [newest, { ...current!, isRetired: true }];
      for (const place of ours) expect(await resealPlace(tx, organizationId, keys, place)).toBe(0);
      const after = await tx.selectFrom('sso_providers').select(['id', 'sealed_secret']).execute();
      for (const { id, sealed_secret: sealed } of after) {
        const identity = { ownerId: organizationId, instanceId: id, name: 'sso client' };
        expect(openSecret(newest.key, identity, sealed!).reveal()).toBe(secret);
      }
      // And back, for the tests after this one.
      for (const place of ours) await resealPlace(tx, organizationId, [...keys].reverse(), place);
    });
  });
});

describe('a domain', () => {
  it('is proved by its own record alone, and by one organization', async () => {
    await app.request('PUT', '/sso/two/domains/dns.example', {});
    const { body } = await app.request('GET', '/sso/two');
    const { record } = body.domains.find(
      (each: { domain: string }) => each.domain === 'dns.example',
    );
    const { body: me } = await app.request('GET', '/me');
    const actor = { organizationId: app.organizationId, memberId: me.memberId, role: 'admin' };
    const asked: string[] = [];
    const prove = (value: string, by: object = actor, confirm = false) =>
      proveDomain(
        app.services,
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- one is made above
        by as Actor,
        { provider: 'two', domain: 'dns.example', confirm },
        async (name) => {
          asked.push(name);
          return [['v=spf1 -all'], [value.slice(0, 20), value.slice(20)]];
        },
      );
    await expect(prove('plugboard-sso=of-somebody-else')).rejects.toMatchObject({
      details: { reason: 'no_record' },
    });
    // Nor by the word of an admin, who could make a provider of their own speak for owners' domains.
    await expect(prove('', actor, true)).rejects.toMatchObject({ code: 'forbidden' });
    expect(record.name).toBe('_plugboard-sso.dns.example');
    await prove(record.value);
    expect(new Set(asked)).toEqual(new Set([record.name]));

    const { services } = app;
    const elsewhere = await buildOrganization(services.db);
    await withTenant(services.db, elsewhere, async (tx) => {
      const id = crypto.randomUUID();
      const place = { organization_id: elsewhere };
      const settings = '{}';
      await tx
        .insertInto('sso_providers')
        .values({ ...place, id, slug: 'two', title: 'Two', kind: 'saml', settings })
        .execute();
      await tx
        .insertInto('sso_domains')
        .values({ ...place, domain: 'dns.example', provider_id: id, token: 'theirs' })
        .execute();
    });
    const stranger = { ...actor, organizationId: elsewhere, role: 'owner' };
    await expect(prove('plugboard-sso=theirs', stranger)).rejects.toMatchObject({
      code: 'conflict',
    });
    await expect(prove('', stranger, true)).rejects.toMatchObject({ code: 'forbidden' });
  });
});
