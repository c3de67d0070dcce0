import type { Instance } from '@plugboard/contracts/api';

import type { InstanceStateName } from '../../ui/StateBadge.tsx';

/** What is asked of instances to be listed; what is absent is asked of none. */
export interface InstanceFilter {
  readonly q?: string | undefined;
  readonly state?: string | undefined;
  /** A toolbox's slug. */
  readonly toolbox?: string | undefined;
  readonly updates?: boolean | undefined;
}

/** Those that a filter lets through. Every word of the text is somewhere in what names an instance. */
export function filterInstances(
  instances: readonly Instance[],
  { q = '', state, toolbox, updates = false }: InstanceFilter,
): readonly Instance[] {
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  return instances.filter(
    (instance) =>
      (state === undefined || instance.state.name === state) &&
      (toolbox === undefined || instance.toolbox.slug === toolbox) &&
      (!updates || instance.updateAvailable !== undefined) &&
      (words.length === 0 || hasWords(instance, words)),
  );
}

/** How many are in each state. */
export function countStates(
  instances: readonly Instance[],
): Readonly<Record<InstanceStateName, number>> {
  const counts = { failing: 0, starting: 0, ready: 0, sleeping: 0, stopped: 0 };
  for (const { state } of instances) counts[state.name] += 1;
  return counts;
}

function hasWords({ slug, server, title, toolbox, version }: Instance, words: readonly string[]) {
  const text = `${slug} ${server} ${title} ${toolbox.slug} ${version}`.toLowerCase();
  return words.every((word) => text.includes(word));
}
