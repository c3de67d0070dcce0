import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import {
  createSamlIdentityProvider,
  type SamlChoices,
  type SamlIdentityProvider,
} from '../../../../../../test/saml/identity-provider.ts';
import { buildApp, type TestApp } from '../../../app/testing/build-app.ts';
import { Browser, signInInvited, signInOwner } from '../testing/browser.ts';

let app: TestApp;
let idp: SamlIdentityProvider;
let other: SamlIdentityProvider;
beforeAll(async () => {
  [app, idp, other] = await Promise.all([
    buildApp(),
    createSamlIdentityProvider('idp'),
    createSamlIdentityProvider('other'),
  ]);
  await add('corp', idp, {
    domains: ['corp.example'],
    roleRules: [{ group: 'admins', role: 'admin' }],
  });
  await confirm('corp', 'corp.example');
  await tryOut('corp', idp);
  expect((await app.request('POST', '/sso/corp/enable', {})).status).toBe(200);
}, 60_000);
afterAll(async () => {
  await idp[Symbol.asyncDispose]();
  await other[Symbol.asyncDispose]();
  await app[Symbol.asyncDispose]();
});

beforeEach(() => app.services.db.deleteFrom('sign_in_limits').execute());

async function add(provider: string, from: SamlIdentityProvider, more: object = {}) {
  const input = { kind: 'saml', provider, metadata: from.metadata, ...more };
  const { status, body } = await app.request('POST', '/sso', input);
  expect(body).toMatchObject({ enabled: false });
  expect(status).toBe(201);
}

async function confirm(provider: string, domain: string) {
  const path = `/sso/${provider}/domains/${domain}/prove`;
  expect((await app.request('POST', path, { confirm: true })).status).toBe(200);
}

async function tryOut(provider: string, from: SamlIdentityProvider, email = 'ann@corp.example') {
  const { body } = await app.request('POST', `/sso/${provider}/test`, {});
  const browser = new Browser(app);
  const response = await through(browser, provider, pathOf(body.url), from, { email });
  expect(browser.cookies.has('plugboard-4477.session_token')).toBe(false);
  return response;
}

function pathOf(url: string): string {
  const { pathname, search } = new URL(url, 'http://plugboard.invalid');
  return pathname + search;
}

async function facts(provider: string) {
  const { body } = await app.request('GET', `/sso/${provider}`);
  const metadata = await (await app.fetch(pathOf(body.metadataUrl))).text();
  return { metadata, start: pathOf(body.metadataUrl).replace(/metadata$/, 'start') };
}

/** As another site's form does it: without our cookies. */
function post(acs: string, fields: Record<string, string>): Promise<Response> {
  return app.fetch(pathOf(acs), {
    method: 'POST',
    headers: { origin: 'https://idp.example.com', 'sec-fetch-site': 'cross-site' },
    body: new URLSearchParams(fields),
  });
}

async function through(
  browser: Browser,
  provider: string,
  start: string,
  from: SamlIdentityProvider,
  choices?: SamlChoices,
): Promise<Response> {
  const begun = await browser.get(start);
  const { metadata } = await facts(provider);
  const to = begun.headers.get('location') ?? '';
  const { acs, fields } = await from.answer(to, metadata, choices);
  const answered = await post(acs, { ...fields, RelayState: 'https://evil.example/' });
  const next = answered.headers.get('location');
  return next === null ? answered : browser.get(next);
}

async function signIn(choices?: SamlChoices, browser = new Browser(app), next = '/account') {
  const { start } = await facts('corp');
  const path = `${start}?next=${encodeURIComponent(next)}`;
  return { browser, response: await through(browser, 'corp', path, idp, choices) };
}

async function lastRefusal(): Promise<string> {
  const { body } = await app.request('GET', '/audit?kind=sign_in.refused&limit=1000');
  const reasons = body.entries.map(
    (entry: { record: { change: { reason: string } } }) => entry.record.change.reason,
  );
  return reasons.at(0);
}

async function refused(choices: SamlChoices, reason: string) {
  const { browser, response } = await signIn(choices);
  expect(response.status).toBe(403);
  expect(browser.cookies.has('plugboard-4477.session_token')).toBe(false);
  expect(await lastRefusal()).toBe(reason);
}

