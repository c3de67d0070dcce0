import {
  type Link,
  linkEnded,
  type LinkOptions,
  notSupported,
  refused,
  supportedTopics,
} from './link.ts';
import { type ListenStream, ListenRefused, openListenStream } from './listen-stream.ts';
import { type Topic, topicKey } from './topic.ts';

/** Subscriptions come together: what is asked for within this time becomes one stream. */
const settleMs = 20;

interface Wish {
  readonly topic: Topic;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Listens to everything with one stream. A change opens the next before the one that was is closed,
 * so that nothing falls between them.
 */
export class ModernLink implements Link {
  readonly ended: Promise<void>;
  readonly #end: () => void;
  readonly #options: LinkOptions;
  readonly #isSupported: (topic: Topic) => boolean;
  /** What the server has taken. */
  readonly #taken = new Map<string, Topic>();
  #wishes: Wish[] = [];
  #stream: ListenStream | undefined;
  #settling: NodeJS.Timeout | undefined;
  #changing: Promise<void> | undefined;
  #isOver = false;

  constructor(options: LinkOptions) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#end = resolve;
    this.#options = options;
    this.#isSupported = supportedTopics(options.upstream);
    void options.upstream.closed.then(() => this[Symbol.dispose]());
  }

  add(topic: Topic): Promise<void> {
    if (this.#isOver) return Promise.reject(linkEnded());
    if (!this.#isSupported(topic)) return Promise.reject(notSupported(topic));
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#wishes.push({ topic, resolve, reject });
    this.#settle();
    return promise;
  }

  remove(topic: Topic): void {
    this.#taken.delete(topicKey(topic));
    this.#settle();
  }

  [Symbol.dispose](): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#settling);
    this.#stream?.[Symbol.dispose]();
    for (const { reject } of this.#wishes.splice(0)) reject(linkEnded());
    this.#end();
  }

  #settle(): void {
    if (this.#isOver || this.#changing) return;
    this.#settling ??= setTimeout(() => {
      this.#settling = undefined;
      this.#changing = this.#change().finally(() => {
        this.#changing = undefined;
        if (this.#isStale()) this.#settle();
      });
    }, settleMs);
  }

  #isStale(): boolean {
    if (this.#wishes.length > 0) return true;
    return [...(this.#stream?.honored ?? [])].some((key) => !this.#taken.has(key));
  }

  async #change(): Promise<void> {
    const wishes = this.#wishes.splice(0);
    const refusedAll = await this.#listen(wishes);
    // One that the server does not want must not cost the others theirs.
    if (refusedAll && wishes.length > 1) for (const wish of wishes) await this.#listen([wish]);
  }

  /** Resolves to whether the server refused all of several wishes together; they are open then. */
  async #listen(wishes: readonly Wish[]): Promise<boolean> {
    const topics = new Map(this.#taken);
    for (const { topic } of wishes) topics.set(topicKey(topic), topic);
    if (topics.size === 0) {
      this.#replace(undefined);
      return false;
    }
    let stream: ListenStream;
    try {
      const { upstream, hear } = this.#options;
      stream = await openListenStream(upstream, [...topics.values()], hear);
    } catch (error) {
      const isRefused = error instanceof ListenRefused;
      if (isRefused && wishes.length > 1) return true;
      for (const { topic, reject } of wishes) reject(isRefused ? refused(topic) : error);
      // A server that will not have less than before is asked for all of it anew.
      if (wishes.length === 0) this[Symbol.dispose]();
      return false;
    }
    this.#replace(stream);
    for (const { topic, resolve, reject } of wishes) {
      const key = topicKey(topic);
      if (this.#isOver) reject(linkEnded());
      else if (stream.honored.has(key)) {
        this.#taken.set(key, topic);
        resolve();
      } else reject(refused(topic));
    }
    if ([...this.#taken.keys()].some((key) => !stream.honored.has(key))) this[Symbol.dispose]();
    return false;
  }

  #replace(stream: ListenStream | undefined): void {
    const before = this.#stream;
    this.#stream = stream;
    before?.[Symbol.dispose]();
    if (this.#isOver) stream?.[Symbol.dispose]();
    void stream?.ended.then(() => {
      if (this.#stream === stream) this[Symbol.dispose]();
    });
  }
}
