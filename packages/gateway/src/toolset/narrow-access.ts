import type { AccessSnapshot } from '../ports.ts';

/**
 * What is left of an agent's access for a token that is held to some toolboxes: the instances of those,
 * and the grants that reach them. Without the other grants, nothing that is decided with what is left
 * can allow what the token is not for. Denials all stay: they take away alone.
 */
export function narrowAccess(
  { grants, instances }: AccessSnapshot,
  toolboxIds: readonly string[] | undefined,
): AccessSnapshot {
  if (toolboxIds === undefined) return { grants, instances };
  const toolboxes = new Set(toolboxIds);
  const kept = instances.filter(({ toolboxId }) => toolboxes.has(toolboxId));
  const ids = new Set(kept.map(({ id }) => id));
  return {
    instances: kept,
    grants: grants.filter(
      ({ effect, target }) =>
        effect === 'deny' ||
        (target.scope === 'toolbox' ? toolboxes.has(target.toolboxId) : ids.has(target.instanceId)),
    ),
  };
}
