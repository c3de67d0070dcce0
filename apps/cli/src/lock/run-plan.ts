import type { ApplyLockEvent, LockPlan } from '@plugboard/contracts/api';

import { CliError } from '../cli-error.ts';
import { confirmPlan } from '../confirm.ts';
import { plainText } from '../output/plain-text.ts';
import { drawProgress } from '../output/progress.ts';
import type { Session } from '../session.ts';
import { variableOf } from './given-secrets.ts';
import { countChanges, presentChanges } from './present-changes.ts';

const same = 'Everything is as the document says.\n';

/** A plan for people, with what has to be given or mended before it can be applied. */
export function presentPlan(plan: LockPlan, { style }: Session): string {
  const { changes } = plan;
  if (changes.length === 0) return same;
  const count = countChanges(changes);
  const missing = missingOf(plan).map((line) => `${style.bad('missing:')} ${line}\n`);
  return (
    presentChanges(changes, style) +
    missing.join('') +
    (count === '' ? 'Nothing to do.\n' : `${count}.\n`)
  );
}

function missingOf({ missingSecrets, missingTokens }: LockPlan): string[] {
  return [
    ...missingSecrets.map(
      ({ instance, name }) =>
        `the secret ${plainText(name)} of ${instance}: set ${variableOf('PLUGBOARD_SECRET', instance, name)}, or give --secret ${instance}.${plainText(name)}=@file`,
    ),
    ...missingTokens.map(
      (slug) =>
        `the token of the source ${slug}: set ${variableOf('PLUGBOARD_SOURCE_TOKEN', slug)}, or give --source-token ${slug}=@file`,
    ),
  ];
}

/** Whether a plan says of itself that it cannot be applied. */
export function isImpossible({ changes, missingSecrets, missingTokens }: LockPlan): boolean {
  return (
    changes.some(({ problem }) => problem !== undefined) ||
    missingSecrets.length > 0 ||
    missingTokens.length > 0
  );
}

/** Changes that applying makes. */
function toDo({ changes }: LockPlan): LockPlan['changes'] {
  return changes.filter(({ action, kept }) => action !== 'drift' && kept !== true);
}

/**
 * Shows a plan, asks, and applies it, telling of each change when it is made. What was done before a
 * failure is told too, and what is left.
 */
export async function confirmAndApply(
  session: Session,
  plan: LockPlan,
  yes: boolean,
  apply: () => Promise<AsyncIterable<ApplyLockEvent>>,
  { always = false } = {},
): Promise<void> {
  const { style } = session;
  const count = toDo(plan).length;
  const isDone = count === 0 && !always && !isImpossible(plan);
  if (isDone || !yes || !session.json) {
    await session.show(plan, () => presentPlan(plan, session));
  }
  if (isImpossible(plan)) {
    throw new CliError('failed', 'Nothing was done: the plan cannot be applied as it is.', {
      code: 'conflict',
    });
  }
  if (isDone) return;
  await confirmPlan(session, `Make ${count} ${count === 1 ? 'change' : 'changes'}?`, yes);
  const progress = drawProgress(session);
  try {
    for await (const event of await apply()) {
      if (event.type === 'progress') {
        progress.tell({ ...event, message: plainText(event.message) });
        continue;
      }
      progress.end();
      await session.showLine(event, () => {
        if (event.type === 'done') return `${event.applied.length} done.\n`;
        const { action, kind, id } = event.change;
        return `${style.good('✓')} ${action} ${kind.replace('_', ' ')} ${style.name(plainText(id))}\n`;
      });
    }
  } finally {
    progress.end();
  }
}
