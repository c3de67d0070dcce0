import { AppError } from '@plugboard/contracts';

import type { Envelope } from '../envelope/envelope.ts';
import type { UpstreamRequest } from './upstream.ts';

export interface PendingLimits {
  /** 0 for no limit at all. */
  readonly timeoutMs: number;
  readonly maxTotalMs: number;
}

/** A request that was sent and is not answered yet. */
export class Pending {
  readonly id: number;
  readonly request: UpstreamRequest;
  /** The caller's own progress token as JSON text, where it gave one. */
  readonly progressToken: Buffer | undefined;
  readonly answer: Promise<Envelope>;
  readonly #resolve: (answer: Envelope) => void;
  readonly #reject: (reason: Error) => void;
  readonly #giveUp: (pending: Pending, reason: AppError) => void;
  readonly #limits: PendingLimits;
  readonly #deadline: number;
  #timer: NodeJS.Timeout | undefined;
  /** Whether it has had more than one stretch of time. */
  #extended = false;

  /** `giveUp` is called once when the caller aborts or the time is over. */
  constructor(
    id: number,
    request: UpstreamRequest,
    progressToken: Buffer | undefined,
    limits: PendingLimits,
    giveUp: (pending: Pending, reason: AppError) => void,
  ) {
    const { promise, resolve, reject } = Promise.withResolvers<Envelope>();
    this.id = id;
    this.request = request;
    this.progressToken = progressToken;
    this.answer = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#giveUp = giveUp;
    this.#limits = limits;
    this.#deadline = performance.now() + limits.maxTotalMs;
    if (limits.timeoutMs > 0) {
      this.#timer = setTimeout(this.#onTimeout, Math.min(limits.timeoutMs, limits.maxTotalMs));
    }
    request.signal?.addEventListener('abort', this.#onAbort);
  }

  /** The far side is at work: counts its silence anew, but never beyond the total. */
  touch(): void {
    if (this.#limits.timeoutMs === 0) return;
    this.#extended = true;
    clearTimeout(this.#timer);
    const left = Math.max(0, this.#deadline - performance.now());
    this.#timer = setTimeout(this.#onTimeout, Math.min(this.#limits.timeoutMs, left));
  }

  resolve(answer: Envelope): void {
    this.#release();
    this.#resolve(answer);
  }

  reject(reason: Error): void {
    this.#release();
    this.#reject(reason);
  }

  #release(): void {
    clearTimeout(this.#timer);
    this.request.signal?.removeEventListener('abort', this.#onAbort);
  }

  readonly #onAbort = (): void => {
    this.#giveUp(this, new AppError('cancelled', 'the request was cancelled'));
  };

  readonly #onTimeout = (): void => {
    const { timeoutMs, maxTotalMs } = this.#limits;
    const isOver = this.#extended && performance.now() >= this.#deadline - 1;
    if (!isOver && maxTotalMs > timeoutMs && this.request.isHeldUp?.() === true) {
      this.touch();
      return;
    }
    const text =
      isOver || maxTotalMs < timeoutMs
        ? `the server did not finish within ${maxTotalMs} ms`
        : `the server gave no answer and no progress for ${timeoutMs} ms`;
    this.#giveUp(this, new AppError('upstream_timeout', text));
  };
}
