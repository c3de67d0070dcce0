import type { InheritancePlan, InheritEvent } from '@plugboard/contracts/api';

import { AnsweredFailure } from '../cli-error.ts';
import { confirmPlan } from '../confirm.ts';
import { plainText } from '../output/plain-text.ts';
import { drawProgress } from '../output/progress.ts';
import type { Session } from '../session.ts';
import { presentInheritance } from './present-changes.ts';

export interface SharedChange {
  readonly what: string;
  readonly plan: () => Promise<InheritancePlan>;
  readonly apply: () => Promise<AsyncIterable<InheritEvent>>;
  readonly yes: boolean;
}

/** Shows which instances a change of shared settings starts anew, asks, and makes it. */
export async function changeShared(
  session: Session,
  { what, plan, apply, yes }: SharedChange,
): Promise<void> {
  const { style } = session;
  const planned = await plan();
  const blocked =
    planned.problems.length > 0 || planned.instances.some(({ problems }) => problems.length > 0);
  if (!session.json || blocked || !yes) {
    await session.show(planned, () => presentInheritance(style, planned));
  }
  if (blocked) throw new AnsweredFailure('usage');
  await confirmPlan(session, `Write ${what}?`, yes);
  const progress = drawProgress(session);
  let failed = false;
  try {
    for await (const event of await apply()) {
      if (event.type === 'progress') {
        progress.tell(event);
        continue;
      }
      progress.end();
      failed = event.instances.some(({ outcome }) => outcome === 'went_back');
      await session.showLine(event, () => presentOutcome(session, what, event));
    }
  } finally {
    progress.end();
  }
  if (failed) throw new AnsweredFailure('failed');
}

function presentOutcome(
  { style }: Session,
  what: string,
  { revision, instances }: Extract<InheritEvent, { type: 'done' }>,
): string {
  const head = `Wrote ${what}${revision === undefined ? '' : `, revision ${revision}`}.\n`;
  const lines = instances.map(({ slug, outcome, message = '' }) =>
    outcome === 'changed'
      ? `  ${style.name(slug)} ${style.good('runs with it')}\n`
      : `  ${style.name(slug)} ${style.bad('went back')}: ${plainText(message, { lines: true })}\n`,
  );
  return head + lines.join('');
}
