import { newId } from '@plugboard/contracts';
import { describe, expect, it } from 'vitest';

import { parseEndpoint } from '../endpoint.ts';
import type { AgentIdentity, SessionStore, StoredSession } from '../ports.ts';
import { createSessions } from './sessions.ts';

const endpoint = parseEndpoint('/mcp')!;
const client = { protocolVersion: '2025-11-25', params: '{}' };

describe('Sessions', () => {
  it('give a session to the token that opened it alone, also after a restart', async () => {
    const store = keepingStore();
    const opener = buildIdentity();
    const ofSameAgent = { ...opener, tokenId: newId() };
    const { id } = await createSessions(store, Date.now).open(opener, endpoint, client);

    for (const sessions of [createSessions(store, Date.now), createSessions(store, Date.now)]) {
      using _ = sessions;
      expect(await sessions.find(id, ofSameAgent, endpoint)).toBeUndefined();
      expect(await sessions.find(id, buildIdentity(), endpoint)).toBeUndefined();
      expect(await sessions.find(id, opener, parseEndpoint('/mcp/starter')!)).toBeUndefined();
      expect((await sessions.find(id, opener, endpoint))?.identity.tokenId).toBe(opener.tokenId);
      // In use here now, and still nobody else's.
      expect(await sessions.find(id, ofSameAgent, endpoint)).toBeUndefined();
    }
  });

  it('remember a bounded number of an agent’s, and take up the others again', async () => {
    using sessions = createSessions(keepingStore(), Date.now);
    const agent = buildIdentity();
    const other = await sessions.open(buildIdentity(), endpoint, client);
    const first = await sessions.open(agent, endpoint, client);
    first.begin('1', new AbortController());
    const second = await sessions.open(agent, endpoint, client);
    for (let more = 0; more < 999; more += 1) await sessions.open(agent, endpoint, client);
    expect(sessions.inUse(agent.agentId)).toHaveLength(1000);
    expect([first, second, other].map((it) => sessions.has(it))).toEqual([true, false, true]);
    expect(await sessions.find(second.id, agent, endpoint)).toBeDefined();
  });
});

function buildIdentity(): AgentIdentity {
  return {
    organizationId: newId(),
    agentId: newId(),
    agentSlug: 'demo',
    tokenId: newId(),
    expiresAt: undefined,
  };
}

function keepingStore(): SessionStore {
  const kept: StoredSession[] = [];
  return {
    create: async (session) => void kept.push(session),
    find: async (organizationId, idHash) =>
      kept.find((it) => it.organizationId === organizationId && it.idHash.equals(idHash)),
    setClient: async () => {},
    setLogLevel: async () => {},
    changeSubscription: async () => {},
    delete: async () => {},
  };
}
