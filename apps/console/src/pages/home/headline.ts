import type { Overview } from '@plugboard/contracts/api';

import { plural } from '../../ui/format.ts';

/** The page's three answers in a sentence each. */
export function headline({ health, calls, agents, needs, needsTotal }: Overview): {
  readonly heading: string;
  readonly about: string;
} {
  return { heading: heading(), about: about() };

  function heading(): string {
    if (health.total === 0) return 'Add your first server';
    if (health.failing > 0) {
      const verb = health.failing === 1 ? 'is' : 'are';
      return `${health.failing} of ${plural(health.total, 'instance')} ${verb} failing`;
    }
    const urgent = needs.filter(({ severity }) => severity === 'high').length;
    if (urgent > 0) return `${plural(urgent, 'thing')} cannot wait`;
    if (health.starting > 0) return `${plural(health.starting, 'instance')} starting`;
    return 'Everything is healthy';
  }

  function about(): string {
    const open =
      needsTotal === 0 ? 'Nothing needs you.' : `${plural(needsTotal, 'thing')} to decide.`;
    if (calls.total === 0) return `No calls in the last hour. ${open}`;
    const by = agents.length > 0 ? ` by ${plural(agents.length, 'agent')}` : '';
    return `${plural(calls.total, 'call')} in the last hour${by}. ${open}`;
  }
}
