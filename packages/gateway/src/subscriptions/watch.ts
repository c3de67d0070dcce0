import { AppError, isAppError } from '@plugboard/contracts';
import type { Envelope, Upstream } from '@plugboard/protocol';

import type { Listener } from './listener.ts';
import { LegacyLink } from './legacy-link.ts';
import type { Link } from './link.ts';
import { ModernLink } from './modern-link.ts';
import { nextWaitMs } from './next-wait.ts';
import { enclosingUris, type Topic, topicKey, topicOf, updatedNotification } from './topic.ts';

export interface WatchOptions {
  readonly acquire: () => Promise<Upstream>;
  /** Keeps the connection from sleeping. */
  readonly hold: () => Disposable;
  /** The connection to be heard from here on. */
  readonly onUpstream: (upstream: Upstream) => void;
  /** Nobody listens any more. */
  readonly onEmpty: () => void;
  readonly onError: (error: unknown) => void;
  /** Topics of one connection, at most. */
  readonly maxTopics: number;
}

interface Watched {
  readonly topic: Topic;
  readonly listeners: Set<Listener>;
  readonly taken: Promise<void>;
  isTaken: boolean;
}

/** A link that held this long was no failure. */
const stableMs = 30_000;

/**
 * Everything that clients listen to on one connection: asked for once, handed to all, and asked for
 * again, ever more patiently, when the connection broke.
 */
export class Watch implements Disposable {
  readonly #options: WatchOptions;
  readonly #topics = new Map<string, Watched>();
  readonly #held: Disposable;
  #link: Link | undefined;
  #linking: Promise<Link> | undefined;
  #linkedAt = 0;
  #failures = 0;
  #retry: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#held = options.hold();
  }

  /** Resolves when the server tells of it. Rejects as `Link.add` and `Upstreams.acquire` do. */
  async join(topic: Topic, listener: Listener): Promise<void> {
    const key = topicKey(topic);
    const watched = this.#topics.get(key) ?? this.#begin(key, topic);
    watched.listeners.add(listener);
    await watched.taken;
  }

  leave(topic: Topic, listener: Listener): void {
    const key = topicKey(topic);
    const watched = this.#topics.get(key);
    if (!watched?.listeners.delete(listener) || watched.listeners.size > 0) return;
    this.#topics.delete(key);
    if (watched.isTaken) this.#link?.remove(topic);
    this.#endIfEmpty();
  }

  hear(message: Envelope): void {
    const topic = topicOf(message);
    if (topic === undefined) return;
    this.#tell(topic, topic, message);
    if (topic.kind !== 'resource') return;
    // A server may name a part of what was subscribed to (spec 2025-11-25, resources).
    for (const name of enclosingUris(topic.name)) {
      this.#tell({ kind: 'resource', name }, topic, message);
    }
  }

  [Symbol.dispose](): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#retry);
    this.#link?.[Symbol.dispose]();
    this.#held[Symbol.dispose]();
    this.#options.onEmpty();
  }

  #tell(to: Topic, about: Topic, message: Envelope): void {
    const watched = this.#topics.get(topicKey(to));
    if (watched) for (const listener of watched.listeners) listener.push(about, message);
  }

  #begin(key: string, topic: Topic): Watched {
    if (this.#topics.size >= this.#options.maxTopics) {
      throw new AppError(
        'rate_limited',
        `No more than ${this.#options.maxTopics} subscriptions fit on one connection to a server. End some first.`,
      );
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const watched: Watched = { topic, listeners: new Set(), taken: promise, isTaken: false };
    this.#topics.set(key, watched);
    this.#take(key, watched).then(resolve, reject);
    return watched;
  }

  async #take(key: string, watched: Watched): Promise<void> {
    try {
      const link = await this.#connected();
      await this.#add(link, key, watched);
      watched.isTaken = true;
    } catch (error) {
      if (this.#topics.get(key) === watched) this.#topics.delete(key);
      this.#endIfEmpty();
      throw error;
    }
  }

  async #add(link: Link, key: string, { topic }: Watched): Promise<void> {
    await link.add(topic);
    // All may have left meanwhile.
    if (!this.#topics.has(key)) link.remove(topic);
  }

  #connected(): Promise<Link> {
    this.#linking ??= this.#connect().catch((error: unknown) => {
      this.#linking = undefined;
      this.#notConnected(error);
      throw error;
    });
    return this.#linking;
  }

  async #connect(): Promise<Link> {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    const { acquire, onUpstream, onError } = this.#options;
    const upstream = await acquire();
    if (this.#isOver) throw new AppError('cancelled', 'The subscription was ended.');
    const hear = (message: Envelope): void => this.hear(message);
    const options = { upstream, hear, onError };
    const link =
      upstream.hello.era === 'modern' ? new ModernLink(options) : new LegacyLink(options);
    this.#link = link;
    this.#linkedAt = performance.now();
    onUpstream(upstream);
    void link.ended.then(() => this.#lost(link));
    for (const [key, watched] of this.#topics) {
      if (watched.isTaken) void this.#retake(link, key, watched);
    }
    return link;
  }

  /** Something may have been missed since the link before. */
  async #retake(link: Link, key: string, watched: Watched): Promise<void> {
    const { topic, listeners } = watched;
    try {
      await this.#add(link, key, watched);
    } catch (error) {
      if (this.#link !== link) return;
      if (isAppError(error, 'invalid_input')) this.#giveUp(key, watched, error);
      else link[Symbol.dispose]();
      return;
    }
    if (topic.kind !== 'resource') return;
    const message = updatedNotification(topic.name);
    for (const listener of listeners) listener.push(topic, message);
  }

  #lost(link: Link): void {
    if (this.#link !== link || this.#isOver) return;
    this.#link = undefined;
    this.#linking = undefined;
    if (performance.now() - this.#linkedAt >= stableMs) this.#failures = 0;
    this.#retryLater(0);
  }

  #retryLater(atLeastMs: number): void {
    if (this.#isOver || this.#retry !== undefined) return;
    const wait = Math.max(atLeastMs, nextWaitMs(this.#failures, Math.random()));
    this.#failures += 1;
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.#connected().catch(() => {
        // It is tried again already, or given up.
      });
    }, wait);
    this.#retry.unref();
  }

  /** Those that were taken before wait for the next try; who is new is told that it failed. */
  #notConnected(error: unknown): void {
    const taken = [...this.#topics].filter(([, { isTaken }]) => isTaken);
    if (taken.length === 0) return;
    if (isAppError(error, 'not_found')) {
      for (const [key, watched] of taken) this.#giveUp(key, watched, error);
      return;
    }
    if (!isAppError(error)) this.#options.onError(error);
    this.#retryLater(isAppError(error) ? (error.retryAfterMs ?? 0) : 0);
  }

  #giveUp(key: string, watched: Watched, reason: AppError): void {
    if (this.#topics.get(key) === watched) this.#topics.delete(key);
    for (const listener of watched.listeners) listener.lose(reason);
    this.#endIfEmpty();
  }

  #endIfEmpty(): void {
    if (this.#topics.size === 0) this[Symbol.dispose]();
  }
}
