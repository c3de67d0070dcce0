import type { Secret } from '@plugboard/vault';
import { decodeJwt, decodeProtectedHeader, type JWTPayload } from 'jose';
import * as oauth from 'oauth4webapi';

import type { OAuthClient } from './client.ts';
import type { AuthorizationServer } from './facts.ts';
import { OAuthFailure } from './failure.ts';
import { clientAuth, libraryClient, libraryOptions } from './library.ts';
import type { OAuthNetwork } from './network.ts';
import { receivedToken } from './received-token.ts';
import { translate } from './translate.ts';

const tokenExchange = 'urn:ietf:params:oauth:grant-type:token-exchange';
const idJagType = 'urn:ietf:params:oauth:token-type:id-jag';
const subjectTypes = {
  id_token: 'urn:ietf:params:oauth:token-type:id_token',
  saml2: 'urn:ietf:params:oauth:token-type:saml2',
  refresh_token: 'urn:ietf:params:oauth:token-type:refresh_token',
} as const;

/** An assertion is for one use soon: a longer life than this is not believed. */
const maxLifetimeSeconds = 60 * 60;
const toleranceSeconds = 30;

export interface IdJagInput extends OAuthNetwork {
  /** The identity provider, and Plugboard as its client. */
  readonly server: AuthorizationServer;
  readonly client: OAuthClient;
  readonly subjectToken: Secret;
  readonly subjectTokenType: keyof typeof subjectTypes;
  /** The authorization server that the assertion is for: its issuer, and our client id there. */
  readonly audience: { readonly issuer: string; readonly clientId: string };
  readonly resource: string;
  readonly scopes: readonly string[];
}

export interface IdJag {
  readonly assertion: Secret;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/**
 * An identity assertion of an enterprise's identity provider for another authorization server (RFC
 * 8693, draft-ietf-oauth-identity-assertion-authz-grant), to be traded there by `requestJwtBearer`.
 * Type and claims are checked, so that no token for something else is sent there; its signature is for
 * that server to check, which alone knows the keys it trusts.
 */
export async function requestIdJag(input: IdJagInput): Promise<IdJag> {
  const { server, client, audience, resource, scopes } = input;
  const auth = await clientAuth(server, client);
  const known = libraryClient(client, input.now);
  try {
    const response = await oauth.genericTokenEndpointRequest(
      server.metadata,
      known,
      auth,
      tokenExchange,
      {
        requested_token_type: idJagType,
        audience: audience.issuer,
        resource,
        ...(scopes.length > 0 ? { scope: scopes.join(' ') } : {}),
        subject_token: input.subjectToken.reveal(),
        subject_token_type: subjectTypes[input.subjectTokenType],
      },
      libraryOptions(input),
    );
    const answer = await oauth.processGenericTokenEndpointResponse(
      server.metadata,
      known,
      response,
      // RFC 8693 section 2.2.1: what is issued is not for use as an access token.
      { recognizedTokenTypes: { n_a: () => undefined } },
    );
    if (answer['issued_token_type'] !== idJagType) throw refused('issued_token_type');
    const assertion = receivedToken(answer.access_token, 'ID-JAG');
    return { assertion, expiresAt: checkAssertion(answer.access_token, input) };
  } catch (error) {
    throw translate(error);
  }
}

function checkAssertion(assertion: string, input: IdJagInput): number {
  const { server, audience, resource } = input;
  const { header, claims } = decode(assertion);
  const nowSeconds = Math.floor((input.now ?? Date.now)() / 1000);
  const audiences = Array.isArray(claims.aud) ? claims.aud : [claims.aud];
  const { exp, iat } = claims;
  if (header.typ !== 'oauth-id-jag+jwt') throw refused('typ');
  if (header.alg === undefined || header.alg === 'none' || header.alg.startsWith('HS')) {
    throw refused('alg');
  }
  if (claims.iss !== server.issuer) throw refused('iss');
  if (audiences.length !== 1 || audiences[0] !== audience.issuer) throw refused('aud');
  if (claims['client_id'] !== audience.clientId) throw refused('client_id');
  const resources = claims['resource'];
  if (resources !== undefined && ![resources].flat().includes(resource)) throw refused('resource');
  if (typeof claims.sub !== 'string' || claims.sub === '') throw refused('sub');
  if (typeof claims.jti !== 'string') throw refused('jti');
  if (typeof iat !== 'number' || iat > nowSeconds + toleranceSeconds) throw refused('iat');
  if (typeof exp !== 'number' || exp <= nowSeconds - toleranceSeconds) throw refused('exp');
  return Math.min(exp, nowSeconds + maxLifetimeSeconds) * 1000;
}

function decode(assertion: string): {
  readonly header: ReturnType<typeof decodeProtectedHeader>;
  readonly claims: JWTPayload;
} {
  try {
    const header = decodeProtectedHeader(assertion);
    return { header, claims: decodeJwt(assertion) };
  } catch {
    throw refused('format');
  }
}

function refused(part: string): OAuthFailure {
  return new OAuthFailure(
    'protocol',
    `id_jag_${part}`,
    `The identity provider gave an assertion whose ${part} is not what was asked for, so it is not used.`,
  );
}
