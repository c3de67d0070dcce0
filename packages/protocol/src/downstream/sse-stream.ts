import type { ServerResponse } from 'node:http';

import { keepAlive } from './keep-alive.ts';
import { encodeEvent } from './encode-event.ts';

export interface SseStreamOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * A reader with more than this many bytes still unread when the next message comes is cut off.
   * Default 4 MiB; one message may be larger.
   */
  readonly maxBufferedBytes?: number;
}

/** What of an event is not its data. */
export interface EventFields {
  readonly id?: string;
  readonly event?: string;
  /** Milliseconds after which the reader may come back once the stream has ended. */
  readonly retry?: number;
}

/**
 * An event stream towards one client. Never throws and never waits: what is sent to a client that
 * left is dropped, and one that does not read is disconnected.
 */
export class SseStream {
  readonly #response: ServerResponse;
  readonly #maxBufferedBytes: number;

  /** Answers the request with status 200 and opens the stream. */
  constructor(response: ServerResponse, options: SseStreamOptions = {}) {
    this.#response = response;
    this.#maxBufferedBytes = options.maxBufferedBytes ?? 4 * 1024 * 1024;
    if (response.destroyed) return;
    response.on('error', ignore); // the client left; 'close' follows
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
      ...options.headers,
    });
    keepAlive.add(this);
    response.once('close', () => keepAlive.delete(this));
    // Headers go out with a message that is sent at once, and without one otherwise.
    queueMicrotask(() => {
      if (!response.destroyed && !response.writableEnded) response.flushHeaders();
    });
  }

  get isOpen(): boolean {
    return !this.#response.destroyed && !this.#response.writableEnded;
  }

  /** Sends one message, given in parts. Answers false when the client has left or was cut off. */
  send(parts: readonly Buffer[], fields: EventFields = {}): boolean {
    return this.#write(encodeEvent(parts, fields));
  }

  /** Whether half of what may stay unread is: what its reader can do without should not be sent. */
  get isLagging(): boolean {
    return this.#response.writableLength > this.#maxBufferedBytes / 2;
  }

  /** Sends a comment, which readers ignore. */
  comment(): boolean {
    return this.#write(blankComment);
  }

  /** Ends the stream once everything sent has been read. */
  close(): void {
    keepAlive.delete(this);
    if (this.isOpen) this.#response.end();
  }

  #write(bytes: Buffer): boolean {
    if (!this.isOpen) return false;
    if (this.#response.writableLength > this.#maxBufferedBytes) {
      this.#response.destroy();
      return false;
    }
    this.#response.write(bytes);
    return true;
  }
}

const blankComment = Buffer.from(':\n\n');

function ignore(): void {}
