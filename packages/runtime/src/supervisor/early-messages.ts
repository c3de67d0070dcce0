import { AppError } from '@plugboard/contracts';
import type { Envelope, MessageHandler, Upstream } from '@plugboard/protocol';

/** What a connection's messages are handed to, once the connection is there to be named. */
export interface UpstreamHandlers {
  readonly onMessage: (upstream: Upstream, message: Envelope) => void;
  readonly onRequest: (upstream: Upstream, message: Envelope) => void;
}

const maxKept = 1_000;

/**
 * Keeps what a server says before its handshake is over, when there is no connection yet that it
 * could be answered on: a thousand messages at most.
 */
export class EarlyMessages {
  readonly #kept: { readonly message: Envelope; readonly isRequest: boolean }[] = [];
  readonly #handlers: UpstreamHandlers;
  readonly #overflow = Promise.withResolvers<never>();
  #upstream: Upstream | undefined;

  constructor(handlers: UpstreamHandlers) {
    this.#handlers = handlers;
    this.#overflow.promise.catch(() => undefined);
  }

  /** Rejects with `AppError('upstream_failed')` when there is more than is kept. */
  get overflow(): Promise<never> {
    return this.#overflow.promise;
  }

  readonly onMessage: MessageHandler = (message) => this.#take(message, false);

  readonly onRequest: MessageHandler = (message) => this.#take(message, true);

  /** Hands over what was kept, in order, and from here on everything at once. */
  connected(upstream: Upstream): void {
    const { onMessage, onRequest } = this.#handlers;
    upstream.onMessage = (message) => onMessage(upstream, message);
    upstream.onRequest = (message) => onRequest(upstream, message);
    this.#upstream = upstream;
    for (const { message, isRequest } of this.#kept.splice(0))
      this.#hand(upstream, message, isRequest);
  }

  #take(message: Envelope, isRequest: boolean): void {
    if (this.#upstream !== undefined) this.#hand(this.#upstream, message, isRequest);
    else if (this.#kept.length < maxKept) this.#kept.push({ message, isRequest });
    else this.#overflow.reject(tooMuch());
  }

  #hand(upstream: Upstream, message: Envelope, isRequest: boolean): void {
    if (isRequest) this.#handlers.onRequest(upstream, message);
    else this.#handlers.onMessage(upstream, message);
  }
}

function tooMuch(): AppError {
  return new AppError(
    'upstream_failed',
    `it said more than ${maxKept} things before it introduced itself.`,
  );
}
