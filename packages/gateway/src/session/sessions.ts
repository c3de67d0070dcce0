import { createHash, randomBytes } from 'node:crypto';

import type { Endpoint } from '../endpoint.ts';
import type { AgentIdentity, SessionStore } from '../ports.ts';
import { listNouns, Session } from './session.ts';

/** After this long without streams or calls a session is kept by the store alone. */
const forgetAfterMs = 30 * 60_000;
const sweepEveryMs = 60_000;
/** What one agent's clients can make this process remember; beyond it the oldest idle one goes. */
const maxInUsePerAgent = 1_000;

/** Sessions of legacy clients: those in use here, and how to take up the others from the store. */
export interface Sessions extends Disposable {
  /** Makes a session that survives this process. */
  open(
    identity: AgentIdentity,
    endpoint: Endpoint,
    client: { readonly protocolVersion: string; readonly params: string },
  ): Promise<Session>;
  /**
   * The session with that id, if it is this token's and this endpoint's. Undefined otherwise: what
   * belongs to someone else does not exist. Another token of the same agent is someone else, so that
   * each call is recorded under the token that made it and ends with it.
   */
  find(id: string, identity: AgentIdentity, endpoint: Endpoint): Promise<Session | undefined>;
  setLogLevel(session: Session, level: string): Promise<void>;
  /** Ends a session for good. */
  end(session: Session): Promise<void>;
  /** Sessions in use here, optionally of one agent. */
  inUse(agentId?: string): Session[];
  /** Whether a session is in use here. */
  has(session: Session): boolean;
  /** Stops using a session here; the store still has it. */
  release(session: Session): void;
}

export function createSessions(store: SessionStore, clock: () => number): Sessions {
  const sessions = new Map<string, Session>();
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
    if (!sessions.delete(session.id)) return;
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
    async open(identity, endpoint, client) {
      const id = randomBytes(24).toString('base64url');
      const { protocolVersion } = client;
      const idHash = hashId(id);
      await store.create({
        idHash,
        organizationId: identity.organizationId,
        agentId: identity.agentId,
        tokenId: identity.tokenId,
        endpoint: endpoint.path,
        protocolVersion,
        client: client.params,
        logLevel: undefined,
        subscriptions: [],
      });
      const now = clock();
      const fields = { id, idHash, identity, endpoint, protocolVersion, logLevel: undefined, now };
      const session = new Session(fields);
      keep(session);
      return session;
    },
    async find(id, identity, endpoint) {
      const session = sessions.get(id) ?? (await takeUp(id, identity, endpoint));
      if (session?.identity.tokenId !== identity.tokenId) return undefined;
      if (session.endpoint.path !== endpoint.path) return undefined;
      session.lastUsedAt = clock();
      return session;
    },
    async setLogLevel(session, level) {
      await store.setLogLevel(session.identity.organizationId, session.idHash, level);
      session.logLevel = level;
    },
    async end(session) {
      await store.delete(session.identity.organizationId, session.idHash);
      release(session);
    },
    inUse(agentId) {
      const all = [...sessions.values()];
      return agentId === undefined ? all : all.filter((s) => s.identity.agentId === agentId);
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
    const { protocolVersion, logLevel } = stored;
    const fields = { id, idHash, identity, endpoint, protocolVersion, logLevel, now: clock() };
    const session = new Session(fields);
    // Nobody here knows what the client was last shown.
    for (const noun of listNouns) session.tellListChanged(noun);
    keep(session);
    return session;
  }
}

function hashId(id: string): Buffer {
  return createHash('sha256').update(id).digest();
}
