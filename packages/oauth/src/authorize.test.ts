import { Secret } from '@plugboard/vault';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { beginAuthorization, finishAuthorization, type BeginInput } from './authorize.ts';
import { buildClient, buildServer } from './testing/build.ts';
import { startCodeServer, type CodeServer } from './testing/code-server.ts';
import { buildSigningKey, forgeJwt } from './testing/keys.ts';
import { loopback } from './testing/network.ts';
import { startTestServer } from './testing/test-server.ts';

let as: CodeServer;
let input: BeginInput;
beforeEach(async () => {
  as = await startCodeServer();
  input = {
    server: buildServer(as.origin, { authorization_response_iss_parameter_supported: true }),
    client: buildClient(as.origin),
    redirectUri: 'https://plugboard.test/connect/callback',
    resource: 'https://mcp.test/mcp',
    scopes: ['read', 'write'],
    allowHttp: true,
  };
});
afterEach(async () => as[Symbol.asyncDispose]());

async function begin(over: Partial<BeginInput> = {}) {
  const begun = await beginAuthorization({ ...input, ...over });
  const client = over.client ?? input.client;
  return {
    ...begun,
    /** The callback as it should be; a test changes it. */
    back: as.visit(begun.url),
    finish: async (callback: URLSearchParams, now?: () => number) =>
      finishAuthorization({
        ...loopback,
        pending: begun.pending,
        client,
        callback,
        ...(now && { now }),
      }),
  };
}

describe('beginAuthorization', () => {
  it('sends state, PKCE by S256 and the resource, and keeps what is needed as JSON', async () => {
    const { url, pending } = await begin({ extra: { access_type: 'offline' } });
    const asked = Object.fromEntries(new URL(url).searchParams);
    expect(asked).toMatchObject({
      response_type: 'code',
      client_id: 'plugboard',
      redirect_uri: input.redirectUri,
      scope: 'read write',
      resource: input.resource,
      state: pending.state,
      code_challenge_method: 'S256',
      access_type: 'offline',
    });
    expect(asked['code_challenge']).not.toBe(pending.codeVerifier);
    expect(asked).not.toHaveProperty('nonce');
    expect(JSON.parse(JSON.stringify(pending))).toEqual(pending);
  });

  it('lets neither the address of the server nor the data of a provider replace what is ours', async () => {
    const evil = 'redirect_uri=https://evil.test&client_id=x&code_challenge_method=plain&state=s';
    const { url, pending } = await begin({
      server: buildServer(as.origin, {
        authorization_endpoint: `${as.origin}/authorize?tenant=1&request=x&${evil}&${evil}`,
      }),
      extra: { redirect_uri: 'https://evil.test', response_mode: 'form_post', nonce: 'n' },
      scopes: [],
    });
    const asked = new URL(url).searchParams;
    expect(asked.getAll('redirect_uri')).toEqual([input.redirectUri]);
    expect(asked.getAll('client_id')).toEqual(['plugboard']);
    expect(asked.getAll('code_challenge_method')).toEqual(['S256']);
    expect(asked.getAll('state')).toEqual([pending.state]);
    expect(asked.get('tenant')).toBe('1');
    for (const name of ['request', 'response_mode', 'scope', 'nonce']) {
      expect(asked.has(name), name).toBe(false);
    }
  });

  it('refuses a server that does not promise PKCE by S256', async () => {
    for (const methods of [undefined, [], ['plain'], ['s256']]) {
      const { code_challenge_methods_supported: _, ...metadata } = input.server.metadata;
      const server = {
        ...input.server,
        metadata: { ...metadata, ...(methods && { code_challenge_methods_supported: methods }) },
      };
      await expect(begin({ server })).rejects.toMatchObject({ reason: 'no_pkce' });
      const configured = { ...server, source: 'configured' as const };
      const { url } = await beginAuthorization({ ...input, server: configured });
      expect(new URL(url).searchParams.get('code_challenge_method')).toBe('S256');
    }
  });

  it('sends no browser to an address that is not a page, nor with a client of another issuer', async () => {
    for (const endpoint of [
      'javascript:alert(1)',
      'data:text/html,x',
      `http://as.test/authorize`,
    ]) {
      const server = buildServer(as.origin, { authorization_endpoint: endpoint });
      await expect(begin({ server, allowHttp: false })).rejects.toMatchObject({
        reason: 'address_not_allowed',
      });
    }
    const client = buildClient('https://other.test');
    await expect(begin({ client })).rejects.toMatchObject({ reason: 'client_of_another_issuer' });
    const server = buildServer(as.origin, { require_pushed_authorization_requests: true });
    await expect(begin({ server })).rejects.toMatchObject({ kind: 'unsupported' });
  });
});

