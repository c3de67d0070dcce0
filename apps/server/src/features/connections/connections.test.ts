import { newId } from '@plugboard/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  type IdentityProvider,
  startIdentityProvider,
} from '../../../../../test/oauth/identity-provider.ts';
import {
  type ProtectedServer,
  startProtectedServer,
} from '../../../../../test/oauth/protected-server.ts';
import { buildApp, type TestApp } from '../../app/testing/build-app.ts';
import { insertInstance } from '../instances/queries.ts';
import { withTenant } from '../../store/tenant.ts';
import { type Browser, signInInvited, signInOwner } from '../people/testing/browser.ts';
import { bindInstance } from './bind-instance.ts';
import { mayUseConnection, selectBarredMembers } from './may-use-connection.ts';
import { ask, begin, connect, consent, pathOf } from './testing/connect.ts';

let app: TestApp;
let provider: IdentityProvider;
let server: ProtectedServer;
let owner: Browser;
const tokens = new Set<string>();

beforeAll(async () => {
  [app, provider] = await Promise.all([buildApp(), startIdentityProvider()]);
  server = await startProtectedServer({ provider });
  owner = await signInOwner(app);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
  await app[Symbol.asyncDispose]();
});

const shared = () => ({
  resource: server.url,
  owner: { kind: 'organization' },
  allowPrivateNetwork: true,
});

describe('connecting to a protected server', () => {
  it('registers, asks for what it wants, and keeps what it gave', async () => {
    const { requestId, page } = await begin(owner, shared());
    expect((await ask(owner, 'GET', `/connection-requests/${requestId}`)).body.state).toBe(
      'waiting',
    );
    const shown = await (await owner.get(page)).text();
    expect(shown).toContain(server.url);
    expect(shown).toContain(provider.issuer);
    expect(shown).toContain('http://127.0.0.1:4477/connect/callback');
    expect(shown).toContain('read');
    const url = new URL(await consent(owner, page));
    expect(url.searchParams.get('resource')).toBe(server.url);
    expect(url.searchParams.get('code_challenge_method')).toBe('S256');
    const back = await provider.signIn(url.href);
    const landed = await owner.get(pathOf(back));
    expect(landed.headers.get('location')).toBe(`/connect/requests/${requestId}`);
    expect(await (await owner.get(page)).text()).toContain('is connected');
    const { body } = await ask(owner, 'GET', `/connection-requests/${requestId}`);
    expect(body).toMatchObject({
      state: 'connected',
      connection: {
        state: 'connected',
        issuer: provider.issuer,
        resource: server.url,
        grant: 'authorization_code',
        owner: { kind: 'organization' },
        renewable: true,
      },
    });
    const opened = await app.services.vault.open(
      { organizationId: app.organizationId, credentialId: body.connection.id },
      { for: 'test' },
    );
    const token = opened.fields['access_token']!.reveal();
    tokens.add(token);
    expect(await provider.introspect(token)).toMatchObject({ audience: [server.url] });
  });

  it('takes the same client again, and renews with the same id and a union of scopes', async () => {
    const before = provider.counters.registrations;
    const first = (await connect(owner, provider, { ...shared(), name: 'renewed' })).connection;
    expect(provider.counters.registrations).toBe(before);
    const { body } = await ask(owner, 'POST', `/connections/${first.id}/reconnect`, {
      scopes: ['write'],
    });
    const url = await consent(owner, pathOf(body.authorizeUrl));
    expect(new URL(url).searchParams.get('scope')?.split(' ').toSorted()).toEqual(
      expect.arrayContaining(['read', 'write']),
    );
    await owner.get(pathOf(await provider.signIn(url)));
    const { body: after } = await ask(owner, 'GET', `/connections/${first.id}`);
    expect(after).toMatchObject({ id: first.id, state: 'connected' });
    expect(after.scopes).toEqual(expect.arrayContaining(['read', 'write']));
  });

  it('adds a server that wants sign-in, once it is connected', async () => {
    const input = { server: server.url, slug: 'signed-in', allowPrivateNetwork: true };
    const { body: plan } = await ask(owner, 'POST', '/instances/plan', input);
    expect(plan.conflicts).toMatchObject([{ code: 'sign_in_wanted', severity: 'warning' }]);
    const { id } = (await connect(owner, provider, { ...shared(), name: 'for adding' })).connection;
    const complete = { ...input, credentials: { Authorization: id } };
    const { body: ready } = await ask(owner, 'POST', '/instances/plan', complete);
    expect(ready).toMatchObject({ ready: true, conflicts: [] });
    const added = await app.request('POST', '/instances', {
      ...complete,
      planDigest: ready.digest,
    });
    expect(added.body.at(-1).data).toMatchObject({ type: 'done', instance: { slug: 'signed-in' } });
    const { body } = await ask(owner, 'GET', `/connections/${id}`);
    expect(body.instances).toMatchObject([{ slug: 'signed-in', slot: 'Authorization' }]);
  });

  it('revokes at the provider, and destroys what is here', async () => {
    const { id } = (await connect(owner, provider, { ...shared(), name: 'gone' })).connection;
    const { fields } = await app.services.vault.open(
      { organizationId: app.organizationId, credentialId: id },
      { for: 'test' },
    );
    const token = fields['access_token']!.reveal();
    expect((await ask(owner, 'DELETE', `/connections/${id}`)).body).toEqual({
      id,
      revoked: 'revoked',
    });
    expect(await provider.introspect(token)).toBeUndefined();
    expect((await ask(owner, 'GET', `/connections/${id}`)).status).toBe(404);
    await expect(
      app.services.vault.open(
        { organizationId: app.organizationId, credentialId: id },
        { for: 'test' },
      ),
    ).rejects.toMatchObject({ code: 'not_found' });
  });

  it('says when the provider did not confirm it', async () => {
    const { id } = (await connect(owner, provider, { ...shared(), name: 'away' })).connection;
    await provider.stop();
    const { body } = await ask(owner, 'DELETE', `/connections/${id}`);
    await provider.start();
    expect(body.revoked).toBe('failed');
    expect(body.message).toContain('did not confirm');
  });

  it('tells a person in plain words that they said no', async () => {
    const ended = await connect(owner, provider, shared(), { deny: true });
    expect(ended).toMatchObject({ state: 'failed', problem: { code: 'denied' } });
  });

  it('shows no token in any answer', async () => {
    const { body } = await ask(owner, 'GET', '/connections');
    const { body: audit } = await app.request('GET', '/audit?limit=1000');
    for (const token of tokens) expect(JSON.stringify([body, audit])).not.toContain(token);
  });
});

