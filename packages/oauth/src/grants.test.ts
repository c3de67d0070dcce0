import { inspect } from 'node:util';

import { Secret } from '@plugboard/vault';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createDpopKey, dpopProof } from './dpop.ts';
import { requestClientCredentials, requestJwtBearer, type GrantInput } from './grants.ts';
import { refreshTokens } from './refresh.ts';
import { revokeToken } from './revoke.ts';
import { buildClient, buildServer } from './testing/build.ts';
import { buildSigningKey } from './testing/keys.ts';
import { loopback } from './testing/network.ts';
import { startTestServer, type TestServer } from './testing/test-server.ts';
import type { TokenSet } from './tokens.ts';

let as: TestServer;
let input: GrantInput;
let tokens: TokenSet;
const good = { access_token: 'new', token_type: 'Bearer' };
beforeEach(async () => {
  as = await startTestServer();
  input = {
    ...loopback,
    server: buildServer(as.origin),
    client: buildClient(as.origin),
    resource: 'https://mcp.test/mcp',
    scopes: ['read'],
  };
  tokens = {
    accessToken: new Secret('old'),
    tokenType: 'Bearer',
    refreshToken: new Secret('r1'),
    idToken: undefined,
    expiresAt: 0,
    scopes: ['read', 'write'],
    dpopKey: undefined,
  };
  as.on('/token', { body: good });
});
afterEach(async () => as[Symbol.asyncDispose]());

describe('refreshTokens', () => {
  it('keeps the old refresh token where none comes, and takes the new one where one does', async () => {
    const kept = await refreshTokens({ ...input, tokens });
    expect(kept.refreshToken?.reveal()).toBe('r1');
    expect(kept).toMatchObject({ scopes: ['read', 'write'], expiresAt: undefined });
    as.on('/token', { body: { ...good, refresh_token: 'r2', expires_in: '90', scope: 'read' } });
    const rotated = await refreshTokens({ ...input, tokens, now: () => 1000 });
    expect(rotated.refreshToken?.reveal()).toBe('r2');
    expect(rotated).toMatchObject({ scopes: ['read'], expiresAt: 91_000 });
    const { form } = as.seen[1]!;
    expect([form.get('grant_type'), form.get('refresh_token'), form.get('resource')]).toEqual([
      'refresh_token',
      'r1',
      input.resource,
    ]);
    expect(form.has('scope')).toBe(false);
  });

  it('says what kind of failure it was', async () => {
    for (const [status, body, kind] of [
      [400, { error: 'invalid_grant' }, 'gone'],
      [401, { error: 'invalid_client' }, 'client'],
      [400, { error: 'unauthorized_client' }, 'client'],
      [400, { error: 'temporarily_unavailable' }, 'later'],
      [500, { error: 'invalid_grant' }, 'later'],
      [429, {}, 'later'],
      [400, { error: 'invalid_scope' }, 'denied'],
      [400, {}, 'protocol'],
      [200, { error: 'bad_refresh_token' }, 'gone'],
      [200, { ok: false, error: 'invalid_refresh_token' }, 'gone'],
      [200, {}, 'protocol'],
      [302, {}, 'protocol'],
    ] as const) {
      as.on('/token', { status, body });
      await expect(refreshTokens({ ...input, tokens }), JSON.stringify(body)).rejects.toMatchObject(
        { kind },
      );
    }
    const { refreshToken: _, ...rest } = tokens;
    await expect(
      refreshTokens({ ...input, tokens: { ...rest, refreshToken: undefined } }),
    ).rejects.toMatchObject({ kind: 'gone', reason: 'no_refresh_token' });
    await as[Symbol.asyncDispose]();
    await expect(refreshTokens({ ...input, tokens })).rejects.toMatchObject({
      kind: 'later',
      reason: 'unreachable',
    });
  });

  it('never sends a refresh token or a secret to another server than its own', async () => {
    await using other = await startTestServer();
    const server = buildServer(other.origin);
    const client = buildClient(as.origin, {
      authMethod: 'client_secret_basic',
      clientSecret: new Secret('s'),
    });
    for (const attempt of [
      refreshTokens({ ...input, server, client, tokens }),
      requestClientCredentials({ ...input, server, client }),
      requestJwtBearer({ ...input, server, client, assertion: new Secret('a') }),
      revokeToken({ ...loopback, server, client, token: new Secret('t'), hint: 'access_token' }),
    ]) {
      await expect(attempt).rejects.toMatchObject({ reason: 'client_of_another_issuer' });
    }
    expect(other.seen).toEqual([]);
    as.on('/token', { status: 307, headers: { location: `${other.origin}/token` } });
    await expect(refreshTokens({ ...input, tokens })).rejects.toMatchObject({
      reason: 'redirected',
    });
    expect(other.seen).toEqual([]);
  });

  it('has the same account in a refreshed ID token, or none of it', async () => {
    const key = await buildSigningKey();
    as.on('/jwks', { body: key.jwks });
    const server = buildServer(as.origin, { id_token_signing_alg_values_supported: ['ES256'] });
    const seconds = Math.floor(Date.now() / 1000);
    const claims = { iss: as.origin, aud: 'plugboard', iat: seconds, exp: seconds + 60 };
    const idToken = new Secret(await key.sign({ ...claims, sub: 'ana' }));
    for (const sub of ['ana', 'ben']) {
      as.on('/token', { body: { ...good, id_token: await key.sign({ ...claims, sub }) } });
      const refreshed = refreshTokens({ ...input, server, tokens: { ...tokens, idToken } });
      if (sub === 'ana') expect((await refreshed).idToken).toBeDefined();
      else await expect(refreshed).rejects.toMatchObject({ reason: 'subject_changed' });
    }
  });

  it('has nothing of a token in what a failure says or causes', async () => {
    as.on('/token', { body: { access_token: 'SECRET', token_type: 'unknown' } });
    const failure = await refreshTokens({ ...input, tokens }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ kind: 'protocol' });
    expect(inspect(failure, { depth: 9 })).not.toContain('SECRET');
  });
});

