import type { IncomingHttpHeaders } from 'node:http';

import type { Dispatcher } from 'undici';

/** What one HTTP exchange tells, in order; `onEnd` or `onError` comes last and once. */
export interface ResponseHandler {
  /** Throwing here or in `onData` aborts the exchange and ends it with that error. */
  onStart(status: number, headers: IncomingHttpHeaders): void;
  onData(chunk: Buffer): void;
  onEnd(): void;
  onError(error: Error): void;
}

/** One HTTP exchange under way, which can be stopped at any time. */
export class HttpResponse implements Dispatcher.DispatchHandler {
  readonly #handler: ResponseHandler;
  #controller: Dispatcher.DispatchController | undefined;
  #aborted = false;
  #settled = false;

  constructor(handler: ResponseHandler) {
    this.#handler = handler;
  }

  /** Ends the exchange at once; its handler hears nothing more. */
  abort(): void {
    this.#aborted = true;
    this.#settled = true;
    this.#controller?.abort(new Error('aborted'));
  }

  /** Whether nobody waits for it any more, or it has ended. */
  get isOver(): boolean {
    return this.#settled;
  }

  /** Ends it with an error of ours, before or instead of an exchange. */
  fail(error: Error): void {
    if (this.#settled) return;
    this.abort();
    this.#handler.onError(error);
  }

  pause(): void {
    this.#controller?.pause();
  }

  resume(): void {
    this.#controller?.resume();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#aborted) controller.abort(new Error('aborted'));
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    if (!this.#settled && status >= 200)
      this.#attempt(() => this.#handler.onStart(status, headers));
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#settled) this.#attempt(() => this.#handler.onData(chunk));
  }

  onResponseEnd(): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#handler.onEnd();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#handler.onError(error);
  }

  #attempt(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.abort();
      this.#handler.onError(error instanceof Error ? error : new Error('failed', { cause: error }));
    }
  }
}
