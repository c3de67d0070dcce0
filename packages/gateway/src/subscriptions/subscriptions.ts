import { AppError } from '@plugboard/contracts';
import type { Envelope } from '@plugboard/protocol';

import type { OfferedInstance, OwnConnection, Upstreams } from '../ports.ts';

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
  /** Hears that nothing more will come, for the reason. Must not throw. */
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

export function createSubscriptions(_services: SubscriptionServices): Subscriptions {
  const unavailable = async (): Promise<never> => {
    throw new AppError('unavailable', 'Subscriptions are not served yet.');
  };
  return { subscribe: unavailable, watchTasks: unavailable, [Symbol.dispose]: () => undefined };
}
