import type { ServerResponse } from 'node:http';

import { buildError, sendJson, SseStream } from '@plugboard/protocol';

import type { RpcError } from '../call/rpc-error.ts';

/** After this long without an answer, an event stream is opened so that proxies see life. */
const quietMs = 10_000;

/**
 * The answer to one POST: plain JSON when nothing precedes it, an event stream from the first
 * message that does (Streamable HTTP, "Sending Messages to the Server").
 */
export class Reply implements Disposable {
  readonly #response: ServerResponse;
  readonly #mayStream: boolean;
  readonly #quiet: NodeJS.Timeout | undefined;
  #stream: SseStream | undefined;

  constructor(response: ServerResponse, options: { readonly mayStream: boolean }) {
    this.#response = response;
    this.#mayStream = options.mayStream;
    if (options.mayStream) this.#quiet = setTimeout(() => this.#openStream(), quietMs).unref();
  }

  /**
   * Sends a message ahead of the answer. A client that takes no streams does without, and so does one
   * that reads more slowly than the server speaks: it must not lose the answer over it.
   */
  message(bytes: Buffer): void {
    if (this.#mayStream) this.#openStream().offer([bytes]);
  }

  /** Sends the answer, a JSON-RPC message in parts, and ends. */
  answer(parts: readonly Buffer[]): void {
    clearTimeout(this.#quiet);
    if (this.#response.destroyed) return;
    if (this.#stream) {
      this.#stream.send(parts);
      this.#stream.close();
    } else {
      sendJson(this.#response, 200, parts);
    }
  }

  /** Answers the request with that id with an error. */
  fail(id: string, error: RpcError): void {
    this.answer([buildError(id, error.code, error.message, error.data)]);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#quiet);
  }

  #openStream(): SseStream {
    this.#stream ??= new SseStream(this.#response);
    return this.#stream;
  }
}
