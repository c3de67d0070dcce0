import { createServer, type Server } from 'node:http';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildApp, type TestApp } from '../../apps/server/src/app/testing/build-app.ts';
import {
  ask,
  begin,
  type Body,
  connect,
  consent,
  pathOf,
  refusals,
} from '../../apps/server/src/features/connections/testing/connect.ts';
import {
  Browser,
  signIn,
  signInInvited,
  signInOwner,
} from '../../apps/server/src/features/people/testing/browser.ts';
import { asRole } from '../../apps/server/src/store/testing/test-database.ts';
import { type IdentityProvider, startIdentityProvider } from '../oauth/identity-provider.ts';
import { type ProtectedServer, startProtectedServer } from '../oauth/protected-server.ts';

let app: TestApp;
let provider: IdentityProvider;
let other: IdentityProvider;
let server: ProtectedServer;
let owner: Browser;
let ann: Browser;
let bob: Browser;

beforeAll(async () => {
  [app, provider, other] = await Promise.all([
    buildApp(),
    startIdentityProvider(),
    startIdentityProvider(),
  ]);
  server = await startProtectedServer({ provider });
  owner = await signInOwner(app);
  ann = await signInInvited(app, 'ann@example.com');
  bob = await signInInvited(app, 'bob@example.com');
  for (const [slug, { issuer }] of [
    ['company', provider],
    ['other', other],
  ] as const) {
    const { status } = await ask(owner, 'PUT', `/providers/${slug}`, {
      issuer,
      scopes: ['openid'],
      allowPrivateNetwork: true,
    });
    expect(status).toBe(200);
  }
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
  await other[Symbol.asyncDispose]();
  await app[Symbol.asyncDispose]();
});

/** Past row-level security, as nobody who attacks can. */
function query(text: string, values: readonly unknown[] = []) {
  return asRole(app.database.superuser, (client) => client.query(text, [...values]));
}

const own = { provider: 'company', owner: { kind: 'member' } };

/** Begins and signs in at the provider. Resolves with where the browser is sent back to. */
async function comeBack(
  browser: Browser,
  input: Readonly<Record<string, unknown>> = own,
  from = provider,
): Promise<{ readonly requestId: string; readonly url: URL }> {
  const { requestId, page } = await begin(browser, input);
  return { requestId, url: new URL(await from.signIn(await consent(browser, page))) };
}

/** A further request must be refused, audited with this reason, and connect nothing. */
async function expectRefused(
  act: () => Promise<Response>,
  reason: string,
  status = 403,
): Promise<string> {
  const before = await refusals(app);
  const connections = (await ask(owner, 'GET', '/connections')).body.connections.length;
  const response = await act();
  const text = await response.text();
  expect({ status: response.status, text }).toMatchObject({ status });
  const after = await refusals(app);
  expect(after.length).toBe(before.length + 1);
  expect(after[0]).toBe(reason);
  expect((await ask(owner, 'GET', '/connections')).body.connections.length).toBe(connections);
  return text;
}

async function ended(browser: Browser, requestId: string): Promise<Body> {
  return (await ask(browser, 'GET', `/connection-requests/${requestId}`)).body;
}

/** What is on record of a kind, newest first. */
async function recorded(kind: string): Promise<Body[]> {
  const { body } = await app.request('GET', `/audit?limit=100&kind=${kind}`);
  return body.entries.map((entry: Body) => entry.record.change);
}

