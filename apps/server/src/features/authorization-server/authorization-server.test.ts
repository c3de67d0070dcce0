import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildClient, registerClient } from './testing/oauth-client.ts';
import { serveApp, type ServedApp } from './testing/serve-app.ts';

let served: ServedApp;
beforeAll(async () => void (served = await serveApp()));
afterAll(() => served[Symbol.asyncDispose]());

async function latestAudit(kind: string) {
  const { body } = await served.app.request('GET', `/audit?limit=1&kind=${kind}`);
  return body.entries[0]?.record;
}

describe('metadata', () => {
  it.each(['oauth-authorization-server', 'openid-configuration'])('is at %s', async (name) => {
    const response = await served.send(`/.well-known/${name}`);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(await response.json()).toMatchObject({
      issuer: served.base,
      authorization_endpoint: `${served.base}/oauth/authorize`,
      token_endpoint: `${served.base}/oauth/token`,
      registration_endpoint: `${served.base}/oauth/register`,
      revocation_endpoint: `${served.base}/oauth/revoke`,
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
      client_id_metadata_document_supported: true,
      response_types_supported: ['code'],
      scopes_supported: ['mcp'],
    });
  });

  it('of endpoints says who gives tokens, also for paths where nothing is', async () => {
    for (const path of ['/mcp', '/mcp/starter', '/mcp/nothing/here', '/sse/starter']) {
      const response = await served.send(`/.well-known/oauth-protected-resource${path}`);
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({
        authorization_servers: [served.base],
        scopes_supported: ['mcp'],
      });
    }
    const elsewhere = await served.send('/.well-known/oauth-protected-resource/api/v1');
    expect(elsewhere.status).toBe(404);
  });

  it('is named by the challenge of every endpoint', async () => {
    for (const path of ['', '/starter', '/starter/memory', '/nothing']) {
      const response = await served.mcp(path, undefined);
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toContain(
        `/.well-known/oauth-protected-resource/mcp${path}", scope="mcp"`,
      );
    }
  });
});

describe('a client that registers itself', () => {
  it('gets a token that opens its endpoint and no other, when a person permits it', async () => {
    const { browser, memberId } = await served.signIn('owner');
    const client = await buildClient(served);
    const page = await client.begin(browser);
    expect(page).toMatch(/^\/oauth\/interaction\//);
    const shown = await browser.go(page);
    expect(shown.headers.get('content-security-policy')).toContain(
      "form-action 'self' http://127.0.0.1:9",
    );
    expect(await shown.text()).toContain('Test client');
    const back = await client.answer(browser, page);
    expect(back.origin + back.pathname).toBe(client.redirectUri);
    expect(back.searchParams.get('iss')).toBe(served.base);
    expect(back.searchParams.get('state')).toBe('some state');
    const { body: tokens } = await client.token({
      grant_type: 'authorization_code',
      code: back.searchParams.get('code') ?? '',
      redirect_uri: client.redirectUri,
      code_verifier: client.verifier,
      resource: `${served.base}/mcp`,
    });
    expect(tokens).toMatchObject({ token_type: 'Bearer', scope: 'mcp', expires_in: 1800 });
    expect(tokens.access_token).toMatch(/^pbo_/);
    expect((await served.mcp('', tokens.access_token)).status).toBe(200);
    const other = await served.mcp('/starter', tokens.access_token);
    expect(other.status).toBe(401);
    expect(other.headers.get('www-authenticate')).toContain('error="invalid_token"');
    expect(await latestAudit('authorization.granted')).toMatchObject({
      memberId,
      change: { clientName: 'Test client', isNewAgent: true, toolboxes: ['starter'] },
    });
  });

  it('is told when the person says no', async () => {
    const { browser } = await served.signIn('owner');
    const client = await buildClient(served);
    const page = await client.begin(browser);
    const back = await client.answer(browser, page, [['decision', 'deny']]);
    expect(back.searchParams.get('error')).toBe('access_denied');
    expect(back.searchParams.get('iss')).toBe(served.base);
    expect(await latestAudit('oauth.refused')).toMatchObject({
      change: { reason: 'denied', clientId: client.clientId },
    });
  });

  it('goes on with new tokens, each good once', async () => {
    const { browser } = await served.signIn('owner');
    const client = await buildClient(served);
    const first = await client.connect(browser);
    const refresh = (token: string) =>
      client.token({
        grant_type: 'refresh_token',
        refresh_token: token,
        scope: 'mcp offline_access',
      });
    const second = await refresh(first.refresh_token);
    expect(second.status).toBe(200);
    expect(second.body.refresh_token).not.toBe(first.refresh_token);
    expect((await served.mcp('', second.body.access_token)).status).toBe(200);
    const again = await refresh(first.refresh_token);
    expect(again).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect((await refresh(second.body.refresh_token)).status).toBe(400);
    expect((await served.mcp('', second.body.access_token)).status).toBe(401);
    expect(await latestAudit('oauth.refused')).toMatchObject({
      change: { reason: 'refresh_token_used_twice', clientId: client.clientId },
    });
  });

  it('is held to the toolboxes that were chosen for an agent that exists', async () => {
    const { browser } = await served.signIn('owner');
    const client = await buildClient(served);
    const { body: toolbox } = await served.app.request('POST', '/toolboxes', { slug: 'other' });
    const { body: agents } = await served.app.request('GET', '/agents');
    const demo = agents.agents.find((agent: { slug: string }) => agent.slug === 'demo');
    const tokens = await client.connect(browser, {}, [
      ['organization', served.app.organizationId],
      ['agent', demo.id],
      ['toolbox', toolbox.id],
      ['level', 'admin'],
      ['decision', 'allow'],
    ]);
    const identity = await served.app.services.agents.find(tokens.access_token);
    expect(identity).toMatchObject({
      agentSlug: 'demo',
      toolboxIds: [toolbox.id],
      resources: [`${served.base}/mcp`],
      memberId: expect.any(String),
    });
  });

  it('comes back to any port of this machine, and to nothing else that it did not register', async () => {
    const { browser } = await served.signIn('owner');
    const client = await buildClient(served);
    const tokens = await client.connect(browser, {
      redirect_uri: 'http://127.0.0.1:4321/callback',
    });
    expect(tokens.access_token).toMatch(/^pbo_/);
    const wrong = await browser.go(
      client.authorizeUrl({ redirect_uri: 'http://127.0.0.1:9/other' }),
    );
    expect(wrong.status).toBe(400);
    expect(await wrong.text()).toContain('did not register');
  });

  it('gives tokens back, at once', async () => {
    const { browser } = await served.signIn('owner');
    const client = await buildClient(served);
    const tokens = await client.connect(browser);
    expect((await served.mcp('', tokens.access_token)).status).toBe(200);
    const revoked = await served.send('/oauth/revoke', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        client_id: client.clientId,
        token: tokens.access_token,
      }).toString(),
    });
    expect(revoked.status).toBe(200);
    await served.app.services.heard();
    expect((await served.mcp('', tokens.access_token)).status).toBe(401);
  });

  it('has its name in one line, and grants that are spoken here', async () => {
    const { body } = await registerClient(served, {
      client_name: 'evil\n\u202ename',
      grant_types: [
        'authorization_code',
        'refresh_token',
        'urn:ietf:params:oauth:grant-type:device_code',
      ],
      scope: 'openid profile mcp',
    });
    expect(body.client_name).toBe('evil name');
    expect(body.grant_types).not.toContain('urn:ietf:params:oauth:grant-type:device_code');
  });
});
