import { createServer } from 'node:http';

import { newId } from '@plugboard/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { listOrganizationIds, withTenant } from '../../store/tenant.ts';
import { createDocumentFetch } from './clients/fetch-document.ts';
import { registrationLimit, takeRegistration } from './clients/registration-limit.ts';
import { grantIdOf } from './grants/grant-id.ts';
import { createAuthorizationListener } from './listener.ts';
import { canonicalResource } from './resources.ts';
import { buildClient, permission, registerClient } from './testing/oauth-client.ts';
import { buildPkce, serveApp, type ServedApp } from './testing/serve-app.ts';

let served: ServedApp;
beforeAll(async () => void (served = await serveApp()));
afterAll(() => served[Symbol.asyncDispose]());

async function latestAudit(kind: string) {
  const { body } = await served.app.request('GET', `/audit?limit=1&kind=${kind}`);
  return body.entries[0]?.record;
}

/** A client that a person has just permitted, with its code still to be used. */
async function withCode(changes?: Readonly<Record<string, string | undefined>>) {
  const { browser } = await served.signIn('owner');
  const client = await buildClient(served);
  const page = await client.begin(browser, changes);
  const back = await client.answer(browser, page);
  return { client, browser, back, code: back.searchParams.get('code') ?? '' };
}

function redeem(
  { client, code }: Awaited<ReturnType<typeof withCode>>,
  changes: Readonly<Record<string, string>> = {},
) {
  return client.token({
    grant_type: 'authorization_code',
    code,
    redirect_uri: client.redirectUri,
    code_verifier: client.verifier,
    ...changes,
  });
}

const invalidGrant = { status: 400, body: { error: 'invalid_grant' } };

describe('a stolen code', () => {
  it('is of no use without its verifier, with another, to another client, or elsewhere', async () => {
    const one = await withCode();
    const thief = await buildClient(served);
    expect(await redeem(one, { code_verifier: '' })).toMatchObject({ status: 400 });
    expect(await redeem(one, { code_verifier: buildPkce().verifier })).toMatchObject(invalidGrant);
    expect(await redeem({ ...one, client: thief })).toMatchObject(invalidGrant);
    expect(await redeem(one, { redirect_uri: 'http://127.0.0.1:9/other' })).toMatchObject(
      invalidGrant,
    );
  });

  it('is good once: the second use ends what the first obtained, on record', async () => {
    const one = await withCode();
    const { body: tokens } = await redeem(one);
    expect((await served.mcp('', tokens.access_token)).status).toBe(200);
    expect(await redeem(one)).toMatchObject(invalidGrant);
    expect((await served.mcp('', tokens.access_token)).status).toBe(401);
    expect(await latestAudit('oauth.refused')).toMatchObject({
      change: { reason: 'code_used_twice', clientId: one.client.clientId },
    });
  });

  it('is good once too when it is used many times at once', async () => {
    const one = await withCode();
    const answers = await Promise.all(Array.from({ length: 6 }, () => redeem(one)));
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
    for (const { body } of answers) {
      if (body.access_token) expect((await served.mcp('', body.access_token)).status).toBe(401);
    }
  });
});

describe('PKCE', () => {
  it.each([
    ['missing', { code_challenge: undefined, code_challenge_method: undefined }],
    ['plain', { code_challenge_method: 'plain' }],
    ['without a method', { code_challenge_method: undefined }],
  ])('cannot be left out or weakened: %s', async (_, changes) => {
    const { browser } = await served.signIn('owner');
    const client = await buildClient(served);
    const back = new URL(await client.begin(browser, changes));
    expect(back.searchParams.get('error')).toBe('invalid_request');
    expect(back.searchParams.get('iss')).toBe(served.base);
  });
});

