import type { LiveEvent } from '@plugboard/contracts/api';

import type { Actor } from '../members/policy.ts';
import { LiveQueue } from './live-queue.ts';

export interface LiveStreamOptions {
  readonly actor: Actor;
  /** Who the same request speaks for now. Rejects when it is nobody any more. */
  readonly again: () => Promise<Actor>;
  readonly signal: AbortSignal;
  /** How often `again` is asked, in milliseconds. */
  readonly checkMs: number;
  /** Called once, however it ends. */
  readonly onEnd: () => void;
}

/**
 * What one listener reads. It ends with what `again` rejects with, at the latest after `checkMs`. An
 * object and not a generator: one that is never read must end as well.
 */
export class LiveStream implements AsyncIteratorObject<LiveEvent, undefined> {
  readonly #options: LiveStreamOptions;
  readonly #queue = new LiveQueue();
  #actor: Actor;
  #timer: NodeJS.Timeout | undefined;
  #isChecking = false;
  #failure: unknown;
  #begun = false;
  #ended = false;

  constructor(options: LiveStreamOptions) {
    this.#options = options;
    this.#actor = options.actor;
  }

  /** Begins to check who listens, and to end when the request does. */
  open(): void {
    const { checkMs, signal } = this.#options;
    if (signal.aborted) {
      this.#end();
      return;
    }
    this.#timer = setInterval(() => this.check(), checkMs);
    this.#timer.unref();
    signal.addEventListener('abort', this.#end, { once: true });
  }

  /** Tells the first event: what was to be told before it is left out. */
  begin(first: LiveEvent): void {
    this.#begun = true;
    this.push(first);
  }

  /** Who listens: their role may have become another. */
  get actor(): Actor {
    return this.#actor;
  }

  push(event: LiveEvent): void {
    if (this.#begun && !this.#ended) this.#queue.push(event);
  }

  /** Asks at once whether the listener may still listen. */
  check(): void {
    if (this.#isChecking) return;
    this.#isChecking = true;
    void this.#check().finally(() => {
      this.#isChecking = false;
    });
  }

  async next(): Promise<IteratorResult<LiveEvent, undefined>> {
    while (!this.#ended) {
      const event = this.#queue.shift();
      if (event) return { done: false, value: event };
      await this.#queue.wait();
    }
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure;
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<LiveEvent, undefined>> {
    this.#end();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end();
  }

  async #check(): Promise<void> {
    try {
      const { organizationId, memberId } = this.#actor;
      const actor = await this.#options.again();
      if (actor.organizationId !== organizationId || actor.memberId !== memberId) this.#end();
      else this.#actor = actor;
    } catch (error) {
      this.#failure = error;
      this.#end();
    }
  }

  readonly #end = (): void => {
    if (this.#ended) return;
    this.#ended = true;
    clearInterval(this.#timer);
    this.#options.signal.removeEventListener('abort', this.#end);
    this.#queue.wake();
    this.#options.onEnd();
  };
}
