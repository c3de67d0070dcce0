import { isAppError } from '@plugboard/contracts';
import type { UpstreamHello } from '@plugboard/protocol';

import { type Link, type LinkOptions, notSupported, refused, supportedTopics } from './link.ts';
import type { Topic } from './topic.ts';

/** Milliseconds for a server to take or drop a subscription. */
const patienceMs = 20_000;
const checkEveryMs = 30_000;

/** Subscribes to each resource by itself (`resources/subscribe`, up to MCP 2025-11-25). */
export class LegacyLink implements Link {
  readonly ended: Promise<void>;
  readonly #end: () => void;
  readonly #options: LinkOptions;
  readonly #hello: UpstreamHello;
  readonly #isSupported: (topic: Topic) => boolean;
  /** The last thing under way for each URI: a new subscription must not overtake the end of the old. */
  readonly #underWay = new Map<string, Promise<unknown>>();
  readonly #checking: NodeJS.Timeout;

  constructor(options: LinkOptions) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#end = resolve;
    this.#options = options;
    this.#hello = options.upstream.hello;
    this.#isSupported = supportedTopics(options.upstream);
    void options.upstream.closed.then(() => this[Symbol.dispose]());
    this.#checking = setInterval(() => void this.#check(), options.checkEveryMs ?? checkEveryMs);
    this.#checking.unref();
  }

  async add(topic: Topic): Promise<void> {
    if (!this.#isSupported(topic)) throw notSupported(topic);
    const taken = await this.#inTurn(topic, 'resources/subscribe');
    if (!taken) throw refused(topic);
  }

  remove(topic: Topic): void {
    this.#inTurn(topic, 'resources/unsubscribe').catch((error: unknown) => {
      // The server keeps telling then, and nobody listens.
      if (!isAppError(error)) this.#options.onError(error);
    });
  }

  [Symbol.dispose](): void {
    clearInterval(this.#checking);
    this.#end();
  }

  /**
   * A server that lost our session, as by a restart, is introduced to us anew by the next request to
   * find that out, and has forgotten what we subscribed to.
   */
  async #check(): Promise<void> {
    const { upstream } = this.#options;
    try {
      await upstream.request({ method: 'ping', timeoutMs: patienceMs });
    } catch (error) {
      if (!isAppError(error)) this.#options.onError(error);
    }
    if (upstream.hello !== this.#hello) this[Symbol.dispose]();
  }

  #inTurn({ name }: Topic, method: string): Promise<boolean> {
    const before = this.#underWay.get(name) ?? Promise.resolve();
    const request = async (): Promise<boolean> => {
      const params = Buffer.from(JSON.stringify({ uri: name }));
      const { upstream } = this.#options;
      const answer = await upstream.request({ method, params, timeoutMs: patienceMs });
      return answer.kind === 'result';
    };
    const turn = before.then(request, request);
    const last = turn
      .catch(() => undefined)
      .then(() => {
        if (this.#underWay.get(name) === last) this.#underWay.delete(name);
      });
    this.#underWay.set(name, last);
    return turn;
  }
}