describe('a redirect URI', () => {
  it.each([
    'https://client.example/callback/more',
    'https://client.example/callback?x=1',
    'https://client.example/callback#f',
    'https://client.example/callback/../evil',
    'https://client.example/%63allback',
    'https://CLIENT.example/callback',
    'https://client.example:8443/callback',
    'https://client.example@evil.example/callback',
    'https://user@client.example/callback',
    'https://client.example.evil.example/callback',
    'https://client.example%2eevil.example/callback',
    'http://client.example/callback',
    '//client.example/callback',
    'javascript:alert(1)',
  ])('that was not registered gets nothing: %s', async (redirectUri) => {
    const { browser } = await served.signIn('owner');
    const client = await buildClient(served, {
      redirect_uris: ['https://client.example/callback'],
    });
    const answer = await browser.go(client.authorizeUrl({ redirect_uri: redirectUri }));
    expect(answer.status).toBe(400);
    expect(answer.headers.get('location')).toBeNull();
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it('may have another port on loopback alone, and the same host and path', async () => {
    const { browser } = await served.signIn('owner');
    const client = await buildClient(served);
    for (const redirectUri of [
      'http://127.0.0.1:1234/callback/more',
      'http://localhost:9/callback',
      'http://127.0.0.1:9@evil.example/callback',
      'http://127.0.0.1.evil.example:9/callback',
      'https://127.0.0.1:9/callback',
    ]) {
      const answer = await browser.go(client.authorizeUrl({ redirect_uri: redirectUri }));
      expect({ redirectUri, status: answer.status }).toEqual({ redirectUri, status: 400 });
    }
  });

  it('must be named', async () => {
    const { browser } = await served.signIn('owner');
    const client = await buildClient(served);
    const answer = await browser.go(client.authorizeUrl({ redirect_uri: undefined }));
    expect(answer.status).toBe(400);
  });
});

describe('the consent form', () => {
  it('is shown to nobody who is not signed in', async () => {
    const client = await buildClient(served);
    const browser = served.browse();
    const page = await client.begin(browser);
    const answer = await browser.go(page);
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toContain('/sign-in?next=');
  });

  it('cannot be sent by a page of another site, nor without its token; both on record', async () => {
    const { browser } = await served.signIn('owner');
    const client = await buildClient(served);
    const page = await client.begin(browser);
    const shown = await (await browser.go(page)).text();
    const csrf = /name="csrf" value="([^"]*)"/.exec(shown)?.[1] ?? '';
    const form = permission(shown);
    const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    expect((await browser.post(page, [['csrf', csrf], ...form], foreign)).status).toBe(403);
    expect((await browser.post(page, form)).status).toBe(403);
    expect((await browser.post(page, [['csrf', `${csrf}x`], ...form])).status).toBe(403);
    expect(await latestAudit('oauth.refused')).toMatchObject({
      change: { reason: 'csrf' },
    });
  });

  it('is not another browser’s to see or answer, though it is signed in', async () => {
    const [attacker, victim] = [await served.signIn('owner'), await served.signIn('owner')];
    const client = await buildClient(served);
    const page = await client.begin(attacker.browser);
    expect((await victim.browser.go(page)).status).toBe(404);
    // With a page of its own open, it is that page's request and no other.
    const own = await client.begin(victim.browser);
    expect((await victim.browser.go(own)).status).toBe(200);
    expect((await victim.browser.go(page)).status).toBe(404);
  });

  it('is of who is signed in when it is sent: one of a session before is refused', async () => {
    const [attacker, victim] = [await served.signIn('owner'), await served.signIn('owner')];
    const client = await buildClient(served);
    // The browser has the attacker's session when the request begins, as a planted cookie would.
    const name = attacker.browser.cookies().find((each) => each.endsWith('session_token')) ?? '';
    const page = await client.begin(attacker.browser);
    const shown = await (await attacker.browser.go(page)).text();
    const csrf = /name="csrf" value="([^"]*)"/.exec(shown)?.[1] ?? '';
    // Then the victim signs in, in the same browser.
    attacker.browser.setCookie(name, victim.browser.cookie(name));
    const stale = await attacker.browser.post(page, [['csrf', csrf], ...permission(shown)]);
    expect(stale.status).toBe(403);
    const back = await client.answer(attacker.browser, page);
    expect(back.searchParams.get('code')).not.toBeNull();
    expect(await latestAudit('authorization.granted')).toMatchObject({
      memberId: victim.memberId,
    });
  });

  it('decides once: replayed, it makes no second agent', async () => {
    const { browser } = await served.signIn('owner');
    const client = await buildClient(served);
    const page = await client.begin(browser);
    const shown = await (await browser.go(page)).text();
    const csrf = /name="csrf" value="([^"]*)"/.exec(shown)?.[1] ?? '';
    const form = [['csrf', csrf] as const, ...permission(shown)];
    const answers = await Promise.all([browser.post(page, form), browser.post(page, form)]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([303, 403]));
    expect(await latestAudit('oauth.refused')).toMatchObject({
      change: { reason: 'answered_twice' },
    });
  });

  it('shows what a client calls itself as text', async () => {
    const { browser } = await served.signIn('owner');
    const client = await buildClient(served, { client_name: '<script>alert(1)</script>"\'' });
    const shown = await (await browser.go(await client.begin(browser))).text();
    expect(shown).not.toContain('<script>alert');
    expect(shown).toContain('&lt;script&gt;');
  });

  it('gives members what is open to members, on agents of their own, and auditors nothing', async () => {
    const { app } = served;
    const member = await served.signIn('member');
    const client = await buildClient(served);
    const page = await client.begin(member.browser);
    expect(await (await member.browser.go(page)).text()).toContain('There is nothing');
    await app.request('PATCH', '/toolboxes/starter', { memberLevel: 'read' });
    const shown = await (await member.browser.go(page)).text();
    expect(shown).not.toContain('value="execute"');
    const csrf = /name="csrf" value="([^"]*)"/.exec(shown)?.[1] ?? '';
    const { body: agents } = await app.request('GET', '/agents');
    const demo = agents.agents.find((each: { slug: string }) => each.slug === 'demo').id;
    const fields = new Map(permission(shown));
    const foreign = [...fields.set('agent', demo)];
    expect((await member.browser.post(page, [['csrf', csrf], ...foreign])).status).toBe(403);
    expect(await latestAudit('oauth.refused')).toMatchObject({
      change: { reason: 'foreign_agent' },
    });

    const other = await client.begin(member.browser);
    const high = new Map(permission(shown)).set('level', 'admin');
    const sent = await member.browser.post(other, [['csrf', csrf], ...high]);
    expect(sent.status).toBe(303);
    expect(await latestAudit('authorization.granted')).toMatchObject({
      memberId: member.memberId,
      change: { grants: [{ toolbox: 'starter', level: 'read' }] },
    });
    await app.request('PATCH', '/toolboxes/starter', { memberLevel: null });

    const auditor = await served.signIn('auditor');
    const asked = await client.begin(auditor.browser);
    expect(await (await auditor.browser.go(asked)).text()).toContain('An auditor may look');
  });

  it('takes no toolbox, agent or organization of others', async () => {
    const { services } = served.app;
    const elsewhere = await buildOrganization();
    const { browser } = await served.signIn('owner');
    const client = await buildClient(served);
    for (const [field, value] of [
      ['toolbox', elsewhere.toolboxId],
      ['agent', elsewhere.agentId],
      ['organization', elsewhere.organizationId],
    ] as const) {
      const page = await client.begin(browser);
      const shown = await (await browser.go(page)).text();
      const csrf = /name="csrf" value="([^"]*)"/.exec(shown)?.[1] ?? '';
      const form = [...new Map(permission(shown)).set(field, value)];
      const answer = await browser.post(page, [['csrf', csrf], ...form]);
      expect({ field, status: answer.status }).toEqual({ field, status: 403 });
      expect(await latestAudit('oauth.refused')).toMatchObject({
        change: { reason: `foreign_${field}` },
      });
    }
    const there = await withTenant(services.db, elsewhere.organizationId, (tx) =>
      tx.selectFrom('agent_tokens').select('id').execute(),
    );
    expect(there).toEqual([]);
  });
});

