import type { AgentEra } from '../agent/connect.ts';
import type { Form } from '../fixture/start-fixture.ts';
import type { Revision } from './suite.ts';

/** A scenario that does not simply pass, and why it cannot or need not. */
export interface Expected {
  readonly scenario: string;
  readonly outcome: 'failed' | 'warned' | 'skipped';
  readonly reason: string;
}

interface ExpectedOf<Where> extends Expected {
  readonly revision: Revision;
  readonly where: readonly Where[];
}

const everywhere = ['legacy-only', 'modern-only', 'dual'] as const;

const noTasks = 'The tasks extension exists in the modern era alone, and this server has no tasks.';

const onServers: readonly ExpectedOf<Form>[] = [
  {
    revision: '2026-07-28',
    scenario: 'input-required-result-basic-elicitation',
    outcome: 'failed',
    where: ['legacy-only'],
    reason:
      'The scenario looks for the key that its own fixture gives to the question. A request of a legacy server has no such key (2025-11-25, client/elicitation), so Plugboard names it; clients are to take any key (2026-07-28, basic/patterns/mrtr).',
  },
  {
    revision: '2026-07-28',
    scenario: 'input-required-result-ignore-extra-params',
    outcome: 'warned',
    where: ['legacy-only'],
    reason:
      'The scenario answers before it is asked. A legacy server asks while it works (2025-11-25, client/elicitation): there is no question yet that the answer could belong to, so the call asks again, as the specification lets servers do.',
  },
  ...[
    'tasks-lifecycle',
    'tasks-capability-negotiation',
    'tasks-wire-fields',
    'tasks-request-state-removal',
    'tasks-mrtr-input',
    'tasks-request-headers',
    'tasks-dispatch-and-envelope',
    'tasks-required-task-error',
    'tasks-mrtr-composition',
  ].map((scenario) => ({
    revision: '2026-07-28' as const,
    scenario,
    outcome: 'failed' as const,
    where: ['legacy-only' as const],
    reason: noTasks,
  })),
  {
    revision: '2026-07-28',
    scenario: 'tasks-status-notifications',
    outcome: 'skipped',
    where: everywhere,
    reason: 'The suite skips it itself: its harness does not listen where the extension tells.',
  },
  ...['sep-2640-skills-enumeration', 'sep-2640-skills-manifest', 'sep-2640-skills-directory'].map(
    (scenario) => ({
      revision: '2026-07-28' as const,
      scenario,
      outcome: 'skipped' as const,
      where: ['legacy-only' as const],
      reason: 'This server declares no skills.',
    }),
  ),
];

const asClient: readonly ExpectedOf<AgentEra>[] = [];

const ofAuth: readonly (Expected & { readonly revision: Revision })[] = [];

/** Scenarios of the client's side that are not run, with the reason. */
export const notRun: readonly { readonly scenarios: string; readonly reason: string }[] = [
  {
    scenarios: 'sep-2640-client-verify-digest, -size, -frontmatter',
    reason:
      'For hosts: whoever loads a skill verifies it (skills extension, integrity and verification). A gateway passes skills on unread.',
  },
];

export function expectedOnServer(revision: Revision, form: Form): readonly Expected[] {
  return onServers.filter((entry) => entry.revision === revision && entry.where.includes(form));
}

export function expectedAsClient(revision: Revision, era: AgentEra): readonly Expected[] {
  return asClient.filter((entry) => entry.revision === revision && entry.where.includes(era));
}

export function expectedOfAuth(revision: Revision): readonly Expected[] {
  return ofAuth.filter((entry) => entry.revision === revision);
}
