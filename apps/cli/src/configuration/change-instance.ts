import type { ConfigurationChange } from '@plugboard/contracts/api';

import { AnsweredFailure } from '../cli-error.ts';
import { confirmPlan } from '../confirm.ts';
import { plainText } from '../output/plain-text.ts';
import { drawProgress } from '../output/progress.ts';
import type { Session } from '../session.ts';
import { presentChanges, presentProblems, presentRetry } from './present-changes.ts';

export interface ChangeOptions {
  readonly note?: string;
  readonly test?: boolean;
  readonly yes?: boolean;
}

/** Shows what a change of an instance's configuration does, asks, tests it where asked for, and makes it. */
export async function changeInstance(
  session: Session,
  instance: string,
  change: ConfigurationChange,
  { note, test, yes = false }: ChangeOptions,
): Promise<void> {
  const { style } = session;
  const api = await session.api();
  const plan = await api.configuration.plan({ instance, ...change });
  const blocked = plan.problems.length > 0;
  const isRetry = plan.changes.length === 0 && plan.restarts;
  if (!session.json || blocked || !yes) {
    await session.show(
      plan,
      () =>
        (isRetry ? presentRetry : presentChanges(style, plan.changes)) +
        presentProblems(style, plan.problems),
    );
  }
  if (blocked) throw new AnsweredFailure('usage');
  if (plan.changes.length === 0 && !plan.restarts) return;
  const question = isRetry
    ? `Start ${instance} with its settings?`
    : `Change ${instance} and start it anew?`;
  await confirmPlan(session, question, yes);
  if (test === true) await testChange(session, instance, change);
  const progress = drawProgress(session);
  try {
    const given = { instance, ...change, ...(note !== undefined && { note }) };
    for await (const event of await api.configuration.configure(given)) {
      if (event.type === 'progress') {
        progress.tell(event);
        continue;
      }
      progress.end();
      await session.showLine(
        event,
        () => `${style.name(instance)} is configured, revision ${event.configuration.revision}.\n`,
      );
    }
  } finally {
    progress.end();
  }
}

/** Starts it beside itself with a change. Ends the command when anything of it fails. */
export async function testChange(
  session: Session,
  instance: string,
  change: ConfigurationChange,
): Promise<void> {
  const { style } = session;
  const api = await session.api();
  const progress = drawProgress(session);
  let ok = false;
  try {
    for await (const event of await api.configuration.test({ instance, ...change })) {
      if (event.type === 'progress') {
        progress.tell(event);
        continue;
      }
      progress.end();
      ok = event.ok;
      await session.showLine(event, () => {
        const head = event.ok ? style.good('works') : style.bad('fails');
        const credentials = event.credentials.map(
          ({ key, tool, ok: right, message }) =>
            `  ${plainText(key)}: ${right ? style.good('right') : style.bad('wrong')} (${plainText(tool)}${message === undefined ? '' : `: ${plainText(message)}`})\n`,
        );
        return `${head}: ${event.tools.length} tools\n${credentials.join('')}`;
      });
    }
  } finally {
    progress.end();
  }
  if (!ok) throw new AnsweredFailure('failed');
}
