/** What a server refused, and what it said one needs (RFC 6750 section 3). */
export interface Refusal {
  /** 401 or 403. */
  readonly status: number;
  /** The `WWW-Authenticate` headers, joined; undefined without one. */
  readonly challenge: string | undefined;
  /** The value of `DPoP-Nonce` (RFC 9449 section 9), when there was one. */
  readonly dpopNonce: string | undefined;
  /** The `authorization` header that was sent; undefined when none was. */
  readonly sent: string | undefined;
}

/** Authorizes each request to a remote server with a token that changes while the connection lives. */
export interface UpstreamAuthorization {
  /**
   * Headers of the next request, such as `authorization` and `dpop`, in lower case. Synchronous while
   * the token at hand is good; a promise while it is being refreshed. Rejects with
   * `AppError('sign_in_required')` when a person must act first.
   */
  headers(request: {
    readonly method: string;
    readonly url: string;
  }): Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;
  /**
   * A request was refused. Resolves true when there is something else to send now, in which case the
   * request is sent once more; false when the refusal stands. Rejects with
   * `AppError('sign_in_required')` when only a person can mend it.
   */
  refused(refusal: Refusal): Promise<boolean>;
}