describe('finishAuthorization', () => {
  it('trades the code for tokens', async () => {
    as.extra = { refresh_token: 'refresh', scope: 'read' };
    const { back, finish } = await begin();
    const tokens = await finish(back, () => 1_700_000_000_000);
    expect(tokens).toMatchObject({
      tokenType: 'Bearer',
      expiresAt: 1_700_000_060_000,
      scopes: ['read'],
      idToken: undefined,
    });
    expect(tokens.accessToken.reveal()).toBe('access');
    expect(tokens.refreshToken?.reveal()).toBe('refresh');
    expect(JSON.stringify(tokens)).not.toContain('access"');
    expect(as.seen[0]?.form.get('resource')).toBe(input.resource);
  });

  it('refuses an answer that is not from the server that was asked (mix-up)', async () => {
    for (const iss of ['https://evil.test', `${as.origin}/`, as.origin.toUpperCase(), '']) {
      const { back, finish } = await begin();
      back.set('iss', iss);
      await expect(finish(back), iss).rejects.toMatchObject({ reason: 'iss_mismatch' });
    }
    const { back, finish } = await begin();
    back.delete('iss');
    await expect(finish(back)).rejects.toMatchObject({ reason: 'iss_missing' });
    const unpromised = await begin({ server: buildServer(as.origin) });
    unpromised.back.set('iss', 'https://evil.test');
    await expect(unpromised.finish(unpromised.back)).rejects.toMatchObject({
      reason: 'iss_mismatch',
    });
    expect(as.seen).toEqual([]);
  });

  it('sends the code of an honest server to no other (mix-up by endpoints)', async () => {
    // The attacker's metadata names the honest server's page and its own token endpoint.
    await using evil = await startTestServer();
    evil.on('/token', { body: { access_token: 'x', token_type: 'bearer' } });
    const server = buildServer(evil.origin, { authorization_endpoint: `${as.origin}/authorize` });
    const { back, finish } = await begin({ server, client: buildClient(evil.origin) });
    await expect(finish(back)).rejects.toMatchObject({ reason: 'iss_mismatch' });
    expect(evil.seen).toEqual([]);
  });

  it('refuses another state, none, and any parameter given twice', async () => {
    for (const change of [
      (back: URLSearchParams) => back.set('state', 'other'),
      (back: URLSearchParams) => back.delete('state'),
    ]) {
      const { back, finish } = await begin();
      change(back);
      await expect(finish(back)).rejects.toMatchObject({ reason: 'state_mismatch' });
    }
    for (const name of ['code', 'state', 'iss', 'error']) {
      const { back, finish } = await begin();
      if (name === 'error') back.append(name, 'x');
      back.append(name, back.get(name) ?? '');
      await expect(finish(back), name).rejects.toMatchObject({ reason: 'parameter_repeated' });
    }
    for (const name of ['id_token', 'token', 'response']) {
      const { back, finish } = await begin();
      back.append(name, 'x');
      await expect(finish(back), name).rejects.toMatchObject({ kind: 'protocol' });
    }
    const { back, finish } = await begin();
    back.delete('code');
    await expect(finish(back)).rejects.toMatchObject({ kind: 'protocol' });
    expect(as.seen).toEqual([]);
  });

  it("gets nothing for another session's code", async () => {
    const [mine, theirs] = [await begin(), await begin()];
    mine.back.set('code', theirs.back.get('code') ?? '');
    const failure = await mine.finish(mine.back).catch((error: unknown) => error);
    expect(failure).toMatchObject({ kind: 'gone', oauth: 'invalid_grant' });
    expect(String(failure)).not.toContain('SECRET');
    expect(JSON.stringify(failure)).not.toContain('SECRET');
  });

  it('says that a person said no, without the words of the server', async () => {
    const { back, finish } = await begin();
    back.delete('code');
    back.set('error', 'access_denied');
    back.set('error_description', '<b>SECRET</b>');
    const failure = await finish(back).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      kind: 'denied',
      code: 'forbidden',
      details: { oauth: 'access_denied' },
    });
    expect(String(failure)).not.toContain('SECRET');
    back.set('error', 'not a code\n'.repeat(50));
    await expect(finish(back)).rejects.toMatchObject({ kind: 'denied', oauth: undefined });
  });

  it('refuses an error that another server made up', async () => {
    const { back, finish } = await begin();
    back.set('error', 'access_denied');
    back.set('iss', 'https://evil.test');
    await expect(finish(back)).rejects.toMatchObject({ reason: 'iss_mismatch' });
  });

  it('does not go on as another client', async () => {
    const { back, pending } = await begin();
    for (const client of [
      buildClient(as.origin, { clientId: 'other' }),
      buildClient('https://other.test', { clientSecret: new Secret('s') }),
    ]) {
      await expect(
        finishAuthorization({ ...loopback, pending, client, callback: back }),
      ).rejects.toMatchObject({ kind: 'protocol' });
    }
    expect(as.seen).toEqual([]);
  });

  it('sends credentials as the server takes them, and ids without needless signs', async () => {
    const clientSecret = new Secret('s:e-c_r+t');
    const basic = buildClient(as.origin, { authMethod: 'client_secret_basic', clientSecret });
    const one = await begin({ client: basic });
    await one.finish(one.back);
    const [scheme, value = ''] = as.seen[0]?.headers.authorization?.split(' ') ?? [];
    expect(scheme).toBe('Basic');
    expect(Buffer.from(value, 'base64').toString()).toBe('plugboard:s%3Ae-c_r%2Bt');
    const post = buildClient(as.origin, { authMethod: 'client_secret_post', clientSecret });
    const two = await begin({ client: post });
    await two.finish(two.back);
    expect(as.seen[1]?.form.get('client_secret')).toBe('s:e-c_r+t');
    const none = buildClient(as.origin, { authMethod: 'client_secret_basic' });
    await expect(begin({ client: none })).rejects.toMatchObject({ reason: 'client_incomplete' });
  });

  it('refuses tokens of a kind it does not know', async () => {
    for (const extra of [
      { token_type: 'mac' },
      { access_token: 7 },
      { access_token: '' },
      { expires_in: -1 },
      { refresh_token: {} },
    ]) {
      as.extra = extra;
      const { back, finish } = await begin();
      await expect(finish(back), JSON.stringify(extra)).rejects.toMatchObject({ kind: 'protocol' });
    }
  });
});

