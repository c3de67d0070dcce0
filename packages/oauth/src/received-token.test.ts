import { inspect } from 'node:util';

import { Secret } from '@plugboard/vault';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { beginAuthorization, finishAuthorization } from './authorize.ts';
import { requestClientCredentials, requestJwtBearer, type GrantInput } from './grants.ts';
import { requestIdJag } from './id-jag.ts';
import { receivedToken } from './received-token.ts';
import { refreshTokens } from './refresh.ts';
import { buildClient, buildServer } from './testing/build.ts';
import { startCodeServer, type CodeServer } from './testing/code-server.ts';
import { loopback } from './testing/network.ts';
import type { TokenSet } from './tokens.ts';

const bad = [
  ['a line break', 'SECRET\r\nx-admin: 1', 'token_characters'],
  ['a line feed', 'SECRET\n', 'token_characters'],
  ['a space', 'SECRET SECRET', 'token_characters'],
  ['a tab', 'SECRET\t', 'token_characters'],
  ['a null', 'SECRET\0', 'token_characters'],
  ['a delete', 'SECRET\u007f', 'token_characters'],
  ['a letter beyond ASCII', 'SECRETé', 'token_characters'],
  ['a letter that a header would cut down to ASCII', 'SECRET\u010a', 'token_characters'],
  ['more than 64 KB', 'SECRET'.padEnd(64 * 1024 + 1, 'x'), 'token_too_long'],
] as const;

let as: CodeServer;
let input: GrantInput;
beforeEach(async () => {
  as = await startCodeServer();
  input = {
    ...loopback,
    server: buildServer(as.origin),
    client: buildClient(as.origin),
    resource: 'https://mcp.test/mcp',
    scopes: ['read'],
  };
});
afterEach(async () => as[Symbol.asyncDispose]());

const held: TokenSet = {
  accessToken: new Secret('old'),
  tokenType: 'Bearer',
  refreshToken: new Secret('r1'),
  idToken: undefined,
  expiresAt: 0,
  scopes: ['read'],
  dpopKey: undefined,
};

/** Every way by which a token comes in, against a token endpoint that answers with `body`. */
const ways: Readonly<Record<string, (body: object) => Promise<unknown>>> = {
  'a code': async (body) => {
    as.extra = { ...body };
    const { server, client, resource, scopes } = input;
    const redirectUri = 'https://plugboard.test/connect/callback';
    const asked = { server, client, resource, scopes, redirectUri, allowHttp: true };
    const { url, pending } = await beginAuthorization(asked);
    return finishAuthorization({ ...loopback, pending, client, callback: as.visit(url) });
  },
  'a refresh token': async (body) => {
    as.on('/token', { body });
    return refreshTokens({ ...input, tokens: held });
  },
  'client credentials': async (body) => {
    as.on('/token', { body });
    return requestClientCredentials(input);
  },
  'an assertion': async (body) => {
    as.on('/token', { body });
    return requestJwtBearer({ ...input, assertion: new Secret('jwt') });
  },
};

describe.each(Object.entries(ways))('a token that came for %s', (_, trade) => {
  it.each(bad)('is not used with %s, whichever of them it is', async (_, token, reason) => {
    for (const tokens of [
      { access_token: token },
      { access_token: 'good', refresh_token: token },
    ]) {
      const failure = await trade({ token_type: 'Bearer', ...tokens }).catch(
        (error: unknown) => error,
      );
      expect(failure).toMatchObject({ kind: 'protocol', reason });
      expect(inspect(failure, { depth: 9 })).not.toContain('SECRET');
    }
  });

  it('is used with every character that a header may have, up to 64 KB', async () => {
    const odd = Array.from({ length: 94 }, (_, at) => String.fromCodePoint(0x21 + at)).join('');
    const longest = 'x'.repeat(64 * 1024);
    const got = await trade({ access_token: odd, refresh_token: longest, token_type: 'Bearer' });
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- all of them resolve with tokens
    const { accessToken, refreshToken } = got as TokenSet;
    expect(accessToken.reveal()).toBe(odd);
    expect(refreshToken?.reveal()).toBe(longest);
  });
});

describe('an identity assertion', () => {
  it.each(bad)('is not sent on with %s', async (_, token, reason) => {
    as.on('/token', {
      body: {
        access_token: token,
        issued_token_type: 'urn:ietf:params:oauth:token-type:id-jag',
        token_type: 'N_A',
      },
    });
    const { server, client, scopes } = input;
    const failure = await requestIdJag({
      ...loopback,
      server,
      client,
      scopes,
      subjectToken: new Secret('id-token'),
      subjectTokenType: 'id_token',
      audience: { issuer: 'https://as.test', clientId: 'plugboard' },
      resource: 'https://mcp.test/mcp',
    }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ kind: 'protocol', reason });
    expect(inspect(failure, { depth: 9 })).not.toContain('SECRET');
  });
});

describe('receivedToken', () => {
  it('refuses what is empty', () => {
    expect(() => receivedToken('', 'access')).toThrow(
      expect.objectContaining({ reason: 'token_characters' }),
    );
  });
});