describe('signing in by SAML', () => {
  it('makes a member of who comes for the first time, and leads to where they wanted', async () => {
    const { browser, response } = await signIn(
      { groups: ['admins'] },
      new Browser(app),
      '/account?x=1',
    );
    expect([response.status, response.headers.get('location')]).toEqual([303, '/account?x=1']);
    const me = await (await browser.api('GET', '/me')).json();
    expect(me).toMatchObject({ email: 'ann@corp.example', role: 'admin', name: 'Ann Person' });
    // Who is taken out of the group is an admin no more.
    const again = await signIn({});
    expect(await (await again.browser.api('GET', '/me')).json()).toMatchObject({ role: 'member' });
  });

  it('takes an assertion in a response that is signed too', async () => {
    const { response } = await signIn({ email: 'both@corp.example', sign: 'both' });
    expect(response.status).toBe(303);
  });

  it('is led to by the e-mail address, and leaves nothing of the account to the provider', async () => {
    const browser = new Browser(app);
    const page = await browser.post('/sign-in/sso', {
      email: 'Zoe@Corp.example',
      next: '/account',
    });
    const [, start = ''] = /href="(\/sso\/[^"]+)"/.exec(await page.text()) ?? [];
    await through(browser, 'corp', start.replaceAll('&amp;', '&'), idp, {
      email: 'zoe@corp.example',
    });
    const set = await browser.submit('/account', '/account/name', { name: 'Mallory' });
    expect(set.status).toBe(403);
    const passkey = await browser.get('/auth/passkey/generate-register-options', {
      origin: 'http://127.0.0.1:4477',
      'sec-fetch-site': 'same-origin',
    });
    expect(passkey.status).toBe(403);
    expect((await browser.post('/sign-in/sso', { email: 'zoe@nowhere.example' })).status).toBe(404);
  });

  it('goes never further than to paths of ours', async () => {
    const { response } = await signIn({}, new Browser(app), 'https://evil.example/');
    expect(response.headers.get('location')).toBe('/');
  });
});

