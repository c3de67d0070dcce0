import type { Secret } from '@plugboard/vault';
import { decodeJwt } from 'jose';
import * as oauth from 'oauth4webapi';

import type { OAuthClient } from './client.ts';
import type { AuthorizationServer } from './facts.ts';
import { OAuthFailure } from './failure.ts';
import { clientAuth, libraryClient, libraryOptions } from './library.ts';
import type { OAuthNetwork } from './network.ts';
import { requestTokens } from './token-request.ts';
import type { TokenSet } from './tokens.ts';

export interface RefreshInput extends OAuthNetwork {
  readonly server: AuthorizationServer;
  readonly client: OAuthClient;
  /** RFC 8707; undefined only for providers that have no such thing. */
  readonly resource: string | undefined;
  /** What is held now; with a DPoP key, the new tokens are bound to the same one. */
  readonly tokens: TokenSet;
}

/**
 * New tokens for old (RFC 6749 section 6). The answer has the refresh token to use from now on: the
 * new one where the server rotates, the old one otherwise; an ID token only if there was one, checked;
 * scopes as granted now, which are those of before when the server does not say. Rejects with
 * `OAuthFailure`: `gone` → a person must sign in again, `client` → register again, `later` → the same
 * refresh token may be tried again. After `later` with reason `unreachable` it is not known whether the
 * server has rotated: a `gone` that follows may be that.
 */
export async function refreshTokens(input: RefreshInput): Promise<TokenSet> {
  const { server, client, resource, tokens } = input;
  const { refreshToken, idToken, dpopKey } = tokens;
  if (refreshToken === undefined) {
    throw new OAuthFailure('gone', 'no_refresh_token', 'There is no refresh token; sign in again.');
  }
  const auth = await clientAuth(server, client);
  const known = libraryClient(client, input.now);
  const options = libraryOptions(input);
  const fresh = await requestTokens({
    network: input,
    client: known,
    dpopKey,
    wantsIdToken: idToken !== undefined,
    scopes: tokens.scopes,
    send: async (handle) =>
      oauth.refreshTokenGrantRequest(server.metadata, known, auth, refreshToken.reveal(), {
        ...options,
        ...(handle ? { DPoP: handle } : {}),
        additionalParameters: resource === undefined ? {} : { resource },
      }),
    read: async (response) => {
      const answer = await oauth.processRefreshTokenResponse(server.metadata, known, response);
      if (answer.id_token !== undefined) {
        await oauth.validateApplicationLevelSignature(server.metadata, response, options);
        checkSubject(answer, idToken);
      }
      return answer;
    },
  });
  return {
    ...fresh,
    refreshToken: fresh.refreshToken ?? refreshToken,
    idToken: fresh.idToken ?? idToken,
  };
}

/** OpenID Connect Core section 12.2: whoever it was, it must still be. */
function checkSubject(answer: oauth.TokenEndpointResponse, before: Secret | undefined): void {
  const now = oauth.getValidatedIdTokenClaims(answer)?.sub;
  if (before !== undefined && decodeJwt(before.reveal()).sub === now) return;
  throw new OAuthFailure(
    'protocol',
    'subject_changed',
    'The refreshed token is of another account than before, so it is not used; sign in again.',
  );
}
