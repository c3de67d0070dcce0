import type { OfferedInstance } from '../ports.ts';
import type { Decision, Grant } from './decide.ts';

const breadth = { offering: 0, instance: 1, toolbox: 2 } as const;

/**
 * Whether an agent may still look after a task of its own at `now` (epoch ms): as long as it reaches
 * the instance at all. What started the task was decided then; the grant that did may be gone.
 */
export function decideTask(
  grants: readonly Grant[],
  { id, toolboxId }: Pick<OfferedInstance, 'id' | 'toolboxId'>,
  now: number,
): Decision {
  let allow: Grant | undefined;
  for (const grant of grants) {
    const { effect, level, target, expiresAt } = grant;
    if (expiresAt !== undefined && expiresAt <= now) continue;
    const isOnIt =
      target.scope === 'toolbox' ? target.toolboxId === toolboxId : target.instanceId === id;
    if (!isOnIt) continue;
    if (effect === 'deny') {
      const deniesAll = level === 'read' && target.scope !== 'offering';
      if (deniesAll) return { allowed: false, reason: 'denied', grant };
    } else if (!allow || breadth[target.scope] < breadth[allow.target.scope]) {
      allow = grant;
    }
  }
  return allow
    ? { allowed: true, reason: 'granted', grant: allow }
    : { allowed: false, reason: 'no_grant', grant: undefined };
}
