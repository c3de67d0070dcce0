import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where the sandbox keeps what it must remember, below a data directory. */
export function sandboxFolder(dataDir: string): string {
  return join(dataDir, 'sandbox');
}

/**
 * The random name of a data directory, made on first use. Control groups and processes carry it, so
 * that one Plugboard never ends what belongs to another on the same machine.
 */
export async function dataDirIdentity(dataDir: string): Promise<string> {
  await mkdir(sandboxFolder(dataDir), { recursive: true, mode: 0o700 });
  return writeOnce(join(sandboxFolder(dataDir), 'identity'), () => randomBytes(8).toString('hex'));
}

/** The text of a file, which the first caller writes; concurrent first callers agree on one text. */
export async function writeOnce(path: string, text: () => string): Promise<string> {
  const existing = await readIfThere(path);
  if (existing !== undefined) return existing;
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, text(), { mode: 0o600 });
  try {
    await link(draft, path);
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error;
  } finally {
    await rm(draft, { force: true });
  }
  return readFile(path, 'utf8');
}

/** Whether a thrown value is a system error with one of these codes. */
export function isErrno(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}
