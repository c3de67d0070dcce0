import { BriefMap, type Envelope, type Upstream } from '@plugboard/protocol';

/** A call that was sent to a server and is not answered yet. */
export interface CallUnderWay {
  readonly agentId: string;
  /** Tells apart the clients of an agent, as `CallClient.key`. */
  readonly clientKey: string;
  readonly onMessage: (message: Envelope) => void;
  /** Has the client asked what the server asks; absent where the client can be asked nothing. */
  readonly onRequest?: (message: Envelope) => void;
  /** Whether nobody waits for it at the moment, so that another call is rather meant. */
  readonly isParked?: () => boolean;
}

/** Whose calls are under way on a connection. */
export type Owner =
  | { readonly kind: 'nobody' }
  /** All are of one client; this is the latest of them that somebody waits for. */
  | { readonly kind: 'client'; readonly call: CallUnderWay }
  | { readonly kind: 'several' };

/**
 * Whose business it is what a shared server says or asks outside of any request. A stdio server's
 * messages name no request, and may speak of any agent's data, so one is passed on only where no
 * doubt is possible.
 */
export interface Attribution {
  /** Notes a call under way on a connection until it is disposed of. */
  enter(upstream: Upstream, call: CallUnderWay): Disposable;
  /**
   * Passes a message to the one call under way; returns the agent it may otherwise be shown to: the
   * only one with calls under way or, with none under way, the only one that ever used the
   * connection. Undefined when there is none, or it has been passed on.
   */
  deliver(upstream: Upstream, message: Envelope): string | undefined;
  /** Whose a request of the server can be. */
  ownerOf(upstream: Upstream): Owner;
  /** Hears of the next call that enters, once, until disposed of. */
  onNextCall(upstream: Upstream, listener: (call: CallUnderWay) => void): Disposable;
}

interface Connection {
  readonly underWay: BriefMap<number, CallUnderWay>;
  readonly agents: Set<string>;
  readonly waiting: Set<(call: CallUnderWay) => void>;
}

export function createAttribution(): Attribution {
  const connections = new WeakMap<Upstream, Connection>();
  let entered = 0;

  function connectionOf(upstream: Upstream): Connection {
    let connection = connections.get(upstream);
    if (!connection) {
      connection = { underWay: new BriefMap(), agents: new Set(), waiting: new Set() };
      connections.set(upstream, connection);
    }
    return connection;
  }

  return {
    enter(upstream, call) {
      const { underWay, agents, waiting } = connectionOf(upstream);
      entered += 1;
      const number = entered;
      underWay.add(number, call);
      agents.add(call.agentId);
      if (waiting.size > 0) {
        const listeners = [...waiting];
        waiting.clear();
        for (const listener of listeners) listener(call);
      }
      return { [Symbol.dispose]: () => void underWay.take(number) };
    },
    deliver(upstream, message) {
      const connection = connections.get(upstream);
      if (!connection) return undefined;
      const { underWay, agents } = connection;
      const calls = underWay.values();
      const [first] = calls;
      if (!first) return agents.size === 1 ? [...agents][0] : undefined;
      if (calls.length === 1) {
        first.onMessage(message);
        return undefined;
      }
      for (const { agentId } of calls) if (agentId !== first.agentId) return undefined;
      return first.agentId;
    },
    ownerOf(upstream) {
      const calls = connections.get(upstream)?.underWay.values() ?? [];
      const call = calls.findLast((it) => it.isParked?.() !== true) ?? calls.at(-1);
      if (!call) return { kind: 'nobody' };
      const isOthers = (it: CallUnderWay): boolean =>
        it.agentId !== call.agentId || it.clientKey !== call.clientKey;
      return calls.some(isOthers) ? { kind: 'several' } : { kind: 'client', call };
    },
    onNextCall(upstream, listener) {
      const { waiting } = connectionOf(upstream);
      waiting.add(listener);
      return { [Symbol.dispose]: () => void waiting.delete(listener) };
    },
  };
}