/** Another organization in the same database, with a toolbox and an agent. */
async function buildOrganization() {
  const { db } = served.app.services;
  const [organizationId, toolboxId, agentId] = [newId(), newId(), newId()];
  await withTenant(db, organizationId, async (tx) => {
    await tx.insertInto('organization_directory').values({ id: organizationId }).execute();
    const named = { slug: `o-${organizationId.slice(-6)}`, name: 'Elsewhere' };
    await tx
      .insertInto('organizations')
      .values({ id: organizationId, ...named })
      .execute();
    const own = { organization_id: organizationId, slug: 'theirs', name: 'Theirs' };
    await tx
      .insertInto('toolboxes')
      .values({ id: toolboxId, ...own, environment: 'dev' })
      .execute();
    await tx
      .insertInto('agents')
      .values({ id: agentId, ...own })
      .execute();
  });
  expect(await listOrganizationIds(db)).toContain(organizationId);
  return { organizationId, toolboxId, agentId };
}

describe('a token', () => {
  it('opens the endpoint that it is for and no other, and not the API or the registry', async () => {
    const { browser } = await served.signIn('owner');
    const client = await buildClient(served);
    const tokens = await client.connect(browser, { resource: `${served.base}/mcp/starter` });
    expect((await served.mcp('/starter', tokens.access_token)).status).toBe(200);
    for (const path of ['', '/starter/memory', '/other', '/nothing']) {
      expect((await served.mcp(path, tokens.access_token)).status).toBe(401);
    }
    const status = await served.app.request('GET', '/status', undefined, tokens.access_token);
    expect(status.status).toBe(401);
    const registry = await served.app.fetch('/v0.1/servers', {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    });
    expect(registry.status).toBe(401);
  });

  it('is refused in the same words whether it is unknown, malformed, revoked or of another endpoint', async () => {
    const { browser } = await served.signIn('owner');
    const client = await buildClient(served);
    const tokens = await client.connect(browser);
    const answers = await Promise.all(
      [
        'pbo_' + 'a'.repeat(43),
        'pbo_short',
        'pbr_' + 'a'.repeat(43),
        'nonsense',
        tokens.refresh_token,
      ].map(async (each) => {
        const response = await served.mcp('', each);
        return [response.status, response.headers.get('www-authenticate'), await response.text()];
      }),
    );
    for (const each of answers) expect(each).toEqual(answers[0]);
    const elsewhere = await served.mcp('/starter', tokens.access_token);
    expect([elsewhere.status, await elsewhere.text()]).toEqual([401, answers[0]?.[2]]);
  });

  it('ends with its grant, its agent or its member, and can be refreshed no more', async () => {
    const { services, organizationId } = served.app;
    for (const end of ['grant', 'agent', 'member'] as const) {
      const { browser, memberId } = await served.signIn('owner');
      const client = await buildClient(served);
      const tokens = await client.connect(browser);
      const identity = await services.agents.find(tokens.access_token);
      const { agentId = '', tokenId = '' } = identity ?? {};
      if (end === 'grant') {
        await served.app.request('DELETE', `/agents/${agentId}/tokens/${tokenId}`);
      } else if (end === 'agent') {
        await served.app.request('DELETE', `/agents/${agentId}`);
      } else {
        await withTenant(services.db, organizationId, (tx) =>
          tx
            .updateTable('members')
            .set({ suspended_at: new Date() })
            .where('id', '=', memberId)
            .execute(),
        );
      }
      if (end !== 'member') {
        expect((await served.mcp('', tokens.access_token)).status).toBe(401);
      }
      const refreshed = await client.token({
        grant_type: 'refresh_token',
        refresh_token: tokens.refresh_token,
      });
      expect({ end, ...refreshed }).toMatchObject({ end, ...invalidGrant });
    }
  });

  it('cannot be refreshed for another endpoint, or by another client', async () => {
    const { browser } = await served.signIn('owner');
    const client = await buildClient(served);
    const other = await buildClient(served);
    const tokens = await client.connect(browser, { resource: `${served.base}/mcp/starter` });
    const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token };
    expect((await other.token(form)).body.error).toBe('invalid_grant');
    const wider = await client.token({ ...form, resource: `${served.base}/mcp` });
    expect(wider).toMatchObject({ status: 400, body: { error: 'invalid_target' } });
  });

  it('is in the database as a hash, and what goes with it is sealed', async () => {
    const { browser } = await served.signIn('owner');
    const client = await buildClient(served);
    const tokens = await client.connect(browser);
    const rows = await served.app.services.db.selectFrom('oauth_records').selectAll().execute();
    const all = rows.map(
      ({ payload, id_hash: id }) => payload.toString('latin1') + id.toString('latin1'),
    );
    for (const secret of [
      tokens.access_token,
      tokens.refresh_token,
      client.clientId,
      'Test client',
    ]) {
      expect(all.some((each) => each.includes(secret))).toBe(false);
    }
  });

  it('does not open when its row is moved to another hash', async () => {
    const { records } = served.app.services.authorizationServer;
    await records.put('AccessToken', 'one', { aud: 'x' }, { expiresAt: undefined });
    await served.app.services.db
      .updateTable('oauth_records')
      .set({ id_hash: Buffer.alloc(32, 7) })
      .where('kind', '=', 'AccessToken')
      .where('expires_at', 'is', null)
      .execute();
    const rows = await served.app.services.db
      .selectFrom('oauth_records')
      .select('id_hash')
      .where('id_hash', '=', Buffer.alloc(32, 7))
      .execute();
    expect(rows).toHaveLength(1);
    expect(await records.find('AccessToken', 'one')).toBeUndefined();
  });
});