describe('a state', () => {
  it('is good once', async () => {
    const { url } = await comeBack(ann);
    expect((await ann.get(pathOf(url.href))).status).toBe(303);
    await expectRefused(() => ann.get(pathOf(url.href)), 'unknown_state');
  });

  it('is of no use to another member, even with the cookies of who began', async () => {
    const { url, requestId } = await comeBack(ann);
    const thief = await signIn(app, 'bob@example.com');
    for (const [name, value] of ann.cookies) {
      if (name.includes('connect-')) thief.cookies.set(name, value);
    }
    await expectRefused(() => thief.get(pathOf(url.href)), 'other_member');
    // And it is used up by that.
    expect((await ann.get(pathOf(url.href))).status).toBe(403);
    expect((await ended(ann, requestId)).problem.code).toBe('other_member');
  });

  it('is of no use in another browser of the same member', async () => {
    const { url } = await comeBack(ann);
    const elsewhere = await signIn(app, 'ann@example.com');
    await expectRefused(() => elsewhere.get(pathOf(url.href)), 'other_browser');
  });

  it('is of no use to who is signed out', async () => {
    const { url } = await comeBack(ann);
    const signedOut = new Browser(app);
    for (const [name, value] of ann.cookies) {
      if (name.includes('connect-')) signedOut.cookies.set(name, value);
    }
    await expectRefused(() => signedOut.get(pathOf(url.href)), 'signed_out');
  });

  it('is of no use to who was suspended since', async () => {
    const eve = await signInInvited(app, 'eve@example.com');
    const { url } = await comeBack(eve);
    const members = (await ask(owner, 'GET', '/members')).body.members;
    const { id } = members.find((member: Body) => member.email === 'eve@example.com');
    await ask(owner, 'POST', `/members/${id}/suspend`, {});
    const response = await eve.get(pathOf(url.href));
    expect(response.status).toBe(403);
    expect(['signed_out', 'other_member']).toContain((await refusals(app))[0]);
  });

  it('that nobody gave is refused, and so is none', async () => {
    await expectRefused(() => ann.get('/connect/callback?code=x&state=guessed'), 'unknown_state');
    await expectRefused(() => ann.get('/connect/callback?code=x'), 'no_state');
  });

  it('ends with its time', async () => {
    const { url, requestId } = await comeBack(ann);
    await query(
      "update authorization_requests set expires_at = now() - interval '1 second' where id = $1",
      [requestId],
    );
    await expectRefused(() => ann.get(pathOf(url.href)), 'expired');
  });
});

describe('a callback', () => {
  it('with a parameter twice is refused', async () => {
    for (const name of ['code', 'state', 'iss']) {
      const { url } = await comeBack(ann);
      url.searchParams.append(name, 'injected');
      await expectRefused(() => ann.get(pathOf(url.href)), 'malformed');
    }
  });

  it('with the issuer of another server is a mix-up', async () => {
    const { url, requestId } = await comeBack(ann);
    url.searchParams.set('iss', other.issuer);
    const before = other.counters.tokens + provider.counters.tokens;
    expect((await ann.get(pathOf(url.href))).status).toBe(303);
    expect((await ended(ann, requestId)).state).toBe('failed');
    // The code was sent nowhere.
    expect(other.counters.tokens + provider.counters.tokens).toBe(before);
  });

  it('without the issuer that the server promised is refused', async () => {
    const { url, requestId } = await comeBack(ann);
    url.searchParams.delete('iss');
    await ann.get(pathOf(url.href));
    expect((await ended(ann, requestId)).state).toBe('failed');
  });

  it('with the code of somebody else connects nothing', async () => {
    const stolen = await comeBack(bob);
    const { url, requestId } = await comeBack(ann);
    url.searchParams.set('code', stolen.url.searchParams.get('code') ?? '');
    await ann.get(pathOf(url.href));
    expect((await ended(ann, requestId)).state).toBe('failed');
  });

  it('tells nothing of what it was sent', async () => {
    const { url } = await comeBack(ann);
    url.searchParams.set('error', 'access_denied');
    url.searchParams.set('error_description', '<script>alert(1)</script>');
    url.searchParams.delete('code');
    const landed = await ann.get(pathOf(url.href));
    const page = await ann.get(landed.headers.get('location') ?? '');
    const text = await page.text();
    expect(text).toContain('access was denied');
    expect(text).not.toContain('alert(1)');
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    const { body: audit } = await app.request('GET', '/audit?limit=1000');
    expect(JSON.stringify(audit)).not.toContain('alert(1)');
    expect(JSON.stringify(audit)).not.toContain(url.searchParams.get('state'));
  });

  it('leads nowhere but to a page of ours', async () => {
    const { url, requestId } = await comeBack(ann);
    url.searchParams.set('next', 'https://evil.example');
    url.searchParams.set('redirect_uri', 'https://evil.example');
    const landed = await ann.get(pathOf(url.href));
    expect(landed.headers.get('location')).toBe(`/connect/requests/${requestId}`);
  });
});