describe('requestClientCredentials', () => {
  it('signs an assertion for the server where the client has a key', async () => {
    const { secret } = await buildSigningKey();
    const client = buildClient(as.origin, { authMethod: 'private_key_jwt', privateKey: secret });
    const answer = await requestClientCredentials({ ...input, client });
    expect(answer.scopes).toEqual(['read']);
    const assertion = as.seen[0]?.form.get('client_assertion') ?? '';
    expect(decodeProtectedHeader(assertion)).toMatchObject({ alg: 'ES256', kid: 'k1' });
    expect(decodeJwt(assertion)).toMatchObject({
      iss: 'plugboard',
      sub: 'plugboard',
      aud: as.origin,
    });
  });

  it('takes no key that is symmetric or public', async () => {
    for (const key of ['{"kty":"oct","k":"AA","alg":"HS256","d":"x"}', '{"kty":"EC"}', '[]']) {
      const client = buildClient(as.origin, {
        authMethod: 'private_key_jwt',
        privateKey: new Secret(key),
      });
      await expect(requestClientCredentials({ ...input, client })).rejects.toMatchObject({
        reason: 'key_malformed',
      });
    }
  });
});

describe('requestJwtBearer', () => {
  it('tries once, whatever the answer', async () => {
    as.on('/token', { status: 400, body: { error: 'invalid_grant' } });
    const assertion = new Secret('jwt');
    await expect(requestJwtBearer({ ...input, assertion })).rejects.toMatchObject({ kind: 'gone' });
    expect(as.seen.map(({ form }) => form.get('assertion'))).toEqual(['jwt']);
  });
});

describe('DPoP', () => {
  it('gives the nonce that a server wants at a second try, and never a third', async () => {
    const dpopKey = await createDpopKey(['ES256']);
    let nonce = 'n1';
    as.on('/token', ({ headers }) => {
      const proof = decodeJwt(String(headers['dpop']));
      return proof['nonce'] === nonce
        ? { body: { ...good, token_type: 'DPoP' } }
        : { status: 400, headers: { 'dpop-nonce': 'n1' }, body: { error: 'use_dpop_nonce' } };
    });
    const answer = await requestClientCredentials({ ...input, dpopKey });
    expect(answer).toMatchObject({ tokenType: 'DPoP', dpopKey });
    expect(new Set(as.seen.map(({ headers }) => decodeJwt(String(headers['dpop'])).jti)).size).toBe(
      2,
    );
    nonce = 'never';
    await expect(requestClientCredentials({ ...input, dpopKey })).rejects.toMatchObject({
      oauth: 'use_dpop_nonce',
    });
    expect(as.seen).toHaveLength(4);
  });

  it('takes no unbound token in place of a bound one', async () => {
    const dpopKey = await createDpopKey();
    await expect(requestClientCredentials({ ...input, dpopKey })).rejects.toMatchObject({
      reason: 'dpop_downgraded',
    });
    as.on('/token', { body: { ...good, token_type: 'DPoP' } });
    await expect(requestClientCredentials(input)).rejects.toMatchObject({ reason: 'dpop_unasked' });
  });

  it('proves one request with one key, and shows only its public half', async () => {
    const key = await createDpopKey(['RS256', 'ES384']);
    const proof = await dpopProof({
      key,
      method: 'POST',
      url: 'https://mcp.test/mcp?a=1#b',
      accessToken: new Secret('token'),
      nonce: 'n',
      now: () => 5000,
    });
    expect(decodeProtectedHeader(proof)).toMatchObject({ alg: 'ES384', typ: 'dpop+jwt' });
    expect(decodeProtectedHeader(proof).jwk).not.toHaveProperty('d');
    expect(decodeJwt(proof)).toMatchObject({
      htm: 'POST',
      htu: 'https://mcp.test/mcp',
      nonce: 'n',
      iat: 5,
      ath: 'PEaenWxYddN6Q_NT1PiOYfz4EsZu7jRXRlpAsNpBU-A',
    });
    await expect(createDpopKey(['HS256', 'none'])).rejects.toMatchObject({ kind: 'unsupported' });
  });
});

describe('revokeToken', () => {
  it('revokes where the server can, and says where it cannot', async () => {
    as.on('/revoke', { status: 200, body: '' });
    const what = { ...loopback, client: input.client, token: new Secret('r1') };
    const { server } = input;
    expect(await revokeToken({ ...what, server, hint: 'refresh_token' })).toBe(true);
    expect(Object.fromEntries(as.seen[0]!.form)).toMatchObject({
      token: 'r1',
      token_type_hint: 'refresh_token',
    });
    const { revocation_endpoint: _, ...metadata } = server.metadata;
    const without = { ...server, metadata };
    expect(await revokeToken({ ...what, server: without, hint: 'refresh_token' })).toBe(false);
    as.on('/revoke', { status: 503 });
    await expect(revokeToken({ ...what, server, hint: 'access_token' })).rejects.toMatchObject({
      kind: 'later',
    });
  });
});
