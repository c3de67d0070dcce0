import type { IncomingHttpHeaders } from 'node:http';

import type { Dispatcher } from 'undici';

import type { HttpResponse } from './http-response.ts';
import type { Refusal, UpstreamAuthorization } from './upstream-authorization.ts';

/** What is read of the body of a refusal, so that its connection can be used again. */
const maxRefusalBytes = 65_536;

export interface AuthorizedRequest {
  readonly authorization: UpstreamAuthorization;
  readonly method: string;
  /** The whole address. */
  readonly url: string;
  /** Names in lower case and values in turn. */
  readonly headers: readonly string[];
  /** Sends it with these headers. */
  readonly send: (headers: string[], handler: Dispatcher.DispatchHandler) => void;
}

/**
 * Sends a request with the headers of the moment and, when the server refuses them and there are
 * others to send, once more: never a third time, whatever the server says. `response` hears of one
 * exchange alone, the one that counts, and ends both.
 */
export function sendAuthorized(request: AuthorizedRequest, response: HttpResponse): void {
  attempt(request, response, true);
}

/** Sends at once where the headers are at hand. */
function attempt(request: AuthorizedRequest, response: HttpResponse, mayRepeat: boolean): void {
  const { authorization, method, url } = request;
  try {
    const headers = authorization.headers({ method, url });
    if (!(headers instanceof Promise)) {
      sendWith(request, response, headers, mayRepeat);
      return;
    }
    headers
      .then((settled) => sendWith(request, response, settled, mayRepeat))
      .catch((error: unknown) => fail(response, error));
  } catch (error) {
    fail(response, error);
  }
}

function sendWith(
  request: AuthorizedRequest,
  response: HttpResponse,
  own: Readonly<Record<string, string>>,
  mayRepeat: boolean,
): void {
  if (response.isOver) return;
  const handler = mayRepeat
    ? new FirstAttempt(response, own['authorization'], (refusal) =>
        answerRefusal(request, response, refusal),
      )
    : response;
  request.send(withHeaders(request.headers, own), handler);
}

/** Whether it is sent once more. */
async function answerRefusal(
  request: AuthorizedRequest,
  response: HttpResponse,
  refusal: Refusal,
): Promise<boolean> {
  try {
    if (!(await request.authorization.refused(refusal))) return false;
    if (!response.isOver) attempt(request, response, false);
  } catch (error) {
    fail(response, error);
  }
  return true;
}

/** Passes everything on but a refusal, which it keeps to itself until it is known to stand. */
class FirstAttempt implements Dispatcher.DispatchHandler {
  readonly #response: HttpResponse;
  readonly #sent: string | undefined;
  readonly #onRefused: (refusal: Refusal) => Promise<boolean>;
  #isRefused = false;
  #hasEnded = false;
  #ignoredBytes = 0;

  constructor(
    response: HttpResponse,
    sent: string | undefined,
    onRefused: (refusal: Refusal) => Promise<boolean>,
  ) {
    this.#response = response;
    this.#sent = sent;
    this.#onRefused = onRefused;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#response.onRequestStart(controller);
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    const challenge = joined(headers['www-authenticate']);
    // Without a challenge, a 403 is about what was asked and no other token would change it.
    if (status !== 401 && (status !== 403 || challenge === undefined)) {
      this.#response.onResponseStart(controller, status, headers);
      return;
    }
    this.#isRefused = true;
    const dpopNonce = joined(headers['dpop-nonce']);
    void this.#onRefused({ status, challenge, dpopNonce, sent: this.#sent }).then((isOver) => {
      // A server may talk on for ever.
      if (!this.#hasEnded) controller.abort(new Error('refused'));
      if (isOver) return;
      this.#response.onResponseStart(controller, status, headers);
      this.#response.onResponseEnd();
    });
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#isRefused) {
      this.#response.onResponseData(controller, chunk);
      return;
    }
    this.#ignoredBytes += chunk.length;
    if (this.#ignoredBytes > maxRefusalBytes) controller.abort(new Error('refused'));
  }

  onResponseEnd(): void {
    this.#hasEnded = true;
    if (!this.#isRefused) this.#response.onResponseEnd();
  }

  onResponseError(controller: Dispatcher.DispatchController, error: Error): void {
    this.#hasEnded = true;
    if (!this.#isRefused) this.#response.onResponseError(controller, error);
  }
}

/** Those of the authorization take the place of others of their name. */
function withHeaders(headers: readonly string[], own: Readonly<Record<string, string>>): string[] {
  const merged: string[] = [];
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const name = headers[at] ?? '';
    if (!Object.hasOwn(own, name)) merged.push(name, headers[at + 1] ?? '');
  }
  for (const [name, value] of Object.entries(own)) merged.push(name, value);
  return merged;
}

function joined(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}

function fail(response: HttpResponse, error: unknown): void {
  response.fail(error instanceof Error ? error : new Error('not authorized', { cause: error }));
}
