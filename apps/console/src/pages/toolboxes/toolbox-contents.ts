import type { AccessMatrix, Instance } from '@plugboard/contracts/api';

/** What is known of a toolbox besides itself. */
export interface ToolboxContents {
  readonly instances: readonly Instance[];
  readonly failing: number;
  readonly tools: number;
  /** Agents that are granted the toolbox as a whole. */
  readonly agents: readonly { readonly slug: string; readonly name: string }[];
  /** Agents with grants on single instances or tools in it alone. */
  readonly agentsOfParts: number;
}

/** By the toolbox's id; nothing of a toolbox that has neither instances nor agents. */
export function contentsOf(
  instances: readonly Instance[] = [],
  matrix: AccessMatrix | undefined,
): ReadonlyMap<string, ToolboxContents> {
  const agents = new Map(matrix?.agents.map((agent) => [agent.id, agent]));
  const toolboxOf = new Map(instances.map(({ id, toolbox }) => [id, toolbox.id]));
  const whole = new Map<string, Set<string>>();
  const parts = new Map<string, Set<string>>();
  for (const { agentId, scope, id, level, exceptions } of matrix?.cells ?? []) {
    const toolboxId = scope === 'toolbox' ? id : toolboxOf.get(id);
    if (toolboxId === undefined || (level === null && exceptions === 0)) continue;
    const found = scope === 'toolbox' ? whole : parts;
    found.set(toolboxId, (found.get(toolboxId) ?? new Set()).add(agentId));
  }
  const ids = new Set([...toolboxOf.values(), ...whole.keys(), ...parts.keys()]);
  return new Map(
    [...ids].map((id) => {
      const within = instances.filter(({ toolbox }) => toolbox.id === id);
      const holders = whole.get(id) ?? new Set<string>();
      return [
        id,
        {
          instances: within,
          failing: within.filter(({ state }) => state.name === 'failing').length,
          tools: within.reduce((sum, { offers }) => sum + offers.tools, 0),
          agents: [...holders].flatMap((agentId) => agents.get(agentId) ?? []),
          agentsOfParts: [...(parts.get(id) ?? [])].filter((each) => !holders.has(each)).length,
        },
      ];
    }),
  );
}
