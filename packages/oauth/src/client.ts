import type { Secret } from '@plugboard/vault';

import type { ClientAuthMethod } from './facts.ts';

/**
 * Plugboard as a client of one authorization server. `issuer` is where it was made and the only place
 * it is used at: every request with it refuses another server.
 */
export interface OAuthClient {
  readonly issuer: string;
  readonly method: 'preregistered' | 'cimd' | 'dcr';
  readonly clientId: string;
  readonly authMethod: ClientAuthMethod;
  readonly clientSecret: Secret | undefined;
  /** For `private_key_jwt`: a private JWK in JSON with `alg`, and `kid` where the server knows it by one. */
  readonly privateKey: Secret | undefined;
  /** Epoch milliseconds; undefined when it does not end. */
  readonly expiresAt: number | undefined;
}
