import type { Secret } from '@plugboard/vault';

/** What an authorization server gave (RFC 6749 section 5.1), as a connection keeps it. */
export interface TokenSet {
  readonly accessToken: Secret;
  readonly tokenType: 'Bearer' | 'DPoP';
  readonly refreshToken: Secret | undefined;
  readonly idToken: Secret | undefined;
  /** Epoch milliseconds; undefined when the server did not say. */
  readonly expiresAt: number | undefined;
  /** What was granted, which may be less than what was asked for. */
  readonly scopes: readonly string[];
  /** The private key that DPoP tokens are bound to, as a JWK in JSON (RFC 9449). */
  readonly dpopKey: Secret | undefined;
}
