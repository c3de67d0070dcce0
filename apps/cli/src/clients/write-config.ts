import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import {
  chmod,
  copyFile,
  mkdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';

import { CliError } from '../cli-error.ts';

export interface Written {
  readonly file: string;
  readonly changed: boolean;
  /** The file as it was before; absent when there was none or nothing changed. */
  readonly backup: string | undefined;
}

/**
 * Changes a configuration file in one step, so that no reader sees half of it, following symbolic
 * links. It holds a token from then on, so it is its owner's alone. What it was lies beside it.
 */
export async function changeConfig(
  file: string,
  change: (text: string) => string,
): Promise<Written> {
  const target = await resolveLinks(file);
  const before = await readIfThere(target);
  let after: string;
  try {
    after = change(before ?? '');
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    throw new CliError('failed', `${file} is left as it is: ${error.message}.`, {
      cause: error,
      cure: 'mend it, or print the configuration without --write and put it in yourself',
    });
  }
  if (after === before) return { file, changed: false, backup: undefined };
  await mkdir(path.dirname(target), { recursive: true });
  const backup = before === undefined ? undefined : await makeBackup(target);
  await replace(target, after, before === undefined ? 0o600 : (await stat(target)).mode & 0o700);
  return { file, changed: true, backup };
}

async function resolveLinks(file: string): Promise<string> {
  try {
    return await realpath(file);
  } catch (error) {
    if (isMissing(error)) return file;
    throw error;
  }
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

async function makeBackup(target: string): Promise<string> {
  const moment = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const backup = `${target}.${moment}-${randomBytes(2).toString('hex')}.backup`;
  await copyFile(target, backup, constants.COPYFILE_EXCL);
  return backup;
}

async function replace(target: string, text: string, mode: number): Promise<void> {
  const draft = `${target}.${randomBytes(6).toString('hex')}.new`;
  try {
    await writeFile(draft, text, { flag: 'wx', mode: 0o600 });
    await chmod(draft, mode);
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
