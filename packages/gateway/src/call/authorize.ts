import { decide, type Decision, type Grant } from '../access/decide.ts';
import type { ResolvedCall } from './resolve.ts';

/**
 * The decision on a resolved call. A resource may be reached by its own name and by templates it
 * matches: a deny on any of them forbids it, otherwise an allow on any of them permits it.
 */
export function authorize(grants: readonly Grant[], call: ResolvedCall, now: number): Decision {
  let best: Decision = { allowed: false, reason: 'no_grant', grant: undefined };
  for (const subject of call.subjects) {
    const decision = decide(grants, subject, now);
    if (decision.reason === 'denied') return decision;
    if (decision.allowed && !best.allowed) best = decision;
    if (decision.reason === 'level_too_low' && best.reason === 'no_grant') best = decision;
  }
  return best;
}
