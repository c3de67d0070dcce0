import type { ChangeEvent } from '@plugboard/contracts';

import type { Endpoint } from '../endpoint.ts';
import type { AccessSnapshot, AccessSource } from '../ports.ts';
import { buildToolset, type Toolset } from './toolset.ts';

/** Agents whose access is kept in memory; beyond it the longest unused is dropped. */
const maxAgents = 5_000;

interface AgentAccess {
  readonly organizationId: string;
  readonly snapshot: Promise<AccessSnapshot>;
  readonly toolsets: Map<string, Toolset>;
}

/**
 * Toolsets of agents, kept until a change event drops them. A load that a change overtakes is not
 * kept, so what is served is never older than the last event heard.
 */
export interface Toolsets {
  /** The agent's toolset at an endpoint. Rejects with what the access source rejects with. */
  get(organizationId: string, agentId: string, endpoint: Endpoint): Promise<Toolset>;
  /** Forgets what the event may have changed. */
  drop(event: ChangeEvent): void;
}

export function createToolsets(source: AccessSource, clock: () => number): Toolsets {
  const agents = new Map<string, AgentAccess>();

  function access(organizationId: string, agentId: string): AgentAccess {
    const known = agents.get(agentId);
    if (known?.organizationId === organizationId) return known;
    const snapshot = source.load(organizationId, agentId);
    const loaded: AgentAccess = { organizationId, snapshot, toolsets: new Map() };
    agents.set(agentId, loaded);
    // A failed load must not be kept; whoever awaits it hears of the failure.
    snapshot.catch(() => {
      if (agents.get(agentId) === loaded) agents.delete(agentId);
    });
    if (agents.size > maxAgents) dropOldest(agents);
    return loaded;
  }

  return {
    async get(organizationId, agentId, endpoint) {
      const agent = access(organizationId, agentId);
      const kept = agent.toolsets.get(endpoint.path);
      const now = clock();
      if (kept && now < kept.validUntil) return kept;
      const toolset = buildToolset(await agent.snapshot, endpoint, now);
      // An endpoint that serves nothing is not worth remembering: its path is the caller's choice.
      if (toolset.instances.length > 0) agent.toolsets.set(endpoint.path, toolset);
      return toolset;
    },
    drop(event) {
      if (event.kind === 'session') return;
      if (event.kind === 'everything') agents.clear();
      else if (event.kind === 'access' && event.agentId !== undefined) agents.delete(event.agentId);
      else if (event.kind === 'identity') agents.delete(event.agentId);
      else {
        for (const [agentId, agent] of agents) {
          if (agent.organizationId === event.organizationId) agents.delete(agentId);
        }
      }
    },
  };
}

function dropOldest(agents: Map<string, AgentAccess>): void {
  const oldest = agents.keys().next();
  if (!oldest.done) agents.delete(oldest.value);
}
