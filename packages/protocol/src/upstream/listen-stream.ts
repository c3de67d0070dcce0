import type { IncomingHttpHeaders } from 'node:http';

import { statusFailure, transportFailure } from './http-failure.ts';
import type { HttpResponse, ResponseHandler } from './http-response.ts';
import { SseParser } from './sse-parser.ts';

export interface ListenOptions {
  /** Opens the stream, telling the last event seen when there was one. */
  readonly open: (lastEventId: string | undefined, handler: ResponseHandler) => HttpResponse;
  readonly onData: (data: Buffer) => void;
  /** Whether to connect again after the stream ended. */
  readonly isWanted: () => boolean;
  /** The server ended the stream, which is opened again after so long, where it said how long. */
  readonly onEnded?: (retryMs: number | undefined) => void;
  /** The server will not give this stream; it is not tried again. */
  readonly onRefused: (reason: Error) => void;
  /** The server has said for the first time whether it gives the stream. */
  readonly onFirstAnswer?: () => void;
  readonly maxMessageBytes: number;
  readonly lastEventId?: string | undefined;
  readonly retryMs?: number | undefined;
}

const longestWaitMs = 30_000;

/** An event stream opened with GET that is opened again when it ends, ever more patiently. */
export class ListenStream implements ResponseHandler {
  readonly #options: ListenOptions;
  #response: HttpResponse | undefined;
  #parser: SseParser | undefined;
  #lastEventId: string | undefined;
  #retryMs: number;
  #toldRetryMs: number | undefined;
  #failures = 0;
  #wasAnswered = false;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: ListenOptions) {
    this.#options = options;
    this.#lastEventId = options.lastEventId;
    this.#toldRetryMs = options.retryMs;
    this.#retryMs = options.retryMs ?? 1000;
  }

  connect(): void {
    this.#parser = undefined;
    this.#response = this.#options.open(this.#lastEventId, this);
  }

  /** Connects after the time that the server asked for. */
  connectLater(): void {
    if (this.#closed || !this.#options.isWanted()) return;
    const wait = Math.min(longestWaitMs, this.#retryMs * 2 ** Math.min(this.#failures, 10));
    this.#failures += 1;
    this.#timer = setTimeout(() => {
      if (this.#options.isWanted()) this.connect();
    }, wait).unref();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#response?.abort();
  }

  pause(): void {
    this.#response?.pause();
  }

  resume(): void {
    this.#response?.resume();
  }

  onStart(status: number, headers: IncomingHttpHeaders): void {
    this.#noteAnswer();
    const type = headers['content-type'] ?? '';
    if (status === 200 && type.startsWith('text/event-stream')) {
      this.#parser = new SseParser({
        maxEventBytes: this.#options.maxMessageBytes,
        onEvent: ({ data }) => {
          this.#failures = 0;
          if (data.length > 0) this.#options.onData(data);
        },
        onRetry: (retryMs) => {
          this.#toldRetryMs = retryMs;
          this.#retryMs = Math.max(10, retryMs);
        },
      });
      return;
    }
    if (status < 500 && status !== 429) {
      this.#closed = true;
      this.#options.onRefused(statusFailure(status));
    }
    throw statusFailure(status);
  }

  onData(chunk: Buffer): void {
    this.#parser?.push(chunk);
  }

  onEnd(): void {
    this.#rememberPlace();
    if (!this.#closed && this.#options.isWanted()) this.#options.onEnded?.(this.#toldRetryMs);
    this.connectLater();
  }

  onError(error: Error): void {
    this.#noteAnswer();
    this.#rememberPlace();
    if (transportFailure(error).code === 'payload_too_large') {
      this.#closed = true;
      this.#options.onRefused(error);
    }
    this.connectLater();
  }

  #noteAnswer(): void {
    if (this.#wasAnswered) return;
    this.#wasAnswered = true;
    this.#options.onFirstAnswer?.();
  }

  #rememberPlace(): void {
    this.#lastEventId = this.#parser?.lastEventId ?? this.#lastEventId;
  }
}
