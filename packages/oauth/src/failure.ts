import { AppError, type AppErrorOptions, type ErrorCode } from '@plugboard/contracts';

/**
 * What a failure means for whoever holds a connection:
 * `gone`: the grant is over for good, a person must sign in again; `denied`: a person or a policy said
 * no; `client`: the server does not know this client (any more), so register again; `later`: the same
 * request may succeed another time; `unsupported`: the server cannot do what is needed; `protocol`: what
 * came breaks a rule that protects somebody, and nothing of it may be used.
 */
export type OAuthFailureKind = 'gone' | 'denied' | 'client' | 'later' | 'unsupported' | 'protocol';

const codes: Record<OAuthFailureKind, ErrorCode> = {
  gone: 'sign_in_required',
  denied: 'forbidden',
  client: 'upstream_failed',
  later: 'upstream_failed',
  unsupported: 'upstream_failed',
  protocol: 'upstream_failed',
};

/**
 * An authorization that failed. `details.oauth` is the error code of RFC 6749 or of an extension, where
 * the server gave one, and `details.reason` says which of our checks it was. Nothing else of an answer
 * is in it: descriptions that servers send are theirs to word, and may hold what was sent to them.
 */
export class OAuthFailure extends AppError {
  readonly kind: OAuthFailureKind;
  readonly oauth: string | undefined;
  /** Our own short code, such as `issuer_mismatch`; stable, for audit records. */
  readonly reason: string;

  constructor(
    kind: OAuthFailureKind,
    reason: string,
    message: string,
    options: Omit<AppErrorOptions, 'details'> & { readonly oauth?: string | undefined } = {},
  ) {
    const { oauth, ...rest } = options;
    super(codes[kind], message, {
      ...rest,
      details: { reason, kind, ...(oauth === undefined ? {} : { oauth }) },
    });
    this.name = 'OAuthFailure';
    this.kind = kind;
    this.oauth = oauth;
    this.reason = reason;
  }
}

/** Whether a thrown value is a failure of an authorization, optionally of one kind. */
export function isOAuthFailure(error: unknown, kind?: OAuthFailureKind): error is OAuthFailure {
  return error instanceof OAuthFailure && (kind === undefined || error.kind === kind);
}
