import type { Secret } from '@plugboard/vault';

import type { OAuthClient } from './client.ts';
import type { AuthorizationServer } from './facts.ts';
import type { OAuthNetwork } from './network.ts';
import type { TokenSet } from './tokens.ts';

export interface BeginInput {
  readonly server: AuthorizationServer;
  readonly client: OAuthClient;
  readonly redirectUri: string;
  /** RFC 8707; undefined only for providers that have no such thing. */
  readonly resource: string | undefined;
  /** Empty: the parameter is left out. */
  readonly scopes: readonly string[];
  /** Asks for an ID token by adding `openid`, and checks its nonce. */
  readonly idToken?: boolean;
  /** What a provider wants besides, such as `access_type`; never one of ours. */
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
  readonly nonce: string | undefined;
  readonly server: AuthorizationServer;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly resource: string | undefined;
  readonly scopes: readonly string[];
}

/** The address to send a browser to, and what to keep until it comes back. PKCE with S256 always. */
export async function beginAuthorization(
  input: BeginInput,
): Promise<{ readonly url: string; readonly pending: PendingAuthorization }> {
  throw new Error('not yet');
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
  throw new Error('not yet');
}
