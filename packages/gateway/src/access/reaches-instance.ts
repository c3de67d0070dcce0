import type { OfferedInstance } from '../ports.ts';
import type { Grant } from './decide.ts';

/**
 * Whether an agent with these grants may know at `now` (epoch ms) that an instance exists: some grant
 * on it or in it counts, and none denies all of it.
 */
export function reachesInstance(
  grants: readonly Grant[],
  { id, toolboxId }: Pick<OfferedInstance, 'id' | 'toolboxId'>,
  now: number,
): boolean {
  let reached = false;
  for (const { effect, level, target, expiresAt } of grants) {
    if (expiresAt !== undefined && expiresAt <= now) continue;
    const isOnIt =
      target.scope === 'toolbox' ? target.toolboxId === toolboxId : target.instanceId === id;
    if (!isOnIt) continue;
    if (effect === 'allow') reached = true;
    else if (level === 'read' && target.scope !== 'offering') return false;
  }
  return reached;
}