describe('a resource', () => {
  const base = 'https://plugboard.example';
  it.each([
    'https://plugboard.example',
    'https://plugboard.example/api/v1',
    'https://plugboard.example/mcp/../api',
    'https://plugboard.example/mcp?x=1',
    'https://plugboard.example/mcp#f',
    'https://u@plugboard.example/mcp',
    'https://plugboard.example:8443/mcp',
    'http://plugboard.example/mcp',
    'https://plugboard.example.evil.example/mcp',
    'https://evil.example/mcp',
    'https://plugboard.example/mcp/A',
    'https://plugboard.example/MCP/a',
    'https://plugboard.example/mcp/a%2Fb',
    'https://plugboard.example/mcp%2Fa',
    'https://plugboard.example/%6dcp/a',
    'https://plugboard.example/mcp/%61',
    'https://plugboard.example/mcp/%2e%2e/api',
    'https://plugboard.example/mcp/..%2Fapi',
    'https://plugboard.example/mcp/a%2e',
    'https://plugboard.example/mcp//a',
    'https://plugboard.example/mcp\\..\\api',
    'https://plugboard.example/mcp/a;b',
    'https://plugboard.example./mcp/a',
    'https://plugboard.example/mcp/a%00',
    'https://plugboard.example/mcp/a/b/c',
    'urn:mcp',
    '',
  ])('that is not an endpoint of ours is none: %s', (indicator) => {
    expect(canonicalResource(base, indicator)).toBeUndefined();
  });

  it('has one spelling', () => {
    for (const each of [
      'https://plugboard.example/mcp/a',
      'https://PLUGBOARD.example:443/mcp/a/',
    ]) {
      expect(canonicalResource(base, each)).toBe('https://plugboard.example/mcp/a');
    }
  });

  it('elsewhere is refused to the client, one that is not there is not told', async () => {
    const { browser } = await served.signIn('owner');
    const client = await buildClient(served);
    const refused = new URL(await client.begin(browser, { resource: 'https://evil.example/mcp' }));
    expect(refused.searchParams.get('error')).toBe('invalid_target');
    const page = await client.begin(browser, { resource: `${served.base}/mcp/nothing` });
    expect(await (await browser.go(page)).text()).toContain(
      'There is nothing behind this endpoint',
    );
  });
});

