import type { ChangeEvent } from '@plugboard/contracts';

import { createLimiter } from '../../call/limit.ts';
import type { AgentDirectory } from '../../ports.ts';
import { createChangeWatch } from '../../session/changes.ts';
import type { Toolsets } from '../../toolset/toolsets.ts';
import type { Listening } from './listening.ts';

const maxSubscriptionsPerAgent = 200;

/** All `subscriptions/listen` that are open here, kept true to what their agents may use. */
export interface Listenings extends Disposable {
  /**
   * Takes a place for one subscription of the agent. Throws `rate_limited`: what one agent listens to
   * must leave room at the servers for what others do.
   */
  enter(agentId: string): Disposable;
  /** Resolves when it is watched: changes from then on are told. */
  add(listening: Listening): Promise<void>;
  delete(listening: Listening): void;
  hear(event: ChangeEvent): void;
}

export function createListenings(services: {
  readonly toolsets: Toolsets;
  readonly agents: AgentDirectory;
  readonly clock: () => number;
  readonly onError: (error: unknown) => void;
}): Listenings {
  const open = new Set<Listening>();
  const places = createLimiter(maxSubscriptionsPerAgent, 'subscriptions');
  let isStopped = false;
  const changes = createChangeWatch<Listening>({
    ...services,
    sessions: {
      inUse: () => open,
      has: (listening) => open.has(listening),
      release: (listening) => listening.end(),
    },
  });
  return {
    enter: (agentId) => places.enter(agentId),
    async add(listening) {
      if (isStopped) listening.end();
      open.add(listening);
      await changes.watch(listening);
    },
    delete: (listening) => void open.delete(listening),
    hear: (event) => changes.hear(event),
    [Symbol.dispose]() {
      isStopped = true;
      changes[Symbol.dispose]();
      for (const listening of open) listening.end();
      open.clear();
    },
  };
}