describe('an assertion', () => {
  const cut = (xml: string) => /<saml:Assertion[\s\S]*<\/saml:Assertion>/.exec(xml)?.[0] ?? '';
  const forge = (xml: string) =>
    xml
      .replace(/<ds:Signature[\s\S]*<\/ds:Signature>/, '')
      .replaceAll('ann@corp.example', 'boss@corp.example')
      .replace(/ID="_a/, 'ID="_b');
  const attacks: Readonly<Record<string, readonly [SamlChoices, string]>> = {
    'without a signature': [{ sign: 'nothing' }, 'saml_unsigned'],
    'in a signed response, unsigned itself': [{ sign: 'response' }, 'saml_unsigned'],
    'changed after it was signed': [
      { after: (xml) => xml.replaceAll('ann@corp.example', 'boss@corp.example') },
      'saml_signature',
    ],
    'signed with SHA-1': [
      { algorithm: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1' },
      'saml_algorithm',
    ],
    'that is forged, beside the signed one': [
      { after: (xml) => xml.replace('<saml:Assertion', `${forge(cut(xml))}<saml:Assertion`) },
      'saml_malformed',
    ],
    'that is forged, behind the signed one': [
      { after: (xml) => xml.replace('</samlp:Response>', `${forge(cut(xml))}</samlp:Response>`) },
      'saml_malformed',
    ],
    'that is forged around the signed one': [
      {
        after: (xml) => {
          const signed = cut(xml);
          const signature = /<ds:Signature[\s\S]*<\/ds:Signature>/.exec(signed)?.[0] ?? '';
          const inner = signed.replace(signature, '');
          const outer = forge(signed).replace(
            '</saml:Issuer>',
            `</saml:Issuer>${signature.replace('</ds:Signature>', `<ds:Object>${inner}</ds:Object></ds:Signature>`)}`,
          );
          return xml.replace(signed, outer);
        },
      },
      'saml_malformed',
    ],
    'that is forged, the signed one in an extension': [
      {
        after: (xml) => {
          const signed = cut(xml);
          return xml.replace(
            signed,
            `<samlp:Extensions>${signed}</samlp:Extensions>${forge(signed)}`,
          );
        },
      },
      'saml_malformed',
    ],
    'with the id of another element': [
      {
        after: (xml) =>
          xml.replace(/ID="_r[^"]+"/, `ID="${/<saml:Assertion ID="([^"]+)"/.exec(xml)?.[1]}"`),
      },
      'saml_malformed',
    ],
    'with a comment in a name': [
      { after: (xml) => xml.replace('ann@corp', 'ann@<!-- x -->corp') },
      'saml_malformed',
    ],
    'with a document type': [
      { after: (xml) => `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>${xml}` },
      'saml_malformed',
    ],
    'that is too old': [{ endsIn: -120_000 }, 'saml_expired'],
    'for another audience': [{ audience: 'https://other.example' }, 'saml_audience'],
    'for another recipient': [{ recipient: 'https://other.example/acs' }, 'saml_recipient'],
    'sent elsewhere': [{ destination: 'https://other.example/acs' }, 'saml_destination'],
    'of another issuer': [{ issuer: 'https://other.example.com/metadata' }, 'saml_issuer'],
    'that answers no request of ours': [{ inResponseTo: '_unknown' }, 'sso_unknown_request'],
    'that the provider began with': [{ inResponseTo: '' }, 'saml_idp_initiated'],
    'that says no': [{ status: 'urn:oasis:names:tc:SAML:2.0:status:Responder' }, 'saml_status'],
    'with a name for once': [
      { format: 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient' },
      'saml_transient',
    ],
    'of an address elsewhere': [{ email: 'ann@else.example' }, 'sso_domain'],
    'of a domain below': [{ email: 'ann@sub.corp.example' }, 'sso_domain'],
    'of another subject with the address of a member': [
      { nameId: 'somebody-else' },
      'sso_other_subject',
    ],
  };

  it.each(Object.entries(attacks))('%s is refused', async (_, [choices, reason]) => {
    await refused(choices, reason);
  });

  it('of another provider is refused, with its own key and with its own name', async () => {
    const { start, metadata } = await facts('corp');
    for (const issuer of [idp.entityId, other.entityId]) {
      const browser = new Browser(app);
      const to = (await browser.get(start)).headers.get('location') ?? '';
      const { acs, fields } = await other.answer(to, metadata, { issuer });
      expect((await post(acs, fields)).status).toBe(403);
      expect(await lastRefusal()).toBe(issuer === idp.entityId ? 'saml_signature' : 'saml_issuer');
    }
  });

  it('is good once, for the browser that began, and its link too', async () => {
    const { start, metadata } = await facts('corp');
    const browser = new Browser(app);
    const to = (await browser.get(start)).headers.get('location') ?? '';
    const { acs, fields } = await idp.answer(to, metadata);
    const finish = (await post(acs, fields)).headers.get('location') ?? '';
    expect((await post(acs, fields)).status).toBe(403);
    expect(await lastRefusal()).toBe('sso_replayed');
    const stranger = new Browser(app);
    await stranger.get(start);
    expect((await stranger.get(finish)).status).toBe(403);
    expect(await lastRefusal()).toBe('sso_other_browser');
    expect((await browser.get(finish)).status).toBe(303);
    await browser.get(start);
    expect((await browser.get(finish)).status).toBe(403);
    expect(await lastRefusal()).toBe('sso_replayed');
  });

  it('for one provider is not taken at another', async () => {
    await add('second', idp);
    const first = await facts('corp');
    const second = await facts('second');
    const browser = new Browser(app);
    const to = (await browser.get(first.start)).headers.get('location') ?? '';
    // For the second one, in answer to the first one's request.
    const { acs, fields } = await idp.answer(to, second.metadata);
    expect((await post(acs, fields)).status).toBe(403);
    expect(await lastRefusal()).toBe('sso_unknown_request');
  });
});

describe('a provider', () => {
  it('lets no suspended member in, and no owner unless it may', async () => {
    await signIn({ email: 'sus@corp.example' });
    expect((await app.request('POST', '/members/sus@corp.example/suspend', {})).status).toBe(200);
    await refused({ email: 'sus@corp.example' }, 'sso_suspended');
    await signInInvited(app, 'boss@corp.example', 'owner');
    await refused({ email: 'boss@corp.example' }, 'sso_owner');
  });

  it('makes no owner unless an owner said so', async () => {
    const input = { kind: 'saml', provider: 'crown', metadata: idp.metadata, defaultRole: 'owner' };
    expect((await app.request('POST', '/sso', input)).status).toBe(400);
    const admin = await app.buildMember('admin');
    const { status } = await app.request('POST', '/sso', { ...input, allowOwners: true }, admin);
    expect(status).toBe(403);
  });

  it('speaks for no account that only has the address', async () => {
    const { services } = app;
    await services.db
      .insertInto('users')
      .values({
        id: crypto.randomUUID(),
        name: 'Eve',
        email: 'eve@corp.example',
        email_verified: true,
      })
      .execute();
    await refused({ email: 'eve@corp.example' }, 'sso_account_elsewhere');
  });

  it('is enabled after a test alone, and lets nobody in when it is disabled', async () => {
    await add('third', other, { domains: ['third.example'] });
    expect((await app.request('POST', '/sso/third/enable', {})).status).toBe(409);
    // Not proved yet: what came is shown, and is no success.
    const shown = await (await tryOut('third', other, 'ann@third.example')).text();
    expect(shown).toContain('ann@third.example');
    expect((await app.request('POST', '/sso/third/enable', {})).status).toBe(409);
    await confirm('third', 'third.example');
    await tryOut('third', other, 'ann@third.example');
    expect((await app.request('POST', '/sso/third/enable', {})).status).toBe(200);
    const browser = new Browser(app);
    const { start } = await facts('third');
    await through(browser, 'third', start, other, { email: 'ann@third.example' });
    expect((await browser.api('GET', '/me')).status).toBe(200);
    await app.request('POST', '/sso/third/disable', {});
    expect((await browser.api('GET', '/me')).status).toBe(401);
    expect((await browser.get(start)).status).toBe(403);
    expect(await lastRefusal()).toBe('sso_disabled');
  });

  it('that is required keeps passwords out, and lets the owner’s recovery in', async () => {
    const member = await signInInvited(app, 'pat@else.example');
    expect((await member.api('GET', '/me')).status).toBe(200);
    expect((await app.request('PUT', '/sso-required', { required: true })).status).toBe(200);
    const kept = await member.api('GET', '/me');
    expect(kept.status).toBe(403);
    expect(JSON.stringify(await kept.json())).toContain('sso');
    const { browser } = await signIn({});
    expect((await browser.api('GET', '/me')).status).toBe(200);
    const owner = await signInOwner(app);
    expect((await owner.api('GET', '/me')).status).toBe(200);
    await app.request('PUT', '/sso-required', { required: false });
  });
});
