import type { Secret } from '@plugboard/vault';

import type { OAuthClient } from './client.ts';
import type { AuthorizationServer } from './facts.ts';
import type { OAuthNetwork } from './network.ts';
import type { TokenSet } from './tokens.ts';

export interface GrantInput extends OAuthNetwork {
  readonly server: AuthorizationServer;
  readonly client: OAuthClient;
  readonly resource: string | undefined;
  /** Empty: the parameter is left out. */
  readonly scopes: readonly string[];
  readonly dpopKey?: Secret | undefined;
}

export interface RefreshInput extends Omit<GrantInput, 'scopes'> {
  readonly tokens: TokenSet;
}

/**
 * New tokens for old (RFC 6749 section 6). The answer has the refresh token to use from now on: the
 * new one where the server rotates, the old one otherwise; scopes as granted now. Rejects with
 * `OAuthFailure`: `gone` → a person must sign in again, `client` → register again first, `later` → the
 * same refresh token may be tried again. After a `later` without an answer it is not known whether the
 * server has rotated.
 */
export async function refreshTokens(input: RefreshInput): Promise<TokenSet> {
  throw new Error('not yet');
}

/** Tokens for the client itself (RFC 6749 section 4.4), with a secret or a signed assertion. */
export async function requestClientCredentials(input: GrantInput): Promise<TokenSet> {
  throw new Error('not yet');
}

/**
 * Tokens for a signed assertion (RFC 7523 section 2.1): an ID-JAG, or what a workload's platform
 * issued. Tried once: a refusal is final, and no other grant is tried in its place.
 */
export async function requestJwtBearer(
  input: GrantInput & { readonly assertion: Secret },
): Promise<TokenSet> {
  throw new Error('not yet');
}

export interface IdJagInput extends OAuthNetwork {
  /** The identity provider, and Plugboard as its client. */
  readonly server: AuthorizationServer;
  readonly client: OAuthClient;
  readonly subjectToken: Secret;
  readonly subjectTokenType: 'id_token' | 'saml2' | 'refresh_token';
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
 * Type and claims are checked; its signature is for that server to check.
 */
export async function requestIdJag(input: IdJagInput): Promise<IdJag> {
  throw new Error('not yet');
}

/**
 * Revokes at the server (RFC 7009). False when it has no such endpoint, so only forgetting is left.
 */
export async function revokeToken(
  input: Omit<GrantInput, 'scopes' | 'resource' | 'dpopKey'> & {
    readonly token: Secret;
    readonly hint: 'access_token' | 'refresh_token';
  },
): Promise<boolean> {
  throw new Error('not yet');
}
