import type { InstanceChangedEvent, InstanceUpdates, UpdatePlan } from '@plugboard/contracts/api';
import type { Command } from 'commander';

import { AnsweredFailure } from '../cli-error.ts';
import { confirmPlan } from '../confirm.ts';
import { plainText } from '../output/plain-text.ts';
import { drawProgress } from '../output/progress.ts';
import type { Style } from '../output/style.ts';
import { table } from '../output/table.ts';
import type { Session } from '../session.ts';
import { parseWhole } from '../values/numbers.ts';
import { presentContract, presentPlan } from './server-versions-plan.ts';
import { addServerRevisionCommands, presentReturn } from './server-versions-history.ts';

interface UpdateOptions {
  readonly plan?: boolean;
  readonly allowBreaking?: boolean;
  readonly approveScripts?: boolean;
  readonly note?: string;
  readonly yes?: boolean;
}

interface RollbackOptions {
  readonly keepSecrets?: boolean;
  readonly note?: string;
  readonly yes?: boolean;
}

const updateExamples = `
Examples:
  plugboard server update memory --plan
  plugboard server update memory --yes
  plugboard server update memory 2.0.0 --allow-breaking`;

/** Versions of servers that are installed: what there is, updating, going back, history. */
export function addServerVersionCommands(server: Command, session: Session): void {
  server
    .command('updates')
    .description('what servers could be updated to')
    .option('--fresh', 'ask registries anew; else what they said in the last minutes counts')
    .action(async (options: { fresh?: boolean }) => {
      const api = await session.api();
      const answer = await api.versions.updates(options);
      await session.show(answer, () => presentUpdates(answer.instances, session.style));
    });

  server
    .command('update <server> [version]')
    .description('try a newer version, show what it changes, and update to it')
    .option('--plan', 'show what would change, and change nothing')
    .option('--allow-breaking', 'go on although agents may lose what they use')
    .option('--approve-scripts', 'let the package run its install scripts, in the sandbox')
    .option('--note <text>', 'why, for the history')
    .option('-y, --yes', 'do it without asking')
    .addHelpText('after', updateExamples)
    .action((name: string, to: string | undefined, options: UpdateOptions) =>
      update(session, name, to, options),
    );

  server
    .command('rollback <server> [revision]')
    .description('go back to what a server was before, or at a revision')
    .option('--keep-secrets', 'keep the secrets of now, such as renewed ones')
    .option('--note <text>', 'why, for the history')
    .option('-y, --yes', 'do it without asking')
    .action((name: string, revision: string | undefined, options: RollbackOptions) =>
      rollBack(session, name, revision, options),
    );

  addServerRevisionCommands(server, session);
}

async function update(
  session: Session,
  instance: string,
  to: string | undefined,
  options: UpdateOptions,
): Promise<void> {
  const { plan: planOnly, yes = false, allowBreaking, approveScripts, note } = options;
  const target = {
    instance,
    ...(to !== undefined && { to }),
    ...(approveScripts && { approveScripts }),
  };
  const api = await session.api();
  let chosen = to;
  // With --yes the update itself checks all that the plan would have shown.
  if (planOnly === true || !yes) {
    const plan = await readPlan(session, target);
    chosen = plan.to;
    if (planOnly === true) return;
    if (plan.contract.breaking && allowBreaking !== true) {
      session.note(`It breaks what agents may rely on. Add --allow-breaking if that is meant.\n`);
      throw new AnsweredFailure('failed');
    }
    await confirmPlan(session, `Update ${instance} to ${plainText(plan.to)}?`, yes);
  }
  await follow(
    session,
    api.versions.update({
      ...target,
      ...(chosen !== undefined && { to: chosen }),
      ...(allowBreaking === true && { allowBreaking }),
      ...(note !== undefined && { note }),
    }),
  );
}

async function readPlan(
  session: Session,
  target: { readonly instance: string; readonly to?: string },
): Promise<UpdatePlan> {
  const api = await session.api();
  const progress = drawProgress(session);
  try {
    for await (const event of await api.versions.planUpdate({ ...target })) {
      if (event.type === 'progress') {
        progress.tell(plainProgress(event));
        continue;
      }
      progress.end();
      await session.showLine(event, () => presentPlan(event.plan, session.style));
      return event.plan;
    }
  } finally {
    progress.end();
  }
  throw new Error('a plan ended without a result');
}

async function rollBack(
  session: Session,
  instance: string,
  wanted: string | undefined,
  { keepSecrets, note, yes = false }: RollbackOptions,
): Promise<void> {
  const revision = wanted === undefined ? undefined : parseWhole(wanted);
  const api = await session.api();
  if (!yes) {
    const { revisions, previous } = await api.versions.history({ instance, limit: 1 });
    const [from, to] = [revisions[0]?.revision, revision ?? previous];
    // Where there is nothing to go back to, the rollback itself says so.
    if (from !== undefined && to !== undefined && from !== to) {
      const diff = await api.versions.diff({ instance, from, to });
      await session.show(diff, () => presentReturn(instance, diff, session.style));
      await confirmPlan(session, `Change ${instance} back and start it anew?`, yes);
    }
  }
  await follow(
    session,
    api.versions.rollback({
      instance,
      ...(revision !== undefined && { revision }),
      ...(keepSecrets === true && { keepSecrets }),
      ...(note !== undefined && { note }),
    }),
  );
}

async function follow(
  session: Session,
  stream: Promise<AsyncIterable<InstanceChangedEvent>>,
): Promise<void> {
  const { style } = session;
  const progress = drawProgress(session);
  try {
    for await (const event of await stream) {
      if (event.type === 'progress') {
        progress.tell(plainProgress(event));
        continue;
      }
      progress.end();
      await session.showLine(
        event,
        () =>
          `${style.name(event.instance)} is at ${style.strong(plainText(event.version))}, revision ${event.revision}.\n` +
          presentContract(event.contract, style) +
          style.quiet(`Go back with: plugboard server rollback ${event.instance}\n`),
      );
    }
  } finally {
    progress.end();
  }
}

function plainProgress({ message }: { readonly message: string }) {
  return { type: 'progress', message: plainText(message) } as const;
}

function presentUpdates(instances: readonly InstanceUpdates[], style: Style): string {
  if (instances.length === 0) return 'There is no server. Add one: plugboard server add memory\n';
  const rows = instances.map((each) => [
    style.name(each.slug),
    plainText(each.current),
    plainText(each.updates?.compatible?.version ?? ''),
    plainText(each.updates?.major?.version ?? ''),
    remarkOn(each, style),
  ]);
  const headings = ['server', 'current', 'compatible', 'major', 'remarks'];
  const waiting = instances.filter(({ updates }) => updates?.compatible !== undefined);
  const hint =
    waiting.length === 0
      ? ''
      : style.quiet(`\nSee what one changes: plugboard server update ${waiting[0]?.slug} --plan\n`);
  return table(style, headings, rows) + hint;
}

function remarkOn({ from, updates, problem }: InstanceUpdates, style: Style): string {
  if (problem !== undefined) return style.bad(plainText(problem));
  if (from === 'nobody') return style.quiet('updated where it runs');
  const remarks = [
    ...(updates?.yanked === true ? [style.bad('the installed version was taken back')] : []),
    ...(updates?.deprecated === undefined
      ? []
      : [style.warn(`deprecated: ${plainText(updates.deprecated)}`)]),
  ];
  if (remarks.length > 0) return remarks.join('; ');
  return updates?.newest === undefined ? style.good('up to date') : '';
}
