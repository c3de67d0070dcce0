/** An answer as web standards have it, as far as it is read here. */
export interface OAuthAnswer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: AsyncIterable<Uint8Array> | null;
}

/** What is sent: never followed anywhere else, so a redirect comes back as the answer it is. */
export interface OAuthRequest {
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly redirect: 'manual';
  readonly signal: AbortSignal;
}

/**
 * All of this package's way to the network. The caller's must be safe against SSRF: it refuses http
 * and addresses of private networks unless an admin allowed them, and does not follow redirects.
 */
export type OAuthFetch = (url: string, request: OAuthRequest) => Promise<OAuthAnswer>;

/** What every function that speaks to a server is given besides its own input. */
export interface OAuthNetwork {
  readonly fetch: OAuthFetch;
  readonly signal: AbortSignal;
  /**
   * Plain http in what servers say of themselves and in issuers, for networks that an admin allowed.
   * False by default: everything is https. What `fetch` allows stays its own matter.
   */
  readonly allowHttp?: boolean;
  /** Milliseconds for one exchange, body included. 10,000 by default. */
  readonly timeoutMs?: number;
  /** Epoch milliseconds; the system's clock by default. */
  readonly now?: () => number;
}
