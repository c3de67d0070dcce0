import type { Dispatcher } from 'undici';

import { sendAuthorized } from './authorized-exchange.ts';
import { HttpResponse, type ResponseHandler } from './http-response.ts';
import type { UpstreamAuthorization } from './upstream-authorization.ts';

/** Settings of connections over HTTP. */
export interface HttpOptions {
  readonly url: string | URL;
  /** Sent with every request: credentials and the like. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Headers that change while the connection lives; they win over `headers`. */
  readonly authorization?: UpstreamAuthorization;
  /**
   * Carries all requests, several at once, so an undici `Agent` or `Pool` and not a `Client`. It
   * decides which addresses may be reached, and stays open when the connection ends.
   */
  readonly dispatcher: Dispatcher;
}

/** Where messages go, and how to get there. */
export class HttpEndpoint {
  readonly #dispatcher: Dispatcher;
  readonly #origin: string;
  readonly #path: string;
  readonly #authorization: UpstreamAuthorization | undefined;

  constructor(dispatcher: Dispatcher, url: URL, authorization?: UpstreamAuthorization) {
    this.#dispatcher = dispatcher;
    this.#origin = url.origin;
    this.#path = url.pathname + url.search;
    this.#authorization = authorization;
  }

  /** Sends one request. Time limits are those of the requests above, so it has none of its own. */
  send(
    method: 'GET' | 'POST' | 'DELETE',
    headers: string[],
    body: Buffer | null,
    handler: ResponseHandler,
  ): HttpResponse {
    const response = new HttpResponse(handler);
    this.dispatch(method, headers, body, response);
    return response;
  }

  /** As `send`, for those who must know the exchange before it begins: it may fail at once. */
  dispatch(
    method: 'GET' | 'POST' | 'DELETE',
    headers: string[],
    body: Buffer | null,
    response: HttpResponse,
  ): void {
    const authorization = this.#authorization;
    if (authorization === undefined) {
      this.#send(method, headers, body, response);
      return;
    }
    sendAuthorized(
      {
        authorization,
        method,
        url: this.#origin + this.#path,
        headers,
        send: (whole, handler) => this.#send(method, whole, body, handler),
      },
      response,
    );
  }

  #send(
    method: 'GET' | 'POST' | 'DELETE',
    headers: string[],
    body: Buffer | null,
    handler: Dispatcher.DispatchHandler,
  ): void {
    this.#dispatcher.dispatch(
      {
        origin: this.#origin,
        path: this.#path,
        method,
        headers,
        body,
        headersTimeout: 0,
        bodyTimeout: 0,
      },
      handler,
    );
  }
}

/** Headers as undici takes them fastest: names and values in turn. */
export function flattenHeaders(
  ...groups: readonly Readonly<Record<string, string | undefined>>[]
): string[] {
  const merged = new Map<string, string>();
  for (const group of groups) {
    for (const [name, value] of Object.entries(group)) {
      if (value !== undefined) merged.set(name.toLowerCase(), value);
    }
  }
  return [...merged].flat();
}
