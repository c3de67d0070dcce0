import { AppError, isAppError } from '@plugboard/contracts';
import type { Envelope } from '@plugboard/protocol';

import type { OwnConnections } from '../bridge/own-connections.ts';
import type { CallClient } from '../call/call-client.ts';
import { credentialSetOf } from '../call/credential-set.ts';
import { readableResource } from '../call/readable-resource.ts';
import type { ResolvedCall } from '../call/resolve.ts';
import { textAt } from '../call/value-at.ts';
import type { Subscriptions } from '../subscriptions/subscriptions.ts';
import { uriOf } from '../subscriptions/uri-of.ts';
import { exposeUri } from '../toolset/naming.ts';
import type { Toolset } from '../toolset/toolset.ts';
import type { Toolsets } from '../toolset/toolsets.ts';
import type { SessionRelay } from './relay.ts';
import { clientOf } from './session-client.ts';
import type { Session } from './session.ts';
import type { Sessions } from './sessions.ts';
import { updatedNotification } from './updated-notification.ts';

const maxPerSession = 500;

/** What legacy clients subscribed to (`resources/subscribe`), wherever their sessions are in use. */
export interface SessionSubscriptions {
  /** Subscribes to a resource that the agent was found to be permitted. Rejects as `Subscriptions`. */
  add(
    session: Session,
    toolset: Toolset,
    client: CallClient,
    resolved: ResolvedCall,
    params: Readonly<Record<string, unknown>>,
  ): Promise<void>;
  remove(session: Session, params: Readonly<Record<string, unknown>>): Promise<void>;
  /**
   * Holds what the session has by the store: goes on with what was begun on another node, or before a
   * restart, and is still permitted, while there is a stream to tell of it; ends what was ended there.
   */
  sync(session: Session): Promise<void>;
}

export interface SessionSubscriptionServices {
  readonly sessions: Sessions;
  readonly toolsets: Toolsets;
  readonly subscriptions: Subscriptions;
  readonly own: OwnConnections;
  readonly relay: SessionRelay;
  readonly clock: () => number;
  readonly onError: (error: unknown) => void;
}

export function createSessionSubscriptions(
  services: SessionSubscriptionServices,
): SessionSubscriptions {
  const { sessions, toolsets, subscriptions, own, relay, clock, onError } = services;
  const toolsetOf = new WeakMap<Session, Toolset>();

  /** What a URI means to the session's agent now; undefined for what it may not read. */
  function find(session: Session, uri: string): ResolvedCall | undefined {
    const toolset = toolsetOf.get(session);
    return toolset && readableResource(toolset, uri, clock());
  }

  async function hold(
    session: Session,
    client: CallClient,
    { instance, sentName }: ResolvedCall,
    { uri, isSaved }: { readonly uri: string; readonly isSaved: boolean },
  ): Promise<void> {
    const { organizationId, identity, endpoint } = session;
    const nameOf = (named: string): string =>
      endpoint.instance === undefined ? exposeUri(instance.slug, named) : named;
    const onUpdated = (message: Envelope): void => {
      const named = uriOf(message);
      // A server may name a part of what was subscribed to; who may not read that hears of the whole.
      const part = named === undefined || named === sentName ? undefined : nameOf(named);
      const isShown = part !== undefined && find(session, part)?.instance.id === instance.id;
      // For a client that is away one message is kept for each subscription, however many parts it has.
      const shown = isShown && session.hasStream ? part : uri;
      session.tellLatest(`uri ${uri}`, updatedNotification(message, shown));
    };
    const subscription = await subscriptions.subscribe({
      organizationId,
      instance,
      credentialSet: credentialSetOf(identity, instance),
      own: own.ownOf(identity.agentId, instance, client),
      uri: sentName,
      onUpdated,
      onLost: () => drop(session, uri),
    });
    if (!sessions.has(session) || session.held.has(uri)) {
      subscription[Symbol.dispose]();
      return;
    }
    session.held.set(uri, {
      instanceId: instance.id,
      isSaved,
      [Symbol.dispose]: () => subscription[Symbol.dispose](),
    });
    session.accessListener = (current) => recheck(session, current);
    // Grants may have changed while the server was asked.
    recheck(session, await toolsets.get(identity, endpoint));
  }

  function recheck(session: Session, toolset: Toolset): void {
    toolsetOf.set(session, toolset);
    for (const [uri, { instanceId }] of session.held) {
      if (find(session, uri)?.instance.id !== instanceId) drop(session, uri);
    }
  }

  /** Gives up a subscription that is no longer permitted, or of which nothing more can come. */
  function drop(session: Session, uri: string): void {
    release(session, uri);
    sessions.changeSubscription(session, uri, 'remove').catch(onError);
  }

  async function again(session: Session, uri: string): Promise<void> {
    const resolved = find(session, uri);
    if (!resolved) {
      drop(session, uri);
      return;
    }
    try {
      const client = clientOf(relay, session, () => false);
      await hold(session, client, resolved, { uri, isSaved: true });
      // What happened meanwhile nobody saw.
      session.tellLatest(`uri ${uri}`, updatedNotification(undefined, uri));
    } catch (error) {
      // A server that is away now may be back when the client next opens a stream.
      if (isAppError(error, 'invalid_input')) drop(session, uri);
      else if (!isAppError(error)) onError(error);
    }
  }

  return {
    async add(session, toolset, client, resolved, params) {
      const uri = textAt(params, ['uri']);
      if (uri === undefined || session.held.has(uri)) return;
      if (session.held.size >= maxPerSession) {
        throw new AppError(
          'rate_limited',
          `This session has ${maxPerSession} subscriptions, the most it may have; end one first.`,
        );
      }
      toolsetOf.set(session, toolset);
      await hold(session, client, resolved, { uri, isSaved: false });
      await sessions.changeSubscription(session, uri, 'add');
      const held = session.held.get(uri);
      if (held) held.isSaved = true;
    },
    async remove(session, params) {
      const uri = textAt(params, ['uri']);
      if (uri === undefined) return;
      const wasHeld = release(session, uri);
      if (wasHeld || session.subscribed.includes(uri)) {
        await sessions.changeSubscription(session, uri, 'remove');
      }
    },
    async sync(session) {
      for (const [uri, { isSaved }] of session.held) {
        if (isSaved && !session.subscribed.includes(uri)) release(session, uri);
      }
      if (!session.hasStream) return;
      const missing = session.subscribed.filter((uri) => !session.held.has(uri));
      if (missing.length === 0) return;
      const { identity, endpoint } = session;
      toolsetOf.set(session, await toolsets.get(identity, endpoint));
      for (const uri of missing) await again(session, uri);
    },
  };
}

/** Ends what is held here; false when there is no such subscription. */
function release(session: Session, uri: string): boolean {
  const subscription = session.held.get(uri);
  session.held.delete(uri);
  session.forgetUnheard(`uri ${uri}`);
  subscription?.[Symbol.dispose]();
  return subscription !== undefined;
}
