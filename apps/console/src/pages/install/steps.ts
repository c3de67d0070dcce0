import type {
  DescribedConfiguration,
  InstallConflict,
  InstallPlan,
} from '@plugboard/contracts/api';

import type { Draft, Secrets } from './draft.ts';

export const stepNames = ['plan', 'credentials', 'configuration', 'install', 'done'] as const;
export type StepName = (typeof stepNames)[number];

export const stepLabels: Readonly<Record<StepName, string>> = {
  plan: 'Plan',
  credentials: 'Credentials',
  configuration: 'Configuration',
  install: 'Review',
  done: 'Done',
};

/** Whether a person has to sign in at the server. */
export function wantsSignIn(plan: InstallPlan): boolean {
  return (
    plan.conflicts.some(({ code }) => code === 'sign_in_wanted') ||
    plan.credentials.some(({ key, kind }) => key === undefined && kind === 'oauth')
  );
}

/** Which steps a server has: what it does not ask for is left out. */
export function stepsOf(
  plan: InstallPlan,
  described: DescribedConfiguration | undefined,
  draft: Draft,
): readonly StepName[] {
  const asks =
    plan.credentials.length > 0 || wantsSignIn(plan) || Object.keys(draft.credentials).length > 0;
  const secret = new Set(plan.credentials.map(({ key }) => key));
  const settable =
    described === undefined || described.open
      ? plan.run?.driver !== 'remote'
      : Object.keys(described.schema.properties).some((key) => !secret.has(key));
  return stepNames.filter(
    (name) =>
      (name !== 'credentials' || asks) &&
      (name !== 'configuration' || settable || (described?.presets.length ?? 0) > 0),
  );
}

/** Conflicts that the steps after the plan ask about. */
const askedLater: ReadonlySet<InstallConflict['code']> = new Set([
  'secret_missing',
  'configuration',
  'sign_in_wanted',
]);

/** What a step has to say of the conflicts of a plan that was made without the secrets. */
export function conflictsAt(
  step: StepName,
  plan: InstallPlan,
  secrets: Secrets,
): readonly InstallConflict[] {
  const open = plan.conflicts.filter(
    ({ code, subject }) =>
      code !== 'secret_missing' || subject === undefined || (secrets[subject] ?? '') === '',
  );
  switch (step) {
    case 'plan':
      return open.filter(({ code }) => !askedLater.has(code));
    case 'credentials':
      return open.filter(({ code }) => code === 'secret_missing');
    case 'configuration':
      return open.filter(({ code }) => code === 'configuration');
    case 'install':
    case 'done':
      return plan.conflicts;
  }
}
