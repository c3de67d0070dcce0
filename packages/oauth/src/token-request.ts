import type { Secret } from '@plugboard/vault';
import * as oauth from 'oauth4webapi';

import { dpopHandle } from './dpop.ts';
import { OAuthFailure } from './failure.ts';
import type { OAuthNetwork } from './network.ts';
import { readJson } from './read-json.ts';
import { receivedToken } from './received-token.ts';
import { refusedWith, translate } from './translate.ts';
import type { TokenSet } from './tokens.ts';

/** Longer promises than this are not believed: a hundred years of milliseconds still make a date. */
const maxLifetimeSeconds = 100 * 365 * 24 * 60 * 60;

export interface TokenRequest {
  readonly network: OAuthNetwork;
  readonly client: oauth.Client;
  readonly dpopKey: Secret | undefined;
  /** An ID token is wanted, and will be checked; any other is dropped unread. */
  readonly wantsIdToken: boolean;
  readonly scopes: readonly string[];
  readonly send: (handle: oauth.DPoPHandle | undefined) => Promise<Response>;
  readonly read: (response: Response) => Promise<oauth.TokenEndpointResponse>;
}

/**
 * Sends a request to a token endpoint and makes a `TokenSet` of its answer. A nonce that the server
 * wants in the DPoP proof (RFC 9449 section 8) is given at a second try; there is no third.
 */
export async function requestTokens(request: TokenRequest): Promise<TokenSet> {
  const { network, dpopKey } = request;
  const now = network.now ?? Date.now;
  try {
    const handle = dpopKey ? await dpopHandle(dpopKey, request.client) : undefined;
    const sentAt = now();
    const answer = await send(request, handle);
    const type = answer.token_type === 'dpop' ? 'DPoP' : 'Bearer';
    if (dpopKey && type !== 'DPoP') {
      throw new OAuthFailure(
        'protocol',
        'dpop_downgraded',
        'A token bound to a key was asked for, and the authorization server gave one that is not.',
      );
    }
    if (!dpopKey && type === 'DPoP') {
      throw new OAuthFailure(
        'protocol',
        'dpop_unasked',
        'The authorization server bound the token to a key that was never shown to it.',
      );
    }
    const { expires_in: lifetime, scope, refresh_token, id_token } = answer;
    return {
      accessToken: receivedToken(answer.access_token, 'access'),
      tokenType: type,
      refreshToken: refresh_token ? receivedToken(refresh_token, 'refresh') : undefined,
      idToken: id_token ? receivedToken(id_token, 'ID') : undefined,
      expiresAt:
        lifetime === undefined
          ? undefined
          : sentAt + Math.floor(Math.min(lifetime, maxLifetimeSeconds) * 1000),
      scopes: scope === undefined ? request.scopes : scope.split(' ').filter(Boolean),
      dpopKey,
    };
  } catch (error) {
    throw translate(error);
  }
}

async function send(
  request: TokenRequest,
  handle: oauth.DPoPHandle | undefined,
): Promise<oauth.TokenEndpointResponse> {
  async function once(): Promise<oauth.TokenEndpointResponse> {
    return request.read(await usual(await request.send(handle), request.wantsIdToken));
  }
  try {
    return await once();
  } catch (error) {
    if (!handle || !oauth.isDPoPNonceError(error)) throw error;
    return once();
  }
}

/**
 * Some providers say errors with status 200 (GitHub, Slack), and some send ID tokens that nobody asked
 * for: both are made what RFC 6749 section 5 has, so that what follows need not know.
 */
async function usual(response: Response, wantsIdToken: boolean): Promise<Response> {
  if (response.status !== 200) return response;
  const json = await readJson(response, 'What the token endpoint answered');
  if (typeof json['error'] === 'string' && json['access_token'] === undefined) {
    throw refusedWith(json['error']);
  }
  const { id_token, ...rest } = json;
  const body = wantsIdToken && id_token !== undefined ? { ...rest, id_token } : rest;
  return new Response(JSON.stringify(body), {
    status: 200,
    headers: { 'content-type': 'application/json' },
  });
}