describe('beginning', () => {
  it('goes on nowhere but on a path of ours', async () => {
    for (const next of [
      'https://evil.example',
      '//evil.example',
      '/\\evil.example',
      'javascript:1',
    ]) {
      const { status } = await ask(ann, 'POST', '/connections', { ...own, next });
      expect({ next, status }).toEqual({ next, status: 400 });
    }
  });

  it('is refused from the page of another site', async () => {
    const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    expect((await ann.api('POST', '/connections', own, foreign)).status).toBe(403);
    expect((await recorded('api.refused')).at(0)).toEqual({ reason: 'cross_origin' });
  });

  it('says yes for nobody: without the token of the page there is no state', async () => {
    const { page } = await begin(ann, own);
    for (const [fields, headers] of [
      [{ answer: 'yes' }, {}],
      [{ answer: 'yes', csrf: await bob.csrf((await begin(bob, own)).page) }, {}],
      [
        { answer: 'yes', csrf: await ann.csrf(page) },
        { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
      ],
    ] as const) {
      const response = await ann.post(page, fields, headers);
      expect(response.status).toBe(403);
      expect(response.headers.get('location')).toBeNull();
    }
    expect((await recorded('sign_in.refused')).slice(0, 3)).toEqual([
      { reason: 'foreign_page' },
      { reason: 'csrf' },
      { reason: 'csrf' },
    ]);
    const { rows } = await query('select state_hash from authorization_requests where id = $1', [
      page.split('/').at(-1),
    ]);
    expect(rows).toEqual([{ state_hash: null }]);
  });

  it('shows another member nothing of what somebody began', async () => {
    const { page, requestId } = await begin(ann, own);
    await expectRefused(() => bob.get(page), 'other_member', 404);
    expect((await ask(bob, 'GET', `/connection-requests/${requestId}`)).status).toBe(404);
  });

  it('asks who is signed out to sign in', async () => {
    const { page } = await begin(ann, own);
    const response = await new Browser(app).get(page);
    expect(response.headers.get('location')).toBe(`/sign-in?next=${encodeURIComponent(page)}`);
  });

  it('is not for members where the organization or an agent is the owner', async () => {
    for (const kind of [{ kind: 'organization' }, { kind: 'agent', agent: 'demo' }]) {
      const { status } = await ask(ann, 'POST', '/connections', { ...own, owner: kind });
      expect(status).toBe(403);
    }
  });

  it('reaches servers that are installed here, and no others for members', async () => {
    const input = { resource: server.url, owner: { kind: 'member' } };
    const { status, body } = await ask(ann, 'POST', '/connections', input);
    expect({ status, reason: body.details?.reason }).toEqual({
      status: 403,
      reason: 'not_installed',
    });
    const bold = { ...input, allowPrivateNetwork: true };
    expect((await ask(ann, 'POST', '/connections', bold)).status).toBe(403);
  });
});

describe('addresses', () => {
  it.each([
    'http://127.0.0.1:8443/mcp',
    'https://127.0.0.1:8443/mcp',
    'https://[::1]:8443/mcp',
    'https://169.254.169.254/latest',
    'https://localhost:8443/mcp',
    'http://example.com/mcp',
  ])('of private networks are not asked: %s', async (resource) => {
    const { status, body } = await ask(owner, 'POST', '/connections', {
      resource,
      owner: { kind: 'organization' },
    });
    expect({ status, code: body.code }).toEqual({ status: 403, code: 'forbidden' });
    expect((await refusals(app))[0]).toBe('forbidden');
  });

  it('of metadata services are not asked even where private networks are allowed', async () => {
    const { status } = await ask(owner, 'POST', '/connections', {
      resource: 'http://169.254.169.254/latest',
      owner: { kind: 'organization' },
      allowPrivateNetwork: true,
    });
    expect(status).toBe(403);
  });

  it.each([
    'https://user:pw@example.com/mcp',
    'file:///etc/passwd',
    'javascript:1',
    'https://x/#a',
  ])('of other kinds are no resources: %s', async (resource) => {
    const { status } = await ask(owner, 'POST', '/connections', {
      resource,
      owner: { kind: 'organization' },
    });
    expect(status).toBe(400);
  });
});

describe('a provider', () => {
  let liar: Server;
  let at: string;
  let issuer: string;
  beforeAll(async () => {
    liar = createServer((request, response) => {
      const json = (body: unknown) =>
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      if (request.url?.includes('oauth-authorization-server') || request.url?.includes('openid')) {
        json({
          issuer,
          authorization_endpoint: `${at}/authorize`,
          token_endpoint: `${at}/token`,
          registration_endpoint: `${at}/register`,
          response_types_supported: ['code'],
          code_challenge_methods_supported: ['S256'],
        });
      } else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => void liar.listen(0, '127.0.0.1', resolve));
    const address = liar.address();
    at = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  });
  afterAll(() => void liar.close());

  it('that names another issuer than its own is refused', async () => {
    issuer = provider.issuer;
    await ask(owner, 'PUT', '/providers/liar', { issuer: at, allowPrivateNetwork: true });
    const { status, body } = await ask(owner, 'POST', '/connections', {
      provider: 'liar',
      owner: { kind: 'member' },
    });
    expect(status).toBe(502);
    expect(body.details.kind).toBe('protocol');
  });

  it('never gets the client of another', async () => {
    issuer = at;
    await ask(owner, 'PUT', '/providers/liar', { issuer: at, allowPrivateNetwork: true });
    const before = await query('select client_id from oauth_clients where issuer = $1', [at]);
    expect(before.rows).toEqual([]);
    // It registers nobody and knows nobody: nothing of the other provider's is tried there.
    const { status } = await ask(owner, 'POST', '/connections', {
      provider: 'liar',
      owner: { kind: 'member' },
    });
    expect(status).toBeGreaterThanOrEqual(400);
  });

  it('that stands behind a connection cannot be changed for another by renewing', async () => {
    const { connection } = await connect(ann, provider, own);
    await query("update connections set issuer = 'https://before.example' where id = $1", [
      connection.id,
    ]);
    const { status, body } = await ask(ann, 'POST', `/connections/${connection.id}/reconnect`, {});
    expect({ status, reason: body.details?.reason }).toEqual({
      status: 409,
      reason: 'issuer_changed',
    });
  });
});

describe('an organization', () => {
  it('sees and uses nothing of another', async () => {
    const { connection } = await connect(ann, provider, { ...own, name: 'only here' });
    const made = await ask(owner, 'POST', '/organizations', { name: 'Another' });
    expect(made.status).toBe(201);
    const there = { 'x-plugboard-organization': made.body.id };
    for (const [method, path, body] of [
      ['GET', `/connections/${connection.id}`, undefined],
      ['DELETE', `/connections/${connection.id}`, undefined],
      ['POST', `/connections/${connection.id}/reconnect`, {}],
    ] as const) {
      const response = await owner.api(method, path, body, there);
      expect({ method, status: response.status }).toEqual({ method, status: 404 });
    }
    const listed = await owner.api('GET', '/connections', undefined, there);
    expect(await listed.json()).toEqual({ connections: [] });
    const providers = await owner.api('GET', '/providers/company', undefined, there);
    expect(providers.status).toBe(404);
  });
});

describe('secrets', () => {
  it('are in no answer, no record and no row in clear', async () => {
    const { connection } = await connect(ann, provider, { ...own, name: 'canary' });
    const { fields } = await app.services.vault.open(
      { organizationId: app.organizationId, credentialId: connection.id },
      { for: 'test' },
    );
    const secrets = Object.values(fields).map((secret) => secret.reveal());
    expect(secrets.length).toBeGreaterThan(1);
    const answers = JSON.stringify([
      (await ask(ann, 'GET', '/connections')).body,
      (await ask(owner, 'GET', '/connections')).body,
      (await app.request('GET', '/audit?limit=1000')).body,
    ]);
    const rows: unknown[] = [];
    for (const table of ['connections', 'credentials', 'authorization_requests', 'oauth_clients']) {
      rows.push((await query(`select * from ${table}`)).rows);
    }
    const stored = JSON.stringify(rows);
    for (const secret of secrets) {
      expect(answers).not.toContain(secret);
      expect(stored).not.toContain(secret);
    }
  });
});
