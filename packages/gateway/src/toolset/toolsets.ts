import type { ChangeEvent } from '@plugboard/contracts';

import type { Endpoint } from '../endpoint.ts';
import type { AccessSnapshot, AccessSource, AgentIdentity } from '../ports.ts';
import { narrowAccess } from './narrow-access.ts';
import { buildToolset, type Toolset } from './toolset.ts';

/** Agents whose access is kept in memory; beyond it the longest unused is dropped. */
const maxAgents = 5_000;
/** The same for each agent: its tokens may be held to many sets of toolboxes. */
const maxToolsetsPerAgent = 200;

/** Whose toolset: an agent's, as far as the toolboxes that its token is held to. */
export type ToolsetOwner = Pick<AgentIdentity, 'organizationId' | 'agentId' | 'toolboxIds'>;

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
  /** The owner's toolset at an endpoint. Rejects with what the access source rejects with. */
  get(owner: ToolsetOwner, endpoint: Endpoint): Promise<Toolset>;
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
    async get({ organizationId, agentId, toolboxIds }, endpoint) {
      const agent = access(organizationId, agentId);
      const key = keyOf(endpoint, toolboxIds);
      const kept = agent.toolsets.get(key);
      const now = clock();
      if (kept && now < kept.validUntil) return kept;
      const toolset = buildToolset(narrowAccess(await agent.snapshot, toolboxIds), endpoint, now);
      // An endpoint that serves nothing is not worth remembering: its path is the caller's choice.
      if (toolset.instances.length > 0) {
        agent.toolsets.delete(key);
        agent.toolsets.set(key, toolset);
        if (agent.toolsets.size > maxToolsetsPerAgent) dropOldest(agent.toolsets);
      }
      return toolset;
    },
    drop(event) {
      if (event.kind === 'session' || event.kind === 'keys') return;
      if (event.kind === 'master_keys' || event.kind === 'connection') return;
      if (event.kind === 'signed_out') return;
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

/** JSON, so that no path and no list of ids can be spelled as another pair of them. */
function keyOf({ path }: Endpoint, toolboxIds: readonly string[] | undefined): string {
  return toolboxIds === undefined ? path : JSON.stringify([path, ...toolboxIds.toSorted()]);
}

function dropOldest(map: Map<string, unknown>): void {
  const oldest = map.keys().next();
  if (!oldest.done) map.delete(oldest.value);
}
