import type { LiveEvent } from '@plugboard/contracts/api';

/** So many events wait for a listener that reads slowly. */
const mostWaiting = 256;

/**
 * What waits for one listener. When it is full, what waited is given up for one `missed`, and what is
 * new goes on: nobody's slowness takes memory without end.
 */
export class LiveQueue {
  #events: LiveEvent[] = [];
  #wake: (() => void) | undefined;

  push(event: LiveEvent): void {
    if (this.#events.length >= mostWaiting) this.#events = [{ type: 'missed' }];
    this.#events.push(event);
    this.wake();
  }

  shift(): LiveEvent | undefined {
    return this.#events.shift();
  }

  /** Resolves at the next event, or when woken without any. One waits at a time. */
  wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  wake(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
