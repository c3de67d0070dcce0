import { createHash, randomBytes } from 'node:crypto';

import type { Endpoint } from '../endpoint.ts';
import type { AgentIdentity, SessionStore } from '../ports.ts';
import { listNouns, Session } from './session.ts';

/** After this long without streams or calls a session is kept by the store alone. */
const forgetAfterMs = 30 * 60_000;
const sweepEveryMs = 60_000;
/** What one agent's clients can make this process remember; beyond it the oldest idle one goes. */
const maxInUsePerAgent = 1_000;

/** `sse` is HTTP with SSE of 2024-11-05, whose sessions live as long as their one stream. */
export type Transport = 'streamable' | 'sse';

/** What is kept of `initialize`: the version agreed on and the raw params. */
interface StoredClient {
  readonly protocolVersion: string;
  readonly params: string;
}

const ssePrefix = 'sse-';

/** Sessions of legacy clients: those in use here, and how to take up the others from the store. */
export interface Sessions extends Disposable {
  /** Makes a session that survives this process. */
  open(
    identity: AgentIdentity,
    endpoint: Endpoint,
    client: StoredClient,
    options?: { readonly transport?: Transport },
  ): Promise<Session>;
  /**
   * The session with that id, if it is this token's and this endpoint's. Undefined otherwise: what
   * belongs to someone else does not exist. Another token of the same agent is someone else, so that
   * each call is recorded under the token that made it and ends with it. Nor does a session of one
   * transport exist for the other.
   */
  find(
    id: string,
    identity: AgentIdentity,
    endpoint: Endpoint,
    transport?: Transport,
  ): Promise<Session | undefined>;
  /** Keeps what the client says of itself, where the session was there before it said so. */
  setClient(session: Session, client: StoredClient): Promise<void>;
  setLogLevel(session: Session, level: string): Promise<void>;
  changeSubscription(session: Session, uri: string, change: 'add' | 'remove'): Promise<void>;
  /** Ends a session for good. */
  end(session: Session): Promise<void>;
  /** Sessions in use here, optionally of one agent. */
  inUse(agentId?: string): Session[];
  /** The one that is in use here under that key (`Session.key`). */
  byKey(key: string): Session | undefined;
  /** Takes over what another node has changed; false when the session has ended meanwhile. */
  refresh(session: Session): Promise<boolean>;
  /** Whether a session is in use here. */
  has(session: Session): boolean;
  /** Stops using a session here; the store still has it. */
  release(session: Session): void;
}

export function createSessions(store: SessionStore, clock: () => number): Sessions {
  const sessions = new Map<string, Session>();
  const byKey = new Map<string, Session>();
  const countByAgent = new Map<string, number>();
  const sweep = setInterval(() => {
    const before = clock() - forgetAfterMs;
    for (const session of sessions.values()) {
      if (session.isIdle && session.lastUsedAt < before) forget(session);
    }
  }, sweepEveryMs).unref();

  function keep(session: Session): void {
    const { agentId } = session.identity;
    sessions.set(session.id, session);
    byKey.set(session.key, session);
    const count = (countByAgent.get(agentId) ?? 0) + 1;
    countByAgent.set(agentId, count);
    if (count > maxInUsePerAgent) forgetOldest(session);
  }

  /** In the order of their making; `newest` has not been used yet. */
  function forgetOldest(newest: Session): void {
    for (const session of sessions.values()) {
      if (session === newest || session.identity.agentId !== newest.identity.agentId) continue;
      if (!session.isIdle) continue;
      forget(session);
      return;
    }
  }

  function forget(session: Session): void {
    clearTimeout(session.alarm);
    session.dropSubscriptions();
    if (sessions.get(session.id) !== session) return;
    sessions.delete(session.id);
    byKey.delete(session.key);
    const { agentId } = session.identity;
    const count = (countByAgent.get(agentId) ?? 1) - 1;
    if (count === 0) countByAgent.delete(agentId);
    else countByAgent.set(agentId, count);
  }

  function release(session: Session): void {
    forget(session);
    session.close();
  }

  return {
    async open(identity, endpoint, { protocolVersion, params }, { transport } = {}) {
      const random = randomBytes(24).toString('base64url');
      const id = transport === 'sse' ? ssePrefix + random : random;
      const idHash = hashId(id);
      const { organizationId, agentId, tokenId } = identity;
      const facts = { protocolVersion, client: params, logLevel: undefined, subscriptions: [] };
      const place = { organizationId, agentId, tokenId, endpoint: endpoint.path };
      await store.create({ idHash, ...place, ...facts });
      const session = new Session({ id, idHash, identity, endpoint, ...facts, now: clock() });
      keep(session);
      return session;
    },
    async find(id, identity, endpoint, transport = 'streamable') {
      if (id.startsWith(ssePrefix) !== (transport === 'sse')) return undefined;
      const session = sessions.get(id) ?? (await takeUp(id, identity, endpoint));
      if (session?.identity.tokenId !== identity.tokenId) return undefined;
      if (session.endpoint.path !== endpoint.path) return undefined;
      session.identity = identity;
      session.lastUsedAt = clock();
      return session;
    },
    async setClient(session, client) {
      await store.setClient(session.organizationId, session.idHash, client);
      session.setClient(client);
    },
    async setLogLevel(session, level) {
      await store.setLogLevel(session.identity.organizationId, session.idHash, level);
      session.logLevel = level;
    },
    async changeSubscription(session, uri, change) {
      const others = session.subscribed.filter((each) => each !== uri);
      session.subscribed = change === 'add' ? [...others, uri] : others;
      await store.changeSubscription(session.organizationId, session.idHash, uri, change);
    },
    async end(session) {
      await store.delete(session.identity.organizationId, session.idHash);
      release(session);
    },
    inUse(agentId) {
      const all = [...sessions.values()];
      return agentId === undefined ? all : all.filter((s) => s.identity.agentId === agentId);
    },
    byKey: (key) => byKey.get(key),
    async refresh(session) {
      const stored = await store.find(session.organizationId, session.idHash);
      if (!stored) return false;
      session.setClient({ protocolVersion: stored.protocolVersion, params: stored.client });
      session.logLevel = stored.logLevel;
      session.subscribed = stored.subscriptions;
      return true;
    },
    has: (session) => sessions.get(session.id) === session,
    release,
    [Symbol.dispose]() {
      clearInterval(sweep);
      for (const session of sessions.values()) release(session);
    },
  };

  async function takeUp(
    id: string,
    identity: AgentIdentity,
    endpoint: Endpoint,
  ): Promise<Session | undefined> {
    if (id.length > 64) return undefined;
    const idHash = hashId(id);
    const stored = await store.find(identity.organizationId, idHash);
    if (stored?.tokenId !== identity.tokenId || stored.endpoint !== endpoint.path) return undefined;
    const other = sessions.get(id);
    if (other) return other;
    const { protocolVersion, client, logLevel, subscriptions } = stored;
    const facts = { protocolVersion, client, logLevel, subscriptions };
    const session = new Session({ id, idHash, identity, endpoint, ...facts, now: clock() });
    // Nobody here knows what the client was last shown.
    for (const noun of listNouns) session.tellListChanged(noun);
    keep(session);
    return session;
  }
}

function hashId(id: string): Buffer {
  return createHash('sha256').update(id).digest();
}
