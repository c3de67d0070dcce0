import { createDpopKey, dpopProof } from '@plugboard/oauth';
import { Secret } from '@plugboard/vault';
import { decodeJwt, exportJWK, generateKeyPair } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { within } from '../harness/eventually.ts';
import { signInOwner } from '../harness/people.ts';
import { type Plugboard, startPlugboard } from '../harness/plugboard.ts';
import type { RawClient } from '../harness/raw-client.ts';
import type { TestBrowser } from '../oauth/browser.ts';
import { askApi, connectAccount, endAccess, goOn } from '../oauth/connect-account.ts';
import { vouch } from '../oauth/id-jag.ts';
import {
  type IdentityProvider,
  type IdentityProviderOptions,
  startIdentityProvider,
} from '../oauth/identity-provider.ts';
import {
  type ProtectedServer,
  type ProtectedServerOptions,
  startProtectedServer,
} from '../oauth/protected-server.ts';

const stack = new AsyncDisposableStack();
let plugboard: Plugboard;
let browser: TestBrowser;
beforeAll(async () => {
  plugboard = stack.use(await startPlugboard());
  browser = await signInOwner(plugboard);
});
afterAll(() => within('everything had ended', stack.disposeAsync(), 120_000));

const api = (method: string, path: string, body?: unknown) => askApi(plugboard, method, path, body);

async function startPair(
  provider: IdentityProviderOptions = {},
  server: Omit<ProtectedServerOptions, 'provider'> = {},
): Promise<[IdentityProvider, ProtectedServer]> {
  const made = stack.use(await startIdentityProvider(provider));
  return [made, stack.use(await startProtectedServer({ ...server, provider: made }))];
}

/** A client of an instance whose calls use a connection. */
async function serve(server: ProtectedServer, slug: string, id: string): Promise<RawClient> {
  await plugboard.add({
    server: server.url,
    slug,
    transport: 'streamable-http',
    allowPrivateNetwork: true,
    credentials: { Authorization: id },
  });
  return plugboard.client(plugboard.demoToken, `/starter/${slug}`);
}

async function call(client: RawClient, tool = 'whoami') {
  const asked = client.request('tools/call', { name: tool, arguments: { text: 'said' } });
  const { message } = await within('a call was answered', asked);
  return message;
}

async function said(client: RawClient, tool?: string): Promise<string> {
  const message = await call(client, tool);
  return message.result?.content[0].text ?? JSON.stringify(message.error);
}

/** Ends the token that a connection's last call was made with, at the provider and here. */
async function end(id: string, provider: IdentityProvider, server: ProtectedServer): Promise<void> {
  const { token } = server.calls.at(-1)!;
  const { AccessToken, ClientCredentials } = provider.provider;
  await (await AccessToken.find(token))?.destroy();
  await (await ClientCredentials.find(token))?.destroy();
  await endAccess(plugboard, id);
}

describe('a connection whose tokens are bound to a key', () => {
  let provider: IdentityProvider;
  let server: ProtectedServer;
  let id: string;
  let client: RawClient;
  beforeAll(async () => {
    [provider, server] = await startPair({ dpopNonce: true }, { dpop: 'nonce' });
    const connection = await connectAccount(plugboard, browser, provider, { resource: server.url });
    id = connection.id;
    client = await serve(server, 'bound', id);
  });

  const lastCall = () => server.calls.at(-1)!;

  it('proves each request, with the nonces that both servers want', async () => {
    expect(await said(client)).toContain('"account":"ann"');
    expect(await said(client)).toContain('"account":"ann"');
    const proofs = server.calls.map(({ proof }) => decodeJwt(proof!));
    expect(new Set(proofs.map(({ jti }) => jti)).size).toBe(proofs.length);
    expect(proofs.at(-1)).toMatchObject({
      htm: 'POST',
      htu: server.url,
      ath: expect.any(String),
      nonce: expect.any(String),
    });
    expect((await provider.introspect(lastCall().token))?.jkt).toBeDefined();
  });

  it('keeps its key when it is renewed, once for many calls', async () => {
    const before = lastCall().token;
    const key = (await provider.introspect(before))?.jkt;
    await end(id, provider, server);
    const answers = await Promise.all(Array.from({ length: 20 }, () => said(client)));
    expect(answers.filter((text) => !text.includes('"account":"ann"'))).toEqual([]);
    expect(lastCall().token).not.toBe(before);
    expect((await provider.introspect(lastCall().token))?.jkt).toBe(key);
    expect(provider.counters).toMatchObject({ refreshed: 1, reuses: 0 });
  });

  it('goes on with many calls at once when the server wants another nonce', async () => {
    server.changeNonce();
    const answers = await Promise.all(Array.from({ length: 20 }, () => said(client)));
    expect(answers.filter((text) => !text.includes('"account":"ann"'))).toEqual([]);
    expect(provider.counters).toMatchObject({ refreshed: 1 });
  });

  it('has tokens that are of no use to a thief', async () => {
    const { token, proof } = lastCall();
    const nonce = String(decodeJwt(proof!)['nonce']);
    const foreign = async () =>
      dpopProof({
        key: await createDpopKey(),
        method: 'POST',
        url: server.url,
        accessToken: new Secret(token),
        nonce,
      });
    for (const headers of [
      { authorization: `Bearer ${token}` },
      { authorization: `DPoP ${token}` },
      { authorization: `DPoP ${token}`, dpop: proof! },
      { authorization: `DPoP ${token}`, dpop: await foreign() },
      { authorization: `Bearer ${token}`, dpop: await foreign() },
    ]) {
      const answer = await fetch(server.url, { method: 'POST', headers, body: '{}' });
      expect(answer.status).toBe(401);
    }
  });
});

