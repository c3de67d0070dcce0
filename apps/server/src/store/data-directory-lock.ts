import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { AppError } from '@plugboard/contracts';

/**
 * Makes a data directory ours alone until disposed or until this process ends, however it ends.
 *
 * Node has no file locks, but SQLite takes one from the kernel, which drops it with its process: no
 * pid to check, no stale file to judge, no race between two that start at once. The file stays empty.
 *
 * Rejects with `AppError('locked')` naming the process that holds it.
 */
export async function lockDataDirectory(dataDir: string): Promise<Disposable> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const holderFile = path.join(dataDir, 'lock.pid');
  const file = path.join(dataDir, 'lock');
  await keepPrivate(file);
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    database.exec('pragma journal_mode = memory; begin exclusive');
  } catch (cause) {
    database.close();
    if (!isBusy(cause)) throw cause;
    throw await lockedBy(dataDir, holderFile, cause);
  }
  await writeFile(holderFile, `${process.pid}\n`, { mode: 0o600 });
  return { [Symbol.dispose]: () => database.close() };
}

/** Whoever may read the file may lock it, and keep Plugboard from starting. */
async function keepPrivate(file: string): Promise<void> {
  try {
    // Only made, never opened when it is there: closing it would give up a lock of this process.
    await writeFile(file, '', { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    await chmod(file, 0o600);
  }
}

async function lockedBy(dataDir: string, holderFile: string, cause: unknown): Promise<AppError> {
  const pid = Number.parseInt(await readFile(holderFile, 'utf8').catch(() => ''), 10);
  const known = Number.isSafeInteger(pid);
  return new AppError(
    'locked',
    `Another Plugboard${known ? ` (process ${pid})` : ''} is running on ${dataDir}. ` +
      `Stop it${known ? ` with "kill ${pid}"` : ''}, or choose another folder with --data-dir.`,
    { cause, details: { dataDir, ...(known && { pid }) } },
  );
}

function isBusy(error: unknown): boolean {
  // SQLITE_BUSY and its extended codes.
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === 5;
}