describe('registration', () => {
  it.each([
    ['javascript:', { redirect_uris: ['javascript:alert(1)'] }],
    ['data:', { redirect_uris: ['data:text/html,x'] }],
    ['a fragment', { redirect_uris: ['https://client.example/#x'] }],
    ['plain http elsewhere', { redirect_uris: ['http://client.example/callback'] }],
    ['another protocol', { redirect_uris: ['ftp://client.example/'] }],
    ['a name before the host', { redirect_uris: ['https://a@client.example/'] }],
    ['no redirect', { redirect_uris: [] }],
    ['a client URI that is no page', { client_uri: 'javascript:alert(1)' }],
    ['a symmetric key', { jwks: { keys: [{ kty: 'oct', k: 'AAAA' }] } }],
    ['only the implicit grant', { grant_types: ['implicit'], response_types: ['token'] }],
  ])('refuses %s', async (_, metadata) => {
    expect((await registerClient(served, metadata)).status).toBe(400);
  });

  it('takes no more than so many from one address in an hour, on whichever node', async () => {
    const { services } = served.app;
    let now = Date.now();
    const nodes = [1, 2].map(() => ({ ...services, clock: () => now }));
    const take = (address: string, node = 0) => takeRegistration(nodes[node]!, address);
    for (let count = 0; count < registrationLimit.attempts; count += 1) {
      expect(await take('10.0.0.1', count % 2)).toBe(0);
    }
    expect(await take('10.0.0.1', 0)).toBe(3600);
    expect(await take('10.0.0.1', 1)).toBe(3600);
    expect(await take('10.0.0.2')).toBe(0);
    now += 3_600_000;
    expect(await take('10.0.0.1')).toBe(0);
  });

  it('tells who is too many by what trusted proxies say, and nobody else', async () => {
    const { services } = served.app;
    const register = async (trustedProxies: readonly string[], forwarded: string) => {
      const server = { ...services.server, trustedProxies };
      const listener = createAuthorizationListener({ ...services, server });
      const http = createServer(listener);
      await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
      const address = http.address();
      if (typeof address !== 'object' || address === null) throw new Error('a server has a port');
      const answer = await fetch(`http://127.0.0.1:${address.port}/oauth/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-forwarded-for': forwarded },
        body: '{}',
      });
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
      return answer;
    };
    const spent = async (address: string) => {
      for (let count = 0; count <= registrationLimit.attempts; count += 1) {
        await takeRegistration(services, address);
      }
    };
    await spent('203.0.113.9');
    const behind = await register(['127.0.0.1'], '198.51.100.1, 203.0.113.9');
    expect([behind.status, Number(behind.headers.get('retry-after'))]).toEqual([
      429,
      expect.any(Number),
    ]);
    expect((await register(['127.0.0.1'], '203.0.113.9, 198.51.100.1')).status).toBe(400);
    expect((await register([], '203.0.113.9')).status).toBe(400);
  });

  it('gives nobody the id of another client, or of an agent’s', async () => {
    const own = await buildClient(served);
    const { body: agents } = await served.app.request('POST', '/agents/demo/clients', {});
    for (const clientId of [own.clientId, agents.clientId, 'agent', 'https://c.example/c.json']) {
      const evil = { client_id: clientId, redirect_uris: ['https://evil.example/callback'] };
      const { body } = await registerClient(served, evil);
      expect(body.client_id).not.toBe(clientId);
      expect(body.client_id).toMatch(/^dcr_/);
    }
    const { browser } = await served.signIn('owner');
    const redirected = own.authorizeUrl({ redirect_uri: 'https://evil.example/callback' });
    expect((await browser.go(redirected)).status).toBe(400);
    expect(await own.begin(browser)).toContain('/oauth/interaction/');
  });

  it('reads no more than a request may have', async () => {
    const { status } = await registerClient(served, { client_name: 'x'.repeat(100_000) });
    expect(status).toBe(413);
  });
});

describe('a client that describes itself', () => {
  it.each([
    'https://127.0.0.1/client.json',
    'https://localhost/client.json',
    'https://[::1]/client.json',
    'https://10.0.0.1/client.json',
    'https://169.254.169.254/latest/meta-data',
  ])('is not asked at addresses of ours: %s', async (clientId) => {
    const { browser } = await served.signIn('owner');
    const client = await buildClient(served);
    const answer = await browser.go(client.authorizeUrl({ client_id: clientId }));
    expect(answer.status).toBe(400);
    expect(answer.headers.get('location')).toBeNull();
    expect(await answer.text()).not.toContain('ECONN');
  });

  it('is not followed elsewhere, nor read without end', async () => {
    const server = createServer((request, response) => {
      if (request.url === '/moved') response.writeHead(302, { location: '/good' }).end();
      else if (request.url === '/huge') response.end('x'.repeat(100_000));
      else response.end('{"client_id":"x"}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new Error('a server has a port');
    const at = `http://127.0.0.1:${address.port}`;
    try {
      const fetchOpen = createDocumentFetch(true);
      expect((await fetchOpen(`${at}/good`)).status).toBe(200);
      await expect(fetchOpen(`${at}/moved`)).rejects.toThrow('302');
      await expect(fetchOpen(`${at}/huge`)).rejects.toThrow('too large');
      await expect(createDocumentFetch(false)(`${at}/good`)).rejects.toThrow();
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it('is asked no more once its name leads to an address of ours', async () => {
    let asked = 0;
    const server = createServer((_request, response) => {
      asked += 1;
      response.setHeader('connection', 'close');
      response.end('{"client_id":"x"}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new Error('a server has a port');
    const url = `http://rebind.test:${address.port}/client.json`;
    let leadsTo = '127.0.0.1';
    const fetchRebound = createDocumentFetch(true, async () => [{ address: leadsTo, family: 4 }]);
    try {
      expect((await fetchRebound(url)).status).toBe(200);
      leadsTo = '169.254.169.254';
      await expect(fetchRebound(url)).rejects.toMatchObject({ cause: { code: 'forbidden' } });
      expect(asked).toBe(1);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});

describe('a grant', () => {
  it('of one organization is not found by naming it in another', async () => {
    const { services, organizationId } = served.app;
    const elsewhere = await buildOrganization();
    const { browser } = await served.signIn('owner');
    const client = await buildClient(served);
    const tokens = await client.connect(browser);
    const { tokenId = '' } = (await services.agents.find(tokens.access_token)) ?? {};
    const { records } = services.authorizationServer;
    const text = `pbo_${'b'.repeat(43)}`;
    const payload = { aud: `${served.base}/mcp`, exp: Math.floor(Date.now() / 1000) + 60 };
    const moved = grantIdOf({ organizationId: elsewhere.organizationId, tokenId });
    await records.put(
      'AccessToken',
      text,
      { ...payload, grantId: moved },
      { expiresAt: undefined },
    );
    expect(await services.agents.find(text)).toBeUndefined();
    const own = grantIdOf({ organizationId, tokenId });
    await records.put('AccessToken', text, { ...payload, grantId: own }, { expiresAt: undefined });
    expect(await services.agents.find(text)).toMatchObject({ tokenId });
  });
});
