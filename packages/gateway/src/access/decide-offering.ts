import type { OfferedInstance, Offering } from '../ports.ts';
import { rulingTemplates, subjectsOf } from '../toolset/subjects.ts';
import { authorize } from './authorize.ts';
import type { Decision, Grant } from './decide.ts';

/**
 * What a call of a listed offering would be answered at `now` (epoch ms): as `decide`, and for a
 * resource also by the rules on the templates that it comes from.
 */
export function decideOffering(
  grants: readonly Grant[],
  instance: OfferedInstance,
  offering: Offering,
  now: number,
): Decision {
  const templates = offering.kind === 'resource' ? rulingTemplates(grants, instance) : [];
  return authorize(grants, subjectsOf(instance, offering, templates), now);
}
