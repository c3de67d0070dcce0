import type { Upstream } from '@plugboard/protocol';

import { type CallIdentity, credentialSetOf } from '../call/credential-set.ts';
import type { CallClient } from '../call/call-client.ts';
import type { OfferedInstance, OwnConnection, Upstreams } from '../ports.ts';

/** A client of an agent, by `CallClient.key`. */
export interface ClientOfAgent {
  readonly agentId: string;
  readonly clientKey: string;
}

/** The connections to legacy servers that clients have for themselves, and who shares one. */
export interface OwnConnections {
  /**
   * The connection that a client's call goes over, with the credentials that are due to it, started if
   * need be. Rejects as `Upstreams.acquire` and `credentialSetOf`.
   */
  connect(
    organizationId: string,
    identity: CallIdentity,
    instance: OfferedInstance,
    client: CallClient,
  ): Promise<Upstream>;
  /**
   * The client's own connection to an instance, for those who acquire it themselves; undefined where
   * it shares one.
   */
  ownOf(agentId: string, instance: OfferedInstance, client: CallClient): OwnConnection | undefined;
  /** Notifies the servers that a client has connections of its own to. */
  notify(client: ClientOfAgent, method: string): void;
  /** Whose own a connection is; undefined for one that is shared. */
  ownerOf(upstream: Upstream): ClientOfAgent | undefined;
}

export function createOwnConnections(upstreams: Upstreams): OwnConnections {
  const live = new Map<string, Set<Upstream>>();

  function remember(key: string, upstream: Upstream): void {
    let connections = live.get(key);
    if (!connections) {
      connections = new Set();
      live.set(key, connections);
    }
    if (connections.has(upstream)) return;
    connections.add(upstream);
    void upstream.closed.then(() => {
      connections.delete(upstream);
      if (connections.size === 0 && live.get(key) === connections) live.delete(key);
    });
  }

  async function connectOwn(
    organizationId: string,
    { id, era }: OfferedInstance,
    set: string,
    own: OwnConnection,
  ): Promise<Upstream> {
    if (era === undefined) {
      // Only of a legacy server is a connection of one's own any use.
      const shared = await upstreams.acquire(organizationId, id, set);
      if (shared.hello.era === 'modern') return shared;
    }
    const upstream = await upstreams.acquire(organizationId, id, set, own);
    remember(own.key, upstream);
    return upstream;
  }

  return {
    async connect(organizationId, identity, instance, client) {
      const set = credentialSetOf(identity, instance);
      const own = ownConnectionOf(identity.agentId, instance, client);
      return own
        ? connectOwn(organizationId, instance, set, own)
        : upstreams.acquire(organizationId, instance.id, set);
    },
    ownOf: ownConnectionOf,
    notify({ agentId, clientKey }, method) {
      for (const upstream of live.get(keyOf(agentId, clientKey)) ?? []) upstream.notify(method);
    },
    ownerOf(upstream) {
      for (const [key, connections] of live) {
        const at = key.indexOf(' ');
        if (connections.has(upstream)) {
          return { agentId: key.slice(0, at), clientKey: key.slice(at + 1) };
        }
      }
      return undefined;
    },
  };
}

/**
 * A client that can be asked things has a legacy server's connection to itself where that costs no
 * process, or where the server is known to ask: what it asks can then only be meant for this client.
 */
function ownConnectionOf(
  agentId: string,
  instance: OfferedInstance,
  { era, key, capabilities, ask }: CallClient,
): OwnConnection | undefined {
  if (instance.era === 'modern' || !(instance.isRemote || instance.asksClients)) return undefined;
  if (era === 'legacy' && !ask) return undefined;
  const { sampling, elicitation, roots } = capabilities;
  if (sampling === undefined && elicitation === undefined && roots === undefined) return undefined;
  return { key: keyOf(agentId, key), capabilities: withoutTasks(capabilities), owner: agentId };
}

/** Legacy tasks of the client's side go through no gateway: their ids would be of many servers. */
export function withoutTasks(
  capabilities: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const { tasks: _tasks, ...routed } = capabilities;
  return routed;
}

function keyOf(agentId: string, clientKey: string): string {
  return `${agentId} ${clientKey}`;
}
