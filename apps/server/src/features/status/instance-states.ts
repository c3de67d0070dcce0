import type { Status } from '@plugboard/contracts/api';
import type { InstanceStatus } from '@plugboard/runtime';

/** Worst first: an instance with several copies counts by its worst. */
const order = ['failing', 'starting', 'ready', 'sleeping'] as const;

interface Countable {
  readonly id: string;
  readonly stopped_at: Date | null;
}

/** How many are in each state. One that nobody stopped and that does not run sleeps: a call starts it. */
export function countStates(
  instances: readonly Countable[],
  statuses: readonly InstanceStatus[],
): Status['instances'] {
  const counts = {
    total: instances.length,
    ready: 0,
    starting: 0,
    sleeping: 0,
    failing: 0,
    stopped: 0,
  };
  const copies = Map.groupBy(statuses, ({ instanceId }) => instanceId);
  for (const { id, stopped_at } of instances) {
    const names = (copies.get(id) ?? []).map(({ state }) => state.name);
    counts[stopped_at ? 'stopped' : (order.find((name) => names.includes(name)) ?? 'sleeping')] +=
      1;
  }
  return counts;
}
