import type { Status } from '@plugboard/contracts/api';
import type { InstanceStatus } from '@plugboard/runtime';

/** Worst first: an instance with several copies counts by its worst. */
const order = ['failing', 'starting', 'ready', 'sleeping', 'stopped'] as const;

export function countStates(
  instanceIds: readonly string[],
  statuses: readonly InstanceStatus[],
): Status['instances'] {
  const counts = {
    total: instanceIds.length,
    ready: 0,
    starting: 0,
    sleeping: 0,
    failing: 0,
    stopped: 0,
  };
  const copies = Map.groupBy(statuses, ({ instanceId }) => instanceId);
  for (const id of instanceIds) {
    const names = (copies.get(id) ?? []).map(({ state }) => state.name);
    counts[order.find((name) => names.includes(name)) ?? 'stopped'] += 1;
  }
  return counts;
}
