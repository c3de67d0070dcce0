import type { Secret } from '@plugboard/vault';

import type { OpenPurpose } from '../../credentials/vault.ts';

/** A connection within its organization. */
export interface ConnectionRef {
  readonly organizationId: string;
  readonly connectionId: string;
}

/** What a connection's calls are authorized with now. */
export interface AccessToken {
  readonly token: Secret;
  readonly tokenType: 'Bearer' | 'DPoP';
  /** The private key that a DPoP token is bound to, as a JWK in JSON (RFC 9449). */
  readonly dpopKey: Secret | undefined;
  /** What was granted with it. */
  readonly scopes: readonly string[];
}

/** Keeps the access tokens of connections good, on all nodes together. */
export interface AccessTokens extends AsyncDisposable {
  /**
   * The newest token: at once while the one at hand is good, a promise while it is read or refreshed.
   * Rejects with `AppError`: `sign_in_required` when a person must act first (`details` say who, where
   * and why), `upstream_failed` with `retryAfterMs` while the provider does not answer, `forbidden`
   * when it belongs to a member or agent and the purpose does not name that one, `not_found` when
   * there is no such connection any more.
   */
  get(ref: ConnectionRef, purpose: OpenPurpose): AccessToken | Promise<AccessToken>;
  /**
   * A server refused a token as no good (401). Resolves with another one to send, refreshing where
   * what was sent is the newest; undefined when there is none and the refusal stands.
   */
  refused(ref: ConnectionRef, sent: Secret): Promise<AccessToken | undefined>;
  /**
   * A server wants scopes that the token does not have (403 `insufficient_scope`). Resolves when it has
   * them already, for then the refusal stands; otherwise rejects with `AppError('sign_in_required')`
   * that names the scopes old and new.
   */
  needScopes(ref: ConnectionRef, scopes: readonly string[]): Promise<void>;
  /** Renews it where it is time for that; for what keeps unused connections alive. */
  renew(ref: ConnectionRef): Promise<void>;
}
