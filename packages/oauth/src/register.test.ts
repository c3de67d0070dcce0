import { Secret } from '@plugboard/vault';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { register, type RegisterInput } from './register.ts';
import { buildServer } from './testing/build.ts';
import { loopback } from './testing/network.ts';
import { startTestServer, type TestServer } from './testing/test-server.ts';

const redirectUri = 'https://plugboard.test/connect/callback';

let as: TestServer;
let input: RegisterInput;
beforeEach(async () => {
  as = await startTestServer();
  const server = buildServer(as.origin, {
    token_endpoint_auth_methods_supported: ['none', 'client_secret_basic', 'private_key_jwt'],
  });
  input = { ...loopback, server, clientName: 'Plugboard', redirectUris: [redirectUri] };
});
afterEach(async () => as[Symbol.asyncDispose]());

function answer(body: object, status = 201): void {
  as.on('/register', { status, body: { client_id: 'new', ...body } });
}

describe('register', () => {
  it('asks for what it needs, and keeps what it was given', async () => {
    answer({ client_secret: 's3', client_secret_expires_at: 100, redirect_uris: [redirectUri] });
    const client = await register({ ...input, scopes: ['read'], dpopBound: true });
    expect(JSON.parse(as.seen[0]?.body ?? '')).toEqual({
      client_name: 'Plugboard',
      redirect_uris: [redirectUri],
      application_type: 'web',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_basic',
      scope: 'read',
      dpop_bound_access_tokens: true,
    });
    expect(client).toMatchObject({
      issuer: as.origin,
      method: 'dcr',
      clientId: 'new',
      authMethod: 'client_secret_basic',
      expiresAt: 100_000,
    });
    expect(client.clientSecret?.reveal()).toBe('s3');
  });

  it('is a native application on loopback, and has a key where it can', async () => {
    answer({});
    const privateKey = new Secret('{}');
    const jwksUri = 'https://plugboard.test/connect/jwks.json';
    const client = await register({
      ...input,
      redirectUris: ['http://127.0.0.1:8080/connect/callback'],
      jwksUri,
      privateKey,
    });
    expect(JSON.parse(as.seen[0]?.body ?? '')).toMatchObject({
      application_type: 'native',
      token_endpoint_auth_method: 'private_key_jwt',
      jwks_uri: jwksUri,
    });
    expect(client).toMatchObject({ authMethod: 'private_key_jwt', privateKey });
  });

  it('refuses redirect URIs that were not asked for', async () => {
    for (const redirect_uris of [
      ['https://evil.test/callback'],
      [redirectUri, 'https://evil.test/callback'],
      [`${redirectUri}/`],
    ]) {
      answer({ redirect_uris, client_secret: 's' });
      await expect(register(input)).rejects.toMatchObject({ reason: 'redirect_uris_changed' });
    }
  });

  it('refuses ways to authenticate that nobody agreed to', async () => {
    const key = { jwksUri: 'https://plugboard.test/jwks', privateKey: new Secret('{}') };
    for (const [more, body] of [
      [{}, { token_endpoint_auth_method: 'client_secret_post', client_secret: 's' }],
      [{}, { token_endpoint_auth_method: 'client_secret_jwt', client_secret: 's' }],
      [{}, { token_endpoint_auth_method: 'private_key_jwt' }],
      [{}, { token_endpoint_auth_method: 'client_secret_basic' }],
      [key, { token_endpoint_auth_method: 'none' }],
      [key, { token_endpoint_auth_method: 'client_secret_basic', client_secret: 's' }],
    ] as const) {
      answer(body);
      await expect(register({ ...input, ...more }), JSON.stringify(body)).rejects.toMatchObject({
        kind: 'protocol',
        reason: 'auth_method_changed',
      });
    }
  });

  it('lets a server make a public client of one, which it says it takes', async () => {
    answer({ token_endpoint_auth_method: 'none', client_secret: 'unused' });
    const client = await register(input);
    expect(client).toMatchObject({ authMethod: 'none', clientSecret: undefined });
    answer({});
    expect((await register(input)).authMethod).toBe('none');
  });

  it('says when a server will not, without its words', async () => {
    as.on('/register', {
      status: 400,
      body: { error: 'invalid_redirect_uri', error_description: 'SECRET' },
    });
    const failure = await register(input).catch((error: unknown) => error);
    expect(failure).toMatchObject({ kind: 'unsupported', oauth: 'invalid_redirect_uri' });
    expect(String(failure)).not.toContain('SECRET');
    as.on('/register', { status: 201, body: { client_id: '' } });
    await expect(register(input)).rejects.toMatchObject({ reason: 'registration_malformed' });
    as.on('/register', { status: 201, body: 'new' });
    await expect(register(input)).rejects.toMatchObject({ reason: 'not_json' });
    const { registration_endpoint: _, ...metadata } = input.server.metadata;
    await expect(
      register({ ...input, server: { ...input.server, metadata } }),
    ).rejects.toMatchObject({ reason: 'no_registration' });
  });

  it('does not begin what would end at PKCE', async () => {
    const server = buildServer(as.origin, { code_challenge_methods_supported: ['plain'] });
    await expect(register({ ...input, server })).rejects.toMatchObject({ reason: 'no_pkce' });
    answer({});
    await register({ ...input, server, grantTypes: ['client_credentials'] });
    expect(as.seen).toHaveLength(1);
  });
});
