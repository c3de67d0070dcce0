import { BriefMap, type Envelope, type Upstream } from '@plugboard/protocol';

interface CallUnderWay {
  readonly agentId: string;
  readonly onMessage: (message: Envelope) => void;
}

/**
 * Whose business it is what a shared server says outside of any request. A stdio server's log
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
}

export function createAttribution(): Attribution {
  const connections = new WeakMap<
    Upstream,
    { readonly underWay: BriefMap<number, CallUnderWay>; readonly agents: Set<string> }
  >();
  let entered = 0;
  return {
    enter(upstream, call) {
      let connection = connections.get(upstream);
      if (!connection) {
        connection = { underWay: new BriefMap(), agents: new Set() };
        connections.set(upstream, connection);
      }
      const { underWay, agents } = connection;
      entered += 1;
      const number = entered;
      underWay.add(number, call);
      agents.add(call.agentId);
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
  };
}