describe('a server that wants more scopes', () => {
  it('has a person asked for the union of them, once for each call, and serves then', async () => {
    const [provider, server] = await startPair();
    const input = { resource: server.url, scopes: ['read'] };
    const { id } = await connectAccount(plugboard, browser, provider, input);
    const client = await serve(server, 'stepped', id);
    expect(await said(client)).toContain('"scopes":["read"]');
    server.refusals.forbidden = 0;
    const wanted = { code: 'sign_in_required', scopes: ['read', 'write'], reason: 'scopes' };
    const { error } = await call(client, 'write');
    expect(error).toMatchObject({ data: wanted });
    expect(error?.message).toContain(`${plugboard.url}/connect/${id}`);
    expect(server.refusals.forbidden).toBe(1);
    // What needs no more goes on.
    expect(await said(client)).toContain('"account":"ann"');

    const again = () => api('POST', `/connections/${id}/reconnect`, {});
    const less = await goOn(plugboard, browser, provider, await again(), { scopes: ['read'] });
    expect(less).toMatchObject({ id, scopes: ['read'] });
    expect((await call(client, 'write')).error).toMatchObject({ data: wanted });
    expect(server.refusals.forbidden).toBe(2);

    const connected = await goOn(plugboard, browser, provider, await again());
    expect(connected.scopes.toSorted()).toEqual(['read', 'write']);
    expect(await said(client, 'write')).toBe('said');
    expect(server.refusals.forbidden).toBe(2);
    expect(provider.counters.refreshes).toBe(0);
  });
});

const service = {
  client_id: 'service',
  client_secret: 'the-secret-of-before',
  token_endpoint_auth_method: 'client_secret_basic',
  grant_types: ['client_credentials'],
  redirect_uris: [],
  response_types: [],
};

async function grant(input: Readonly<Record<string, unknown>>): Promise<string> {
  const asked = { owner: { kind: 'organization' }, scopes: ['read'], allowPrivateNetwork: true };
  const { connection } = await api('POST', '/connections', { ...asked, ...input });
  expect(connection).toMatchObject({ state: 'connected', grant: input['grant'] });
  return connection.id;
}

