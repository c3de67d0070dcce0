import path from 'node:path';

import {
  canonicalLock,
  compareLocks,
  type LockDocument,
  withoutExpired,
} from '@plugboard/contracts/api';
import type { Command } from 'commander';

import { AnsweredFailure, CliError, reportError } from '../cli-error.ts';
import { readGivenSecrets } from '../lock/given-secrets.ts';
import { countChanges, presentChanges } from '../lock/present-changes.ts';
import { confirmAndApply, isImpossible, presentPlan } from '../lock/run-plan.ts';
import type { Session } from '../session.ts';

const lockFile = 'plugboard.lock';

export interface MannerOptions {
  readonly prune?: boolean;
  readonly acceptDefinitions?: boolean;
  readonly secret?: string[];
  readonly sourceToken?: string[];
}

interface PlanOptions extends MannerOptions {
  readonly verify?: boolean;
}

interface ApplyOptions extends MannerOptions {
  readonly yes?: boolean;
}

export function addLockCommands(program: Command, session: Session): void {
  program
    .command('lock [file]')
    .description('write down what there is: versions, digests, settings, definitions, grants')
    .addHelpText(
      'after',
      `
Writes plugboard.lock here, or the file named. There is no secret in it: keep it in your repository.
Then:  plugboard plan    plugboard apply    plugboard diff`,
    )
    .action((file: string | undefined) => writeLock(session, file ?? lockFile));

  addManner(
    program
      .command('plan [file]')
      .description('show what applying a lock file would change; changes nothing')
      .option('--verify', 'also ask registries whether packages are still what was locked'),
  )
    .addHelpText('after', '\nExit codes: 0 it can be applied, 1 it cannot.')
    .action((file: string | undefined, options: PlanOptions) =>
      planFile(session, file ?? lockFile, options),
    );

  addManner(
    program
      .command('apply [file]')
      .description('make everything as a lock file says; shows the plan first')
      .option('-y, --yes', 'do it without asking'),
  )
    .addHelpText(
      'after',
      `
Secrets that are not there yet come from PLUGBOARD_SECRET_<INSTANCE>_<NAME>, or --secret.
Stops at the first failure and says what was done; applying again goes on.

Examples:
  plugboard apply
  plugboard apply staging.lock --prune --yes
  PLUGBOARD_SECRET_DB_API_KEY=… plugboard apply --yes
  plugboard apply --secret db.API_KEY=@key.txt`,
    )
    .action((file: string | undefined, options: ApplyOptions) =>
      applyFile(session, file ?? lockFile, options),
    );

  addDiffCommand(program, session);
}

/** What plan, apply and restore have in common. */
export function addManner(command: Command): Command {
  return command
    .option('--prune', 'delete what the document does not have, in the sections that it has')
    .option('--accept-definitions', 'take servers that list other definitions than are locked')
    .option('--secret <instance.name...>', 'a secret from a file: db.API_KEY=@key.txt')
    .option('--source-token <source...>', "a catalog source's token from a file: internal=@file");
}

async function writeLock(session: Session, name: string): Promise<void> {
  const [{ parseLock }, { formatLock, readIfThere, replaceFile }] = await Promise.all([
    import('../lock/read-lock.ts'),
    import('../lock/write-lock.ts'),
  ]);
  const { terminal, style } = session;
  const file = path.resolve(terminal.cwd, name);
  const api = await session.api();
  const document = canonicalLock(await api.lock.get());
  const text = formatLock(document);
  const before = await readIfThere(file);
  if (before !== text) await replaceFile(file, text, 0o644);
  const old = before === undefined ? undefined : parseLock(before);
  const changes = old && 'document' in old ? compareLocks(old.document, document) : [];
  await session.show({ file, written: before !== text, changes }, () => {
    if (before === text) return `${name} is as everything is.\n`;
    const what = `${style.name(name)} is written: ${counts(document)}.\n`;
    return presentChanges(changes, style) + what;
  });
}

/** YAML's parser is large, and loaded for what needs it alone: `up` is this program too. */
async function readLock(file: string, folder: string): Promise<LockDocument> {
  const reading = await import('../lock/read-lock.ts');
  return reading.readLock(file, folder);
}

function counts({ instances = [], agents = [], grants = [] }: LockDocument): string {
  const definitions = instances.reduce((sum, each) => sum + each.definitions.length, 0);
  return `${instances.length} instances with ${definitions} definitions, ${agents.length} agents, ${grants.length} grants`;
}

async function planFile(session: Session, file: string, options: PlanOptions): Promise<void> {
  const document = await readLock(file, session.terminal.cwd);
  const api = await session.api();
  const plan = await api.lock.plan({
    document,
    ...(await readManner(session, document, options)),
    ...(options.verify === true && { verify: true }),
  });
  await session.show(plan, () => presentPlan(plan, session));
  if (isImpossible(plan)) throw new AnsweredFailure('failed');
}

async function applyFile(session: Session, file: string, options: ApplyOptions): Promise<void> {
  const document = await readLock(file, session.terminal.cwd);
  const input = { document, ...(await readManner(session, document, options)) };
  const api = await session.api();
  const plan = await api.lock.plan(input);
  await confirmAndApply(session, plan, options.yes === true, () => api.lock.apply(input));
}

/** How to apply, and with which secrets, as the API takes it. */
export async function readManner(
  { terminal }: Session,
  document: Pick<LockDocument, 'instances' | 'sources'>,
  options: MannerOptions,
) {
  return {
    ...(options.prune === true && { prune: true }),
    ...(options.acceptDefinitions === true && { acceptDefinitions: true }),
    ...(await readGivenSecrets(document, options, terminal)),
  };
}

function addDiffCommand(program: Command, session: Session): void {
  program
    .command('diff [file] [other]')
    .description('compare a lock file with what there is, or with another file')
    .addHelpText(
      'after',
      `
With one file: what there is → what the file says. With two: the first → the second; needs no server.
Exit codes, of this command alone: 0 the same, 2 different, 1 an error of any kind.

Examples:
  plugboard diff
  git show main:plugboard.lock > main.lock && plugboard diff main.lock plugboard.lock`,
    )
    .exitOverride((error) => {
      if (error.exitCode === 0) throw error;
      // Said already, but for --json.
      throw session.json ? asFailure(error) : new AnsweredFailure('failed');
    })
    .action(async (file: string | undefined, other: string | undefined) => {
      try {
        await diff(session, file ?? lockFile, other);
      } catch (error) {
        throw error instanceof AnsweredFailure ? error : asFailure(error);
      }
    });
}

/** Any error with exit code 1, for 2 means that there is a difference. */
function asFailure(error: unknown): CliError {
  const { message, cure, code } = reportError(error);
  return new CliError('failed', message, {
    cause: error,
    code,
    ...(cure !== undefined && { cure }),
  });
}

async function diff(session: Session, file: string, other: string | undefined): Promise<void> {
  const { terminal, style } = session;
  const first = await readLock(file, terminal.cwd);
  let changes;
  if (other === undefined) {
    const api = await session.api();
    const wanted = withoutExpired(first, Date.now());
    changes = compareLocks(await api.lock.get(), wanted);
  } else {
    changes = compareLocks(first, await readLock(other, terminal.cwd));
  }
  const told = changes.map(({ grant: _grant, ...change }) => change);
  await session.show({ same: changes.length === 0, changes: told }, () =>
    changes.length === 0
      ? 'No difference.\n'
      : `${presentChanges(changes, style)}${countChanges(changes)}.\n`,
  );
  if (changes.length > 0) throw new AnsweredFailure('usage');
}