describe('whose connection it is', () => {
  it('is for its member alone to see, to permit and to remove', async () => {
    await setOidc();
    const ann = await signInInvited(app, 'ann@example.com');
    const bob = await signInInvited(app, 'bob@example.com');
    const { connection } = await connect(ann, provider, {
      provider: 'company',
      owner: { kind: 'member' },
    });
    expect(connection).toMatchObject({
      account: { id: 'ann' },
      owner: { kind: 'member' },
      agents: [],
    });
    const path = `/connections/${connection.id}`;
    expect((await ask(bob, 'GET', path)).status).toBe(404);
    expect((await ask(bob, 'DELETE', path)).status).toBe(404);
    expect((await ask(bob, 'POST', `${path}/reconnect`, {})).status).toBe(404);
    // Owners see that there is one, and may neither use nor permit it.
    expect((await ask(owner, 'GET', path)).status).toBe(200);
    expect((await ask(owner, 'POST', `${path}/reconnect`, {})).status).toBe(403);
    expect((await ask(owner, 'PUT', `${path}/agents/demo`, {})).status).toBe(403);

    const agents = (await ask(owner, 'GET', '/agents')).body.agents;
    const agentId = agents.find((agent: { slug: string }) => agent.slug === 'demo').id;
    const may = (memberId: string | undefined) =>
      withTenant(app.services.db, app.organizationId, (tx) =>
        mayUseConnection(tx, { connectionId: connection.id, agentId, memberId }),
      );
    const annId = connection.owner.id;
    expect(await may(annId)).toBe(false);
    const allowed = await ask(ann, 'PUT', `${path}/agents/demo`, {});
    expect(allowed.body.agents).toMatchObject([{ slug: 'demo' }]);
    expect(await may(annId)).toBe(true);
    expect(await may(undefined)).toBe(false);
    expect(await may(agentId)).toBe(false);
    await ask(ann, 'DELETE', `${path}/agents/demo`);
    expect(await may(annId)).toBe(false);
  });

  it('keeps agents from calls for a member who has not permitted it', async () => {
    const carl = await signInInvited(app, 'carl@example.com');
    const { connection } = await connect(carl, provider, {
      provider: 'company',
      owner: { kind: 'member' },
    });
    const agents = (await ask(owner, 'GET', '/agents')).body.agents;
    const agentId = agents.find((agent: { slug: string }) => agent.slug === 'demo').id;
    const instanceId = await insertRemote('protected');
    await withTenant(app.services.db, app.organizationId, (tx) =>
      bindInstance(tx, {
        organizationId: app.organizationId,
        instanceId,
        credentialId: connection.id,
        owner: connection.owner,
      }),
    );
    const barred = () =>
      withTenant(app.services.db, app.organizationId, (tx) => selectBarredMembers(tx, agentId));
    expect((await barred()).get(instanceId)).toEqual([connection.owner.id]);
    await ask(carl, 'PUT', `/connections/${connection.id}/agents/demo`, {});
    expect((await barred()).size).toBe(0);
    const members = (await ask(owner, 'GET', '/members')).body.members;
    const { id } = members.find((each: { email: string }) => each.email === 'carl@example.com');
    await ask(owner, 'POST', `/members/${id}/suspend`, {});
    expect((await barred()).get(instanceId)).toEqual([connection.owner.id]);
  });

  it('fills an instance that waits for it, for its member and the agent that asked', async () => {
    const dora = await signInInvited(app, 'dora@example.com');
    const instanceId = await insertRemote('waiting');
    await withTenant(app.services.db, app.organizationId, (tx) =>
      tx.updateTable('instances').set({ account: 'member' }).where('id', '=', instanceId).execute(),
    );
    const agents = (await ask(owner, 'GET', '/agents')).body.agents;
    const agentId = agents.find((agent: { slug: string }) => agent.slug === 'demo').id;
    const link = `/connect/waiting?agent=${agentId}`;
    const shown = await (await dora.get(link)).text();
    expect(shown).toContain(server.url);
    expect(shown).toContain('the agent demo');
    const begun = await dora.submit(link, link, {});
    const page = begun.headers.get('location') ?? '';
    expect(page).toMatch(/^\/connect\/requests\//);
    const url = await consent(dora, page, { agent: agentId });
    await dora.get(pathOf(await provider.signIn(url)));
    const { connections } = (await ask(dora, 'GET', '/connections?mine=true')).body;
    expect(connections).toMatchObject([
      {
        resource: server.url,
        agents: [{ slug: 'demo' }],
        instances: [{ slug: 'waiting', slot: 'Authorization' }],
      },
    ]);
  });

  it('renews with the same account, and refuses another', async () => {
    await setOidc();
    const { connection } = await connect(owner, provider, {
      provider: 'company',
      owner: { kind: 'member' },
    });
    const { body } = await ask(owner, 'POST', `/connections/${connection.id}/reconnect`, {});
    const url = await consent(owner, pathOf(body.authorizeUrl));
    await owner.get(pathOf(await provider.signIn(url, { account: 'bob' })));
    const ended = (await ask(owner, 'GET', `/connection-requests/${body.requestId}`)).body;
    expect(ended).toMatchObject({ state: 'failed', problem: { code: 'other_account' } });
    expect((await ask(owner, 'GET', `/connections/${connection.id}`)).body.account.id).toBe('ann');
  });
});

describe('providers', () => {
  it('keep secrets that are never shown, and clients that admins entered come first', async () => {
    const set = await ask(owner, 'PUT', '/providers/github', {
      clientId: 'Iv1.abc',
      clientSecret: 'canary-secret-value',
    });
    expect(set.body).toMatchObject({
      slug: 'github',
      ready: true,
      client: { clientId: 'Iv1.abc', authentication: 'secret' },
      redirectUri: 'http://127.0.0.1:4477/connect/callback',
    });
    const { body: listed } = await ask(owner, 'GET', '/providers');
    const { body: audit } = await app.request('GET', '/audit?limit=1000');
    expect(JSON.stringify([set.body, listed, audit])).not.toContain('canary-secret-value');
    const { page } = await begin(owner, { provider: 'github', owner: { kind: 'member' } });
    const shown = await (await owner.get(page)).text();
    expect(shown).toContain('Read and change code');
    const url = new URL(await consent(owner, page));
    expect(url.origin + url.pathname).toBe('https://github.com/login/oauth/authorize');
    expect(url.searchParams.get('client_id')).toBe('Iv1.abc');
    expect(url.searchParams.has('resource')).toBe(false);
  });

  it('say what to do where a client has to be registered by hand', async () => {
    const { status, body } = await ask(owner, 'POST', '/connections', {
      provider: 'notion',
      owner: { kind: 'member' },
    });
    expect(status).toBe(409);
    expect(body).toMatchObject({ details: { reason: 'client_wanted' } });
  });

  it('separate scopes as the service wants it', async () => {
    await ask(owner, 'PUT', '/providers/linear', { clientId: 'l', clientSecret: 's' });
    const { page } = await begin(owner, {
      provider: 'linear',
      owner: { kind: 'member' },
      scopes: ['read', 'write'],
    });
    const url = new URL(await consent(owner, page));
    expect(url.searchParams.get('scope')).toBe('read,write');
    expect(url.searchParams.get('prompt')).toBe('consent');
  });

  it('cannot take the place of one that Plugboard has data of', async () => {
    const { status } = await ask(owner, 'PUT', '/providers/google', {
      issuer: 'https://evil.example',
    });
    expect(status).toBe(400);
  });
});

describe('connecting without a browser', () => {
  it('obtains tokens for Plugboard itself with a secret', async () => {
    await provider.addClient({
      client_id: 'service',
      client_secret: 'service-secret',
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    });
    await ask(owner, 'PUT', '/providers/service', {
      issuer: provider.issuer,
      clientId: 'service',
      clientSecret: 'service-secret',
      allowPrivateNetwork: true,
    });
    const { status, body } = await ask(owner, 'POST', '/connections', {
      provider: 'service',
      resource: server.url,
      owner: { kind: 'organization' },
      grant: 'client_credentials',
      scopes: ['read'],
    });
    expect(status, JSON.stringify(body)).toBe(201);
    expect(body.connection).toMatchObject({ state: 'connected', grant: 'client_credentials' });
    await ask(owner, 'DELETE', `/connections/${body.connection.id}`);
    expect((await ask(owner, 'DELETE', '/providers/service')).status).toBe(200);
  });
});

/** An instance as it is stored, which nothing runs. */
async function insertRemote(slug: string): Promise<string> {
  const id = newId();
  const { toolboxes } = (await ask(owner, 'GET', '/toolboxes')).body;
  await withTenant(app.services.db, app.organizationId, (tx) =>
    insertInstance(tx, {
      id,
      organizationId: app.organizationId,
      toolboxId: toolboxes[0].id,
      slug,
      serverName: slug,
      version: 'remote',
      launch: JSON.stringify({
        driver: 'remote',
        transport: 'streamable-http',
        url: server.url,
        headers: {},
        allowPrivateNetwork: true,
      }),
      sealedSecrets: '{}',
      idleMs: 0,
      startTimeoutMs: 10_000,
    }),
  );
  return id;
}

async function setOidc(): Promise<void> {
  const { status, body } = await ask(owner, 'PUT', '/providers/company', {
    issuer: provider.issuer,
    scopes: ['openid', 'email', 'offline_access'],
    allowPrivateNetwork: true,
  });
  if (status !== 200) throw new Error(JSON.stringify(body));
}
