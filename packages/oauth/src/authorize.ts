import type { Secret } from '@plugboard/vault';
import * as oauth from 'oauth4webapi';

import type { OAuthClient } from './client.ts';
import { dpopThumbprint } from './dpop.ts';
import { checkUrl } from './exchange.ts';
import type { AuthorizationServer } from './facts.ts';
import { OAuthFailure } from './failure.ts';
import { clientAuth, libraryClient, libraryOptions } from './library.ts';
import type { OAuthNetwork } from './network.ts';
import { requirePkce } from './pkce.ts';
import { requestTokens } from './token-request.ts';
import type { TokenSet } from './tokens.ts';
import { translate } from './translate.ts';

export interface BeginInput {
  readonly server: AuthorizationServer;
  readonly client: OAuthClient;
  readonly redirectUri: string;
  /** RFC 8707; undefined only for providers that have no such thing. */
  readonly resource: string | undefined;
  /** Empty: the parameter is left out. With `openid`, an ID token is expected and checked. */
  readonly scopes: readonly string[];
  /** What a provider wants besides, such as `access_type`. Ours cannot be replaced by it. */
  readonly extra?: Readonly<Record<string, string>>;
  readonly dpopKey?: Secret | undefined;
  readonly allowHttp?: boolean;
}

/**
 * An authorization under way, as JSON. It holds the code verifier: seal it, bind it to the browser and
 * the person who began, use it once.
 */
export interface PendingAuthorization {
  readonly state: string;
  readonly codeVerifier: string;
  /** There when an ID token is expected. */
  readonly nonce?: string;
  /** As it was when the browser was sent there: what comes back is held against this, and sent there. */
  readonly server: AuthorizationServer;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly resource?: string;
  readonly scopes: readonly string[];
}

/** The address to send a browser to, and what to keep until it comes back. PKCE with S256 always. */
export async function beginAuthorization(
  input: BeginInput,
): Promise<{ readonly url: string; readonly pending: PendingAuthorization }> {
  const { server, client, redirectUri, resource, scopes } = input;
  await clientAuth(server, client);
  requirePkce(server);
  const { authorization_endpoint: endpoint } = server.metadata;
  if (endpoint === undefined || server.metadata['require_pushed_authorization_requests'] === true) {
    throw new OAuthFailure(
      'unsupported',
      'no_authorization_endpoint',
      'The authorization server has no page that a browser could be sent to as it is.',
    );
  }
  const url = checkUrl(endpoint, input.allowHttp ?? false);
  const pending: PendingAuthorization = {
    state: oauth.generateRandomState(),
    codeVerifier: oauth.generateRandomCodeVerifier(),
    ...(scopes.includes('openid') ? { nonce: oauth.generateRandomNonce() } : {}),
    server,
    clientId: client.clientId,
    redirectUri,
    ...(resource === undefined ? {} : { resource }),
    scopes,
  };
  const parameters: Readonly<Record<string, string | undefined>> = {
    ...input.extra,
    response_type: 'code',
    // Neither by what a provider's data say nor by what its address has: answers come as a query.
    response_mode: undefined,
    request: undefined,
    request_uri: undefined,
    client_id: client.clientId,
    redirect_uri: redirectUri,
    scope: scopes.length > 0 ? scopes.join(' ') : undefined,
    resource,
    state: pending.state,
    nonce: pending.nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(pending.codeVerifier),
    code_challenge_method: 'S256',
    dpop_jkt: input.dpopKey ? await dpopThumbprint(input.dpopKey) : undefined,
  };
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined) url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  return { url: url.href, pending };
}

export interface FinishInput extends OAuthNetwork {
  readonly pending: PendingAuthorization;
  readonly client: OAuthClient;
  /** The query the browser came back with. */
  readonly callback: URLSearchParams;
  readonly dpopKey?: Secret | undefined;
}

/**
 * Checks what the browser brought (`state`; `iss` as a string, and that it is there when the server
 * promised it, RFC 9207; each parameter once) before anything of it is used, and trades the code for
 * tokens. Rejects with `OAuthFailure`: `denied` when the server says the person said no.
 */
export async function finishAuthorization(input: FinishInput): Promise<TokenSet> {
  const { pending, client, callback, dpopKey } = input;
  const { server, nonce, resource } = pending;
  if (client.clientId !== pending.clientId) {
    throw new OAuthFailure(
      'protocol',
      'client_changed',
      'The sign-in was begun as another client; begin it again.',
    );
  }
  const auth = await clientAuth(server, client);
  const known = libraryClient(client, input.now);
  const options = libraryOptions(input);
  const parameters = checkCallback(pending, known, callback);
  return requestTokens({
    network: input,
    client: known,
    dpopKey,
    wantsIdToken: nonce !== undefined,
    scopes: pending.scopes,
    send: async (handle) =>
      oauth.authorizationCodeGrantRequest(
        server.metadata,
        known,
        auth,
        parameters,
        pending.redirectUri,
        pending.codeVerifier,
        {
          ...options,
          ...(handle ? { DPoP: handle } : {}),
          additionalParameters: resource === undefined ? {} : { resource },
        },
      ),
    read: async (response) => {
      const expected = nonce === undefined ? {} : { expectedNonce: nonce, requireIdToken: true };
      const answer = await oauth.processAuthorizationCodeResponse(
        server.metadata,
        known,
        response,
        expected,
      );
      if (nonce !== undefined) {
        await oauth.validateApplicationLevelSignature(server.metadata, response, options);
      }
      return answer;
    },
  });
}

function checkCallback(
  { server, state }: PendingAuthorization,
  client: oauth.Client,
  callback: URLSearchParams,
): URLSearchParams {
  for (const name of ['code', 'state', 'iss', 'error']) {
    if (callback.getAll(name).length > 1) {
      throw new OAuthFailure(
        'protocol',
        'parameter_repeated',
        'The browser came back with a parameter given twice; begin the sign-in again.',
      );
    }
  }
  if (callback.get('state') !== state) {
    throw new OAuthFailure(
      'protocol',
      'state_mismatch',
      'The browser came back from another sign-in than the one begun; begin it again.',
    );
  }
  const iss = callback.get('iss');
  const isPromised = server.metadata.authorization_response_iss_parameter_supported === true;
  if (iss === null ? isPromised : iss !== server.issuer) {
    throw new OAuthFailure(
      'protocol',
      iss === null ? 'iss_missing' : 'iss_mismatch',
      'The answer is not from the authorization server that the browser was sent to, so nothing of it is used.',
    );
  }
  try {
    return oauth.validateAuthResponse(server.metadata, client, callback, state);
  } catch (error) {
    throw translate(error);
  }
}
