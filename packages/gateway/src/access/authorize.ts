import type { Subjects } from '../toolset/subjects.ts';
import { decide, type Decision, type Grant } from './decide.ts';

/**
 * The decision on a call that may be about several things. A resource may be reached by its own name
 * and by templates it matches: a deny on any of them forbids it, otherwise an allow on any of those it
 * surely is permits it.
 */
export function authorize(
  grants: readonly Grant[],
  { subjects, lookAlikes }: Omit<Subjects, 'level'>,
  now: number,
): Decision {
  let best: Decision = { allowed: false, reason: 'no_grant', grant: undefined };
  for (const subject of subjects) {
    const decision = decide(grants, subject, now);
    if (decision.reason === 'denied') return decision;
    if (decision.allowed && !best.allowed) best = decision;
    if (decision.reason === 'level_too_low' && best.reason === 'no_grant') best = decision;
  }
  for (const subject of lookAlikes) {
    const decision = decide(grants, subject, now);
    if (decision.reason === 'denied') return decision;
  }
  return best;
}
