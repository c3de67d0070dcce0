import type { LogLine } from './log-line.ts';

/** Lines on their way to one follower; one that lags loses lines rather than holding memory. */
export class Arrivals {
  readonly #max: number;
  readonly #now: () => number;
  #lines: LogLine[] = [];
  #missed = 0;
  #wake: (() => void) | undefined;

  constructor(max: number, now: () => number) {
    this.#max = max;
    this.#now = now;
  }

  push(line: LogLine): void {
    if (this.#lines.length < this.#max) this.#lines.push(line);
    else this.#missed += 1;
    this.#wake?.();
  }

  /** Ends when the signal aborts. */
  async *read(signal: AbortSignal | undefined): AsyncIterable<LogLine> {
    const wake = (): void => this.#wake?.();
    signal?.addEventListener('abort', wake);
    try {
      for (;;) {
        for (const line of this.#take()) {
          if (signal?.aborted) return;
          yield line;
        }
        if (signal?.aborted) return;
        if (this.#lines.length === 0) await this.#arrival();
      }
    } finally {
      signal?.removeEventListener('abort', wake);
    }
  }

  #take(): LogLine[] {
    const lines = this.#lines;
    this.#lines = [];
    if (this.#missed > 0) {
      const text = `${this.#missed} lines missed: they came faster than they were read.`;
      lines.push({ time: new Date(this.#now()).toISOString(), stream: 'plugboard', text });
      this.#missed = 0;
    }
    return lines;
  }

  async #arrival(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    await promise;
    this.#wake = undefined;
  }
}
