import type { LookupAddress } from 'node:dns';

import { limitBody } from './limit-body.ts';
import type { Lookup } from './outbound.ts';

/** An answer as web standards have it, as far as it is used here. */
export interface OutboundResponse {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: AsyncIterable<Uint8Array> | null;
}

export interface OutboundRequest {
  /** GET by default. */
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | undefined;
  /**
   * `follow` by default for what only reads; with a body, or a method that changes something, nothing is
   * ever sent on to where a server points, and the redirect is the answer.
   */
  readonly redirect?: 'follow' | 'manual';
  /** Bytes of the answer's body, unpacked, after which reading it fails with `payload_too_large`. */
  readonly maxBytes?: number;
  readonly signal: AbortSignal;
}

/** Requests to addresses that a person or a server named. Dispose of it to end its connections. */
export interface OutboundFetch extends AsyncDisposable {
  /**
   * Each connection is checked when it is made, after a redirect as before; `authorization` stays with
   * the first origin. Rejects with an error whose `cause` is `AppError('forbidden')` for what may not be
   * reached.
   */
  fetch(url: string, request: OutboundRequest): Promise<OutboundResponse>;
}

/** See `createOutbound`; its code is loaded by the first call. */
export async function openOutboundFetch(
  allowPrivateNetwork: boolean,
  lookup?: Lookup,
): Promise<OutboundFetch> {
  const [{ createOutbound }, { fetch }] = await Promise.all([
    import('./outbound.ts'),
    import('undici'),
  ]);
  const dispatcher = createOutbound({ allowPrivateNetwork, ...(lookup && { lookup }) });
  return {
    async fetch(url, { method = 'GET', headers, body, redirect, maxBytes, signal }) {
      const onlyReads = (method === 'GET' || method === 'HEAD') && body === undefined;
      const response = await fetch(url, {
        method,
        headers,
        body: body ?? null,
        redirect: onlyReads ? (redirect ?? 'follow') : 'manual',
        signal,
        dispatcher,
      });
      return maxBytes === undefined || response.body === null
        ? response
        : {
            status: response.status,
            headers: response.headers,
            body: limitBody(response.body, maxBytes),
          };
    },
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
