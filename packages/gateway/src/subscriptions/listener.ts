import type { AppError } from '@plugboard/contracts';
import type { Envelope } from '@plugboard/protocol';

import { Pacer } from './pacer.ts';
import { type Topic, updatedNotification } from './topic.ts';

const intervalMs = 50;
/** Parts of one resource whose updates wait apart; of more, only that there were some is told. */
const maxWaiting = 64;

/** One client's ear for one resource, or for some tasks. */
export class Listener implements Disposable {
  readonly #pacer: Pacer;
  readonly #onLost: ((reason: AppError) => void) | undefined;
  #isOver = false;

  constructor(
    deliver: (message: Envelope) => void,
    onLost: ((reason: AppError) => void) | undefined,
    topics: readonly [Topic, ...Topic[]],
  ) {
    const [first] = topics;
    this.#pacer = new Pacer({
      deliver,
      intervalMs,
      maxWaiting: Math.max(maxWaiting, topics.length),
      summary: () => updatedNotification(first.name),
    });
    this.#onLost = onLost;
  }

  push(about: Topic, message: Envelope): void {
    this.#pacer.push(about.name, message);
  }

  /** Nothing more will come. Told once, however many topics are lost. */
  lose(reason: AppError): void {
    if (this.#isOver) return;
    this[Symbol.dispose]();
    this.#onLost?.(reason);
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#pacer[Symbol.dispose]();
  }
}
