import { Secret } from '@plugboard/vault';
import type { JWTPayload } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { requestIdJag, type IdJagInput } from './id-jag.ts';
import { buildClient, buildServer } from './testing/build.ts';
import { buildSigningKey, forgeJwt, type SigningKey } from './testing/keys.ts';
import { loopback } from './testing/network.ts';
import { startTestServer, type TestServer } from './testing/test-server.ts';

const now = 1_800_000_000_000;
const seconds = now / 1000;
const typ = 'oauth-id-jag+jwt';

let idp: TestServer;
let key: SigningKey;
let input: IdJagInput;
let claims: JWTPayload;
beforeEach(async () => {
  [idp, key] = await Promise.all([startTestServer(), buildSigningKey()]);
  input = {
    ...loopback,
    now: () => now,
    server: buildServer(idp.origin),
    client: buildClient(idp.origin),
    subjectToken: new Secret('id-token'),
    subjectTokenType: 'id_token',
    audience: { issuer: 'https://as.test', clientId: 'plugboard-at-as' },
    resource: 'https://mcp.test/mcp',
    scopes: ['read'],
  };
  claims = {
    iss: idp.origin,
    sub: 'ana',
    aud: 'https://as.test',
    client_id: 'plugboard-at-as',
    resource: input.resource,
    jti: 'j1',
    iat: seconds,
    exp: seconds + 300,
  };
});
afterEach(async () => idp[Symbol.asyncDispose]());

function issue(assertion: string, more: object = {}): void {
  idp.on('/token', {
    body: {
      access_token: assertion,
      issued_token_type: 'urn:ietf:params:oauth:token-type:id-jag',
      token_type: 'N_A',
      ...more,
    },
  });
}

describe('requestIdJag', () => {
  it('trades an ID token for an assertion', async () => {
    const assertion = await key.sign(claims, { typ });
    issue(assertion);
    const jag = await requestIdJag(input);
    expect(jag.assertion.reveal()).toBe(assertion);
    expect(jag.expiresAt).toBe(now + 300_000);
    expect(Object.fromEntries(idp.seen[0]!.form)).toMatchObject({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      requested_token_type: 'urn:ietf:params:oauth:token-type:id-jag',
      audience: 'https://as.test',
      resource: input.resource,
      subject_token: 'id-token',
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      scope: 'read',
    });
  });

  it('sends no assertion on that is of another kind, or for something else', async () => {
    const cases: readonly [string, Record<string, string>, Record<string, unknown>][] = [
      ['typ', { typ: 'JWT' }, {}],
      ['typ', { typ: 'at+jwt' }, {}],
      ['iss', { typ }, { iss: 'https://evil.test' }],
      ['aud', { typ }, { aud: 'https://evil.test' }],
      ['aud', { typ }, { aud: ['https://as.test', 'https://evil.test'] }],
      ['client_id', { typ }, { client_id: 'other' }],
      ['resource', { typ }, { resource: 'https://mcp.test/other' }],
      ['sub', { typ }, { sub: '' }],
      ['jti', { typ }, { jti: undefined }],
      ['iat', { typ }, { iat: seconds + 600 }],
      ['exp', { typ }, { exp: seconds - 60 }],
      ['exp', { typ }, { exp: undefined }],
    ];
    for (const [reason, header, change] of cases) {
      issue(await key.sign({ ...claims, ...change }, header));
      await expect(requestIdJag(input), JSON.stringify(change)).rejects.toMatchObject({
        kind: 'protocol',
        reason: `id_jag_${reason}`,
      });
    }
  });

  it('sends no assertion on that nobody signed, or anybody could have', async () => {
    issue(await forgeJwt({ alg: 'none', typ }, claims));
    await expect(requestIdJag(input)).rejects.toMatchObject({ reason: 'id_jag_alg' });
    issue(await forgeJwt({ typ }, claims, 'secret'));
    await expect(requestIdJag(input)).rejects.toMatchObject({ reason: 'id_jag_alg' });
    issue('not.a.jwt');
    await expect(requestIdJag(input)).rejects.toMatchObject({ reason: 'id_jag_format' });
    const issued_token_type = 'urn:ietf:params:oauth:token-type:access_token';
    issue(await key.sign(claims, { typ }), { issued_token_type });
    await expect(requestIdJag(input)).rejects.toMatchObject({
      reason: 'id_jag_issued_token_type',
    });
  });

  it('believes no long life', async () => {
    issue(await key.sign({ ...claims, exp: seconds + 10_000_000 }, { typ }));
    expect((await requestIdJag(input)).expiresAt).toBe(now + 3_600_000);
  });

  it('says what the identity provider refuses', async () => {
    idp.on('/token', { status: 400, body: { error: 'invalid_grant' } });
    await expect(requestIdJag(input)).rejects.toMatchObject({ kind: 'gone' });
  });
});
