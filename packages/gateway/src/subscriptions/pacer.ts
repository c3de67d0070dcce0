import type { Envelope } from '@plugboard/protocol';

export interface PacerOptions {
  readonly deliver: (message: Envelope) => void;
  /** Milliseconds between two messages, at least. */
  readonly intervalMs: number;
  /** Of so many things at most one message each waits for its turn. */
  readonly maxWaiting: number;
  /** Stands for all that waits when there is more. */
  readonly summary: () => Envelope;
}

/**
 * Hands a listener no more than it can take: at once where it was quiet, then one message each
 * interval, of each thing the latest.
 */
export class Pacer implements Disposable {
  readonly #options: PacerOptions;
  readonly #waiting = new Map<string, Envelope>();
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(options: PacerOptions) {
    this.#options = options;
  }

  push(about: string, message: Envelope): void {
    if (this.#isOver) return;
    if (this.#timer === undefined) {
      this.#deliver(message);
      return;
    }
    // In the place of an earlier one, so that what changes all the time holds up nothing else.
    this.#waiting.set(about, message);
    if (this.#waiting.size <= this.#options.maxWaiting) return;
    this.#waiting.clear();
    this.#waiting.set('', this.#options.summary());
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#waiting.clear();
  }

  #deliver(message: Envelope): void {
    this.#timer = setTimeout(() => this.#next(), this.#options.intervalMs);
    this.#timer.unref();
    this.#options.deliver(message);
  }

  #next(): void {
    this.#timer = undefined;
    const [first] = this.#waiting;
    if (first === undefined) return;
    this.#waiting.delete(first[0]);
    this.#deliver(first[1]);
  }
}
