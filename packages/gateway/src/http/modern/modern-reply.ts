import type { ServerResponse } from 'node:http';

import { sendJson, SseStream } from '@plugboard/protocol';

/** After this long without an answer, an event stream is opened so that proxies see life. */
const quietMs = 10_000;

/** What the client takes as an answer, by its Accept header. */
export interface Acceptable {
  readonly json: boolean;
  readonly stream: boolean;
}

/**
 * The answer to one POST of a modern client (MCP 2026-07-28, "Sending Messages to the Server"): JSON
 * with the HTTP status that belongs to it, or an event stream from the first message that precedes
 * the answer. A stream has no event ids: one that breaks has lost its request.
 */
export class ModernReply implements Disposable {
  readonly #response: ServerResponse;
  readonly accepts: Acceptable;
  readonly #quiet: NodeJS.Timeout | undefined;
  #stream: SseStream | undefined;

  constructor(response: ServerResponse, accepts: Acceptable) {
    this.#response = response;
    this.accepts = accepts;
    if (accepts.stream) this.#quiet = setTimeout(() => this.#openStream(), quietMs).unref();
  }

  /** Sends a message ahead of the answer; a client that takes no streams does without. */
  message(parts: readonly Buffer[]): void {
    if (this.accepts.stream) this.#openStream().send(parts);
  }

  /** Sends the answer, a JSON-RPC message in parts, and ends. A stream that is open stays with 200. */
  answer(parts: readonly Buffer[], status = 200): void {
    clearTimeout(this.#quiet);
    if (this.#response.destroyed) return;
    if (!this.accepts.json && status === 200) this.#openStream();
    if (this.#stream) {
      this.#stream.send(parts);
      this.#stream.close();
    } else {
      sendJson(this.#response, status, parts);
    }
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#quiet);
  }

  #openStream(): SseStream {
    this.#stream ??= new SseStream(this.#response);
    return this.#stream;
  }
}
