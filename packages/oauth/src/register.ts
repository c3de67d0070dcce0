import type { OAuthClient } from './client.ts';
import type { AuthorizationServer, ClientAuthMethod } from './facts.ts';
import type { OAuthNetwork } from './network.ts';

export interface RegisterInput extends OAuthNetwork {
  readonly server: AuthorizationServer;
  readonly clientName: string;
  readonly clientUri?: string | undefined;
  readonly redirectUris: readonly string[];
  /** `web` where the redirect URI is https, `native` for loopback (OpenID Connect Registration). */
  readonly applicationType: 'web' | 'native';
  readonly grantTypes?: readonly string[];
  readonly scopes?: readonly string[];
  /** Only with keys at `jwksUri`; then `private_key_jwt` is taken where the server can do it. */
  readonly jwksUri?: string | undefined;
  readonly privateKey?: OAuthClient['privateKey'];
  readonly dpopBound?: boolean;
}

/**
 * Registers Plugboard (RFC 7591), with the best way to authenticate that the server offers. Rejects
 * with `OAuthFailure('protocol')` when the answer has other redirect URIs, or a way to authenticate
 * that was not asked for or is weaker than what its secret needs.
 */
export async function register(input: RegisterInput): Promise<OAuthClient> {
  throw new Error('not yet');
}

/** The way to authenticate that suits a server: what it offers, in the order of what is safest. */
export function chooseAuthMethod(
  server: AuthorizationServer,
  has: { readonly secret: boolean; readonly key: boolean },
): ClientAuthMethod | undefined {
  throw new Error('not yet');
}
