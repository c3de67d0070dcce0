import type { LookupAddress } from 'node:dns';

/** An answer as web standards have it, as far as it is used here. */
export interface OutboundResponse {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: AsyncIterable<Uint8Array> | null;
}

export interface OutboundRequest {
  /** GET by default. */
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** `manual`: a redirect is the answer. Followed by default. */
  readonly redirect?: 'follow' | 'manual';
  readonly signal: AbortSignal;
}

/** Requests to addresses that a person or a server named. Dispose of it to end its connections. */
export interface OutboundFetch extends AsyncDisposable {
  /**
   * Each redirect that it follows is checked as the first address; `authorization` stays with the first
   * origin. Rejects with an error whose `cause` is `AppError('forbidden')` for what may not be reached.
   */
  fetch(url: string, request: OutboundRequest): Promise<OutboundResponse>;
}

/** See `createOutbound`; its code is loaded by the first call. */
export async function openOutboundFetch(allowPrivateNetwork: boolean): Promise<OutboundFetch> {
  const [{ createOutbound }, { fetch }] = await Promise.all([
    import('./outbound.ts'),
    import('undici'),
  ]);
  const dispatcher = createOutbound({ allowPrivateNetwork });
  return {
    fetch: (url, { method = 'GET', headers, body, redirect = 'follow', signal }) =>
      fetch(url, {
        method,
        headers,
        redirect,
        signal,
        dispatcher,
        ...(body !== undefined && { body }),
      }),
    [Symbol.asyncDispose]: () => dispatcher.destroy(),
  };
}

/** The addresses of a URL's host that may be spoken to; rejects with `AppError` when there is none. */
export async function resolveOutboundHost(
  url: URL,
  allowPrivateNetwork: boolean,
): Promise<readonly LookupAddress[]> {
  const { resolveOutbound } = await import('./outbound.ts');
  return resolveOutbound(url, { allowPrivateNetwork });
}
