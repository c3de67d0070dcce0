import type { Secret } from '@plugboard/vault';
import * as oauth from 'oauth4webapi';

import type { OAuthClient } from './client.ts';
import type { AuthorizationServer } from './facts.ts';
import { clientAuth, libraryClient, libraryOptions } from './library.ts';
import type { OAuthNetwork } from './network.ts';
import { requestTokens } from './token-request.ts';
import type { TokenSet } from './tokens.ts';

/** RFC 7523 section 2.1. */
const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

export interface GrantInput extends OAuthNetwork {
  readonly server: AuthorizationServer;
  readonly client: OAuthClient;
  /** RFC 8707; undefined only for providers that have no such thing. */
  readonly resource: string | undefined;
  /** Empty: the parameter is left out. */
  readonly scopes: readonly string[];
  readonly dpopKey?: Secret | undefined;
}

/** Tokens for the client itself (RFC 6749 section 4.4), with a secret or a signed assertion. */
export async function requestClientCredentials(input: GrantInput): Promise<TokenSet> {
  return requestGrant(input, 'client_credentials', {});
}

/**
 * Tokens for a signed assertion (RFC 7523 section 2.1): an ID-JAG, or what a workload's platform
 * issued. Tried once: a refusal is final, and no other grant is tried in its place.
 */
export async function requestJwtBearer(
  input: GrantInput & { readonly assertion: Secret },
): Promise<TokenSet> {
  return requestGrant(input, jwtBearer, { assertion: input.assertion.reveal() });
}

async function requestGrant(
  input: GrantInput,
  grantType: string,
  own: Readonly<Record<string, string>>,
): Promise<TokenSet> {
  const { server, client, resource, scopes, dpopKey } = input;
  const auth = await clientAuth(server, client);
  const known = libraryClient(client, input.now);
  const options = libraryOptions(input);
  const parameters: Record<string, string> = { ...own };
  if (resource !== undefined) parameters['resource'] = resource;
  if (scopes.length > 0) parameters['scope'] = scopes.join(' ');
  return requestTokens({
    network: input,
    client: known,
    dpopKey,
    wantsIdToken: false,
    scopes,
    send: async (handle) =>
      oauth.genericTokenEndpointRequest(server.metadata, known, auth, grantType, parameters, {
        ...options,
        ...(handle ? { DPoP: handle } : {}),
      }),
    read: async (response) =>
      oauth.processGenericTokenEndpointResponse(server.metadata, known, response),
  });
}