describe('ID tokens', () => {
  it('are checked: signature, issuer, audience, nonce and time', async () => {
    const [key, strange] = await Promise.all([buildSigningKey(), buildSigningKey()]);
    as.on('/jwks', { body: key.jwks });
    const server = buildServer(as.origin, { id_token_signing_alg_values_supported: ['ES256'] });
    const seconds = Math.floor(Date.now() / 1000);
    async function signIn(make: (claims: Record<string, unknown>) => Promise<string | undefined>) {
      const { back, finish, pending } = await begin({ server, scopes: ['openid'] });
      const claims = {
        iss: as.origin,
        aud: 'plugboard',
        sub: 'ana',
        nonce: pending.nonce,
        iat: seconds,
        exp: seconds + 60,
      };
      as.extra = { id_token: await make(claims) };
      return finish(back);
    }
    const tokens = await signIn(async (claims) => key.sign(claims));
    expect(tokens.idToken).toBeDefined();
    const publicKey = JSON.stringify(key.jwks.keys[0]);
    for (const [name, make] of Object.entries<(claims: object) => Promise<string | undefined>>({
      none: async (claims) => forgeJwt({ alg: 'none' }, { ...claims }),
      unsigned: async (claims) => forgeJwt({ alg: 'ES256', kid: 'k1' }, { ...claims }),
      confused: async (claims) => forgeJwt({ kid: 'k1' }, { ...claims }, publicKey),
      strange: async (claims) => strange.sign({ ...claims }),
      issuer: async (claims) => key.sign({ ...claims, iss: 'https://evil.test' }),
      audience: async (claims) => key.sign({ ...claims, aud: 'other' }),
      audiences: async (claims) => key.sign({ ...claims, aud: ['plugboard', 'other'] }),
      nonce: async (claims) => key.sign({ ...claims, nonce: 'other' }),
      replayed: async (claims) => key.sign({ ...claims, nonce: undefined }),
      expired: async (claims) => key.sign({ ...claims, exp: seconds - 120 }),
      missing: async () => undefined,
    })) {
      await expect(signIn(make), name).rejects.toMatchObject({ kind: 'protocol' });
    }
  });

  it('that nobody asked for are not even read', async () => {
    as.extra = { id_token: 'not a token' };
    const { back, finish } = await begin();
    expect((await finish(back)).idToken).toBeUndefined();
  });
});
