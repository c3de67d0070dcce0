import type { Decision } from './decide.ts';

/** A decision in one sentence for a person, without ids. */
export function explainDecision(decision: Decision, needed: string): string {
  switch (decision.reason) {
    case 'granted':
      return `allowed: ${describe(decision)} gives ${decision.grant.level}, and ${needed} is needed`;
    case 'denied':
      return `refused: ${describe(decision)} denies ${decision.grant.level} and above, and ${needed} is needed`;
    case 'level_too_low':
      return `refused: ${describe(decision)} gives only ${decision.grant.level}, and ${needed} is needed`;
    case 'no_grant':
      return 'refused: no grant reaches it, and what is not granted is not there';
  }
}

function describe(decision: Exclude<Decision, { reason: 'no_grant' }>): string {
  const { target } = decision.grant;
  switch (target.scope) {
    case 'toolbox':
      return 'a grant on its toolbox';
    case 'instance':
      return 'a grant on its server';
    case 'offering':
      return `a grant on this ${target.kind.replace('_', ' ')}`;
  }
}