describe('a connection of Plugboard itself', () => {
  it.each(['client_secret_basic', 'private_key_jwt'])('is asked for anew with %s', async (way) => {
    const [provider, server] = await startPair();
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
    const [open, closed] = await Promise.all([exportJWK(publicKey), exportJWK(privateKey)]);
    const { client_secret, ...rest } = { ...service, token_endpoint_auth_method: way };
    const isKeyed = way === 'private_key_jwt';
    const jwks = { keys: [{ ...open, alg: 'ES256', kid: 'k' }] };
    await provider.addClient({ ...rest, ...(isKeyed ? { jwks } : { client_secret }) });
    const slug = isKeyed ? 'keyed' : 'secret';
    await api('PUT', `/providers/${slug}`, {
      issuer: provider.issuer,
      clientId: 'service',
      ...(isKeyed
        ? { privateKey: JSON.stringify({ ...closed, alg: 'ES256', kid: 'k' }) }
        : { clientSecret: client_secret }),
      allowPrivateNetwork: true,
    });
    const asked = { provider: slug, resource: server.url, grant: 'client_credentials' };
    const id = await grant(asked);
    const client = await serve(server, slug, id);
    expect(await said(client)).toContain('"scopes":["read"]');
    await end(id, provider, server);
    const before = provider.counters.tokens;
    const answers = await Promise.all(Array.from({ length: 10 }, () => said(client)));
    expect(answers.filter((text) => !text.includes('"scopes":["read"]'))).toEqual([]);
    expect(provider.counters.tokens).toBe(before + 1);
  });

  it('that the provider refuses says what an admin must do, and goes on when it is done', async () => {
    const [provider, server] = await startPair();
    await provider.addClient(service);
    const entered = { issuer: provider.issuer, clientId: 'service', allowPrivateNetwork: true };
    await api('PUT', '/providers/mended', { ...entered, clientSecret: service.client_secret });
    const id = await grant({
      provider: 'mended',
      resource: server.url,
      grant: 'client_credentials',
    });
    const client = await serve(server, 'mended', id);
    expect(await said(client)).toContain('"scopes":["read"]');
    await provider.addClient({ ...service, client_secret: 'the-secret-of-now' });
    await end(id, provider, server);
    const { error } = await call(client);
    expect(error).toMatchObject({ data: { code: 'sign_in_required', reason: 'client_refused' } });
    expect(error?.message).toContain('plugboard provider set mended');
    expect(error?.message).not.toContain('/connect/');
    expect(await api('GET', `/connections/${id}`)).toMatchObject({
      state: 'needs_sign_in',
      reason: { code: 'client_refused' },
    });
    // It is left alone meanwhile.
    const before = provider.counters.tokens;
    expect((await call(client)).error).toMatchObject({ data: { reason: 'client_refused' } });
    expect(provider.counters.tokens).toBe(before);
    await api('PUT', '/providers/mended', { ...entered, clientSecret: 'the-secret-of-now' });
    expect(await said(client)).toContain('"scopes":["read"]');
    expect(await api('GET', `/connections/${id}`)).toMatchObject({ state: 'connected' });
  });
});

describe('a connection that an identity provider vouches for', () => {
  it('is asked for anew, and says who must sign in where when it is vouched for no more', async () => {
    const [provider, server] = await startPair();
    const idp = stack.use(await startIdentityProvider());
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
    const [open, closed] = await Promise.all([exportJWK(publicKey), exportJWK(privateKey)]);
    const vouching = vouch(idp, provider, closed, open);
    await idp.addClient({
      client_id: 'at-idp',
      client_secret: 'secret-at-idp',
      redirect_uris: [`${plugboard.url}/connect/callback`],
      application_type: 'native',
      grant_types: [
        'authorization_code',
        'refresh_token',
        'urn:ietf:params:oauth:grant-type:token-exchange',
      ],
    });
    await provider.addClient({
      ...service,
      client_id: 'at-server',
      grant_types: ['urn:ietf:params:oauth:grant-type:jwt-bearer'],
    });
    await api('PUT', '/providers/company', {
      issuer: idp.issuer,
      clientId: 'at-idp',
      clientSecret: 'secret-at-idp',
      scopes: ['openid'],
      allowPrivateNetwork: true,
    });
    await api('PUT', '/providers/vouched', {
      issuer: provider.issuer,
      clientId: 'at-server',
      clientSecret: service.client_secret,
      allowPrivateNetwork: true,
    });
    const identity = await connectAccount(plugboard, browser, idp, { provider: 'company' });
    const id = await grant({
      provider: 'vouched',
      resource: server.url,
      grant: 'jwt_bearer',
      identity: identity.id,
    });
    const client = await serve(server, 'vouched', id);
    expect(await said(client)).toContain('"account":"ann"');
    await end(id, provider, server);
    expect(await said(client)).toContain('"account":"ann"');
    expect(vouching.given).toBe(2);

    vouching.refused.add('ann');
    await end(id, provider, server);
    const { error } = await call(client);
    expect(error).toMatchObject({ data: { code: 'sign_in_required', reason: 'identity' } });
    expect(error?.message).toContain(`${plugboard.url}/connect/${identity.id}`);
    vouching.refused.clear();
    const begun = await api('POST', `/connections/${identity.id}/reconnect`, {});
    await goOn(plugboard, browser, idp, begun);
    expect(await said(client)).toContain('"account":"ann"');
  });
});
