import { AppError } from '@plugboard/contracts';
import type { Envelope, Upstream } from '@plugboard/protocol';

import type { OfferedInstance, OwnConnection, Upstreams } from '../ports.ts';
import { Listener } from './listener.ts';
import type { Topic } from './topic.ts';
import { Watch } from './watch.ts';

/** Which connection: the one that calls with the same four go over. */
export interface SubscriptionPlace {
  readonly organizationId: string;
  readonly instance: Pick<OfferedInstance, 'id' | 'slug'>;
  readonly credentialSet: string;
  readonly own?: OwnConnection | undefined;
}

export interface ResourceSubscription extends SubscriptionPlace {
  /** The resource as the server names it. */
  readonly uri: string;
  /**
   * Hears `notifications/resources/updated`, as the server sent it or made here when one may have been
   * missed: at most 20 in a second, the latest of more. It may name a sub-resource of `uri`, and its
   * `_meta` may hold a subscription id that means nothing to anybody else. Must not throw.
   */
  readonly onUpdated: (message: Envelope) => void;
  /** Hears that nothing more will come, for the reason; it is to be disposed of still. Must not throw. */
  readonly onLost?: ((reason: AppError) => void) | undefined;
}

export interface TaskWatch extends SubscriptionPlace {
  /** Tasks as the server names them. */
  readonly taskIds: readonly string[];
  /** Hears `notifications/tasks` of these tasks; see `ResourceSubscription.onUpdated` for `_meta`. */
  readonly onMessage: (message: Envelope) => void;
  readonly onLost?: ((reason: AppError) => void) | undefined;
}

/**
 * What clients are subscribed to, as few subscriptions upstream as possible: one for each connection
 * and resource, however many listen. While anybody listens the connection is kept from sleeping, and
 * made again when it broke.
 */
export interface Subscriptions extends Disposable {
  /**
   * Resolves when the server has taken the subscription, with how to end it. Rejects with `AppError`:
   * `invalid_input` when the server has no such subscriptions or refuses this one, and as
   * `Upstreams.acquire` and `Upstream.request` do.
   */
  subscribe(subscription: ResourceSubscription): Promise<Disposable>;
  /** The same for tasks, of which only servers of the modern era tell. */
  watchTasks(watch: TaskWatch): Promise<Disposable>;
}

export interface SubscriptionServices {
  readonly upstreams: Pick<Upstreams, 'acquire' | 'hold' | 'onMessage'>;
  /** Hears what went wrong and nobody waited for. */
  readonly onError: (error: unknown) => void;
}

const maxTopics = 1_000;

export function createSubscriptions(services: SubscriptionServices): Subscriptions {
  const { upstreams, onError } = services;
  const watches = new Map<string, Watch>();
  const byUpstream = new WeakMap<Upstream, Watch>();
  let isOver = false;

  const stopListening = upstreams.onMessage((upstream, message) => {
    if (message.method === 'notifications/resources/updated')
      byUpstream.get(upstream)?.hear(message);
  });

  function watchOf({ organizationId, instance, credentialSet, own }: SubscriptionPlace): Watch {
    const key = JSON.stringify([organizationId, instance.id, credentialSet, own?.key]);
    const known = watches.get(key);
    if (known) return known;
    const watch = new Watch({
      acquire: () => upstreams.acquire(organizationId, instance.id, credentialSet, own),
      hold: () => upstreams.hold(organizationId, instance.id, credentialSet, own),
      onUpstream: (upstream) => void byUpstream.set(upstream, watch),
      onEmpty: () => {
        if (watches.get(key) === watch) watches.delete(key);
      },
      onError,
      maxTopics,
    });
    watches.set(key, watch);
    return watch;
  }

  async function join(
    place: SubscriptionPlace,
    topics: readonly [Topic, ...Topic[]],
    listener: Listener,
  ): Promise<Disposable> {
    if (isOver) throw new AppError('unavailable', 'Plugboard is stopping.');
    const watch = watchOf(place);
    const leave = (): void => {
      listener[Symbol.dispose]();
      for (const topic of topics) watch.leave(topic, listener);
    };
    try {
      await Promise.all(topics.map((topic) => watch.join(topic, listener)));
    } catch (error) {
      leave();
      throw error;
    }
    return { [Symbol.dispose]: leave };
  }

  return {
    subscribe(subscription) {
      const topic: Topic = { kind: 'resource', name: subscription.uri };
      const { onUpdated, onLost } = subscription;
      return join(subscription, [topic], new Listener(onUpdated, onLost, [topic]));
    },
    async watchTasks(watch) {
      const [first, ...rest] = [...new Set(watch.taskIds)].map((name): Topic => ({
        kind: 'task',
        name,
      }));
      if (first === undefined) throw new AppError('invalid_input', 'Name a task to hear of.');
      const topics = [first, ...rest] as const;
      return join(watch, topics, new Listener(watch.onMessage, watch.onLost, topics));
    },
    [Symbol.dispose]() {
      isOver = true;
      stopListening();
      for (const watch of watches.values()) watch[Symbol.dispose]();
    },
  };
}
