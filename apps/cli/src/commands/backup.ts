import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';

import { type BackupContent, maxBackupBytes } from '@plugboard/contracts/api';
import type { Command } from 'commander';

import { CliError } from '../cli-error.ts';
import { confirmAndApply } from '../lock/run-plan.ts';
import { plainText } from '../output/plain-text.ts';
import type { Session } from '../session.ts';
import { addManner, type MannerOptions, readManner } from './lock.ts';

const backupFile = 'plugboard.backup';
const variable = 'PLUGBOARD_BACKUP_PASSPHRASE';

interface KeyOptions {
  readonly keyFile?: string;
}

interface BackupOptions extends KeyOptions {
  readonly force?: boolean;
}

interface RestoreOptions extends KeyOptions, MannerOptions {
  readonly yes?: boolean;
}

export function addBackupCommands(program: Command, session: Session): void {
  addKey(
    program
      .command('backup [file]')
      .description('keep the configuration with its history and secrets in a file'),
  )
    .option('--force', 'replace the file if it is there')
    .addHelpText(
      'after',
      `
Secrets are in it only with a passphrase, from ${variable} or --key-file: everything is then
encrypted with it (scrypt, AES-256-GCM). Lose it, and nobody can open the backup.
Not in it: agents' tokens, API keys, the audit log, and what servers keep in their own folders.

Examples:
  ${variable}=… plugboard backup
  plugboard backup /srv/backups/plugboard.backup --key-file /etc/plugboard/backup.key`,
    )
    .action((file: string | undefined, options: BackupOptions) =>
      backup(session, file ?? backupFile, options),
    );

  addManner(
    addKey(
      program
        .command('restore <file>')
        .description('make everything as a backup says; shows the plan first')
        .option('-y, --yes', 'do it without asking'),
    ),
  )
    .addHelpText(
      'after',
      `
The file is checked whole before anything of it is looked at. Stops at the first failure and says
what was done; restoring again goes on.`,
    )
    .action((file: string, options: RestoreOptions) => restore(session, file, options));
}

function addKey(command: Command): Command {
  return command.option('--key-file <path>', `its content is the passphrase (else ${variable})`);
}

async function backup(session: Session, name: string, options: BackupOptions): Promise<void> {
  const { terminal, style } = session;
  const file = path.resolve(terminal.cwd, name);
  if (options.force !== true && (await isThere(file))) {
    throw new CliError('usage', `${name} is there already.`, {
      cure: 'name another file, or replace it with --force',
    });
  }
  const passphrase = await readPassphrase(session, options);
  const api = await session.api();
  const made = await api.lock.backup(passphrase === undefined ? {} : { passphrase });
  const bytes = Buffer.from(made.file, 'base64');
  const { replaceFile } = await import('../lock/write-lock.ts');
  await replaceFile(file, bytes, 0o600);
  const { content } = made;
  await session.show({ file, bytes: bytes.length, ...content }, () => {
    const what = `${style.name(name)} is written: ${presentContent(content)}.\n`;
    if (content.encrypted) return what;
    return `${what}${style.warn('!')} No secret is in it, and it is not encrypted: give a passphrase with ${variable} or --key-file to keep them too.\n`;
  });
}

async function restore(session: Session, name: string, options: RestoreOptions): Promise<void> {
  const { terminal } = session;
  const passphrase = await readPassphrase(session, options);
  const file = await readBackup(path.resolve(terminal.cwd, name), name);
  const input = {
    file,
    ...(passphrase !== undefined && { passphrase }),
    ...(await readManner(session, {}, options)),
  };
  const api = await session.api();
  const { content, plan } = await api.lock.readBackup(input);
  session.note(
    `A backup of Plugboard ${plainText(content.version)} with ${presentContent(content)}.\n`,
  );
  // Also when nothing changes: a restore that stopped may have the history left to do.
  await confirmAndApply(session, plan, options.yes === true, () => api.lock.restore(input), {
    always: true,
  });
}

function presentContent(content: BackupContent): string {
  const { secrets, sourceTokens, instanceRevisions, layerRevisions } = content;
  const history = `${instanceRevisions} revisions of instances and ${layerRevisions} of layers`;
  return content.encrypted
    ? `${secrets} secrets, ${sourceTokens} tokens of sources, ${history}, encrypted`
    : `${history}, without secrets`;
}

async function readPassphrase(
  { terminal }: Session,
  { keyFile }: KeyOptions,
): Promise<string | undefined> {
  const given = terminal.env[variable];
  if (keyFile === undefined) return given === '' ? undefined : given;
  try {
    return (await readFile(path.resolve(terminal.cwd, keyFile), 'utf8')).replace(/\r?\n$/, '');
  } catch (error) {
    throw new CliError('usage', `The key file ${keyFile} cannot be read.`, { cause: error });
  }
}

async function readBackup(file: string, name: string): Promise<string> {
  try {
    if ((await stat(file)).size > maxBackupBytes) {
      throw new CliError('failed', `${name} is larger than the 100 MB that a backup may have.`);
    }
    return (await readFile(file)).toString('base64');
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError('usage', `${name} cannot be read.`, { cause: error });
  }
}

async function isThere(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
