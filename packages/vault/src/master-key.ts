import { createSecretKey, hkdfSync, randomBytes, type KeyObject } from 'node:crypto';
import { constants } from 'node:fs';
import { link, mkdir, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';

import { AppError } from '@plugboard/contracts';

import { keyBytes, parseKeyText } from './key-text.ts';

export interface MasterKeySource {
  readonly dataDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const variable = 'PLUGBOARD_MASTER_KEY';
const makeOne = 'openssl rand -base64 32';

/**
 * The key that everything sealed depends on: `PLUGBOARD_MASTER_KEY` when set, else the file
 * `<dataDir>/master.key`, which is made on first use. Of several processes that make it at once, all
 * get the same key. A `KeyObject` does not show its bytes when logged.
 *
 * Throws `AppError('invalid_input')` for a key of the wrong form, and `AppError('forbidden')` for a
 * file that others may read; the message says what to run.
 */
export async function loadMasterKey({ dataDir, env }: MasterKeySource): Promise<KeyObject> {
  const given = env[variable];
  if (given !== undefined) return fromEnvironment(given);
  const path = join(dataDir, 'master.key');
  return (await readKeyFile(path)) ?? (await createKeyFile(dataDir, path));
}

/** A key for one purpose alone, by HKDF-SHA256 (RFC 5869) with the purpose as `info`. */
export function deriveKey(masterKey: KeyObject, purpose: string): KeyObject {
  if (purpose === '') throw new Error('A derived key needs a purpose.');
  return createSecretKey(
    Buffer.from(hkdfSync('sha256', masterKey, Buffer.alloc(0), `plugboard/${purpose}`, keyBytes)),
  );
}

function fromEnvironment(text: string): KeyObject {
  const bytes = parseKeyText(text.trim());
  if (bytes) return createSecretKey(bytes);
  throw new AppError(
    'invalid_input',
    `${variable} must be 32 bytes in base64 or 64 hexadecimal digits; it has ${text.trim().length} characters of another form. Make one with: ${makeOne}`,
  );
}

async function readKeyFile(path: string): Promise<KeyObject | undefined> {
  let file;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw unreadable(path, error);
  }
  await using _ = file;
  const stat = await file.stat();
  if (!stat.isFile()) throw new AppError('invalid_input', `${path} must be a regular file.`);
  if ((stat.mode & 0o077) !== 0) {
    throw new AppError(
      'forbidden',
      `${path} holds the master key but other users may read or change it. Run: chmod 600 '${path}'`,
    );
  }
  const bytes = parseKeyText((await file.readFile('latin1')).trim());
  if (bytes) return createSecretKey(bytes);
  throw new AppError(
    'invalid_input',
    `${path} does not hold a key of 32 bytes in base64. Restore it from your backup: what was sealed with it cannot be opened with another.`,
  );
}

/** Makes the file whole under another name first, so that nobody ever reads half a key. */
async function createKeyFile(dataDir: string, path: string): Promise<KeyObject> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(`${randomBytes(keyBytes).toString('base64')}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    try {
      await link(draft, path);
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw error;
    } finally {
      await unlink(draft);
    }
    await syncDirectory(dataDir);
  } catch (error) {
    throw new AppError(
      isCode(error, 'ENOSPC') ? 'storage_full' : 'unavailable',
      `The master key could not be written to ${path} (${codeOf(error)}). Make the folder writable, or set ${variable}.`,
      { cause: error },
    );
  }
  const key = await readKeyFile(path);
  if (!key) throw new AppError('unavailable', `${path} vanished while it was being made.`);
  return key;
}

/** A key whose name is lost in a power cut is a lost key. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, constants.O_RDONLY);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function unreadable(path: string, error: unknown): AppError {
  const reason = isCode(error, 'ELOOP') ? 'it is a symbolic link' : codeOf(error);
  return new AppError('unavailable', `The master key ${path} could not be read: ${reason}.`, {
    cause: error,
  });
}

function isCode(error: unknown, code: string): boolean {
  return codeOf(error) === code;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}
