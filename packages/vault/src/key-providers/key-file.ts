import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { link, mkdir, open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';

import { AppError } from '@plugboard/contracts';

import { keyBytes, parseKeyText } from '../key-text.ts';

/**
 * The key in a file; undefined when there is no file. Throws `AppError('forbidden')` for a file that
 * others may read, and refuses links and what is no key.
 */
export async function readKeyFile(path: string): Promise<KeyObject | undefined> {
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
  if (bytes) return toKey(bytes);
  throw new AppError(
    'invalid_input',
    `${path} does not hold a key of 32 bytes in base64. Restore it from your backup: what was sealed with it cannot be opened with another.`,
  );
}

/**
 * Writes a new file, whole before it has its name, so that nobody ever reads half a key. Resolves with
 * false when there is one of the name already, which stays as it is.
 */
export async function writeKeyFile(path: string, key: KeyObject): Promise<boolean> {
  const folder = dirname(path);
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(`${key.export().toString('base64')}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    try {
      await link(draft, path);
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw error;
      return false;
    } finally {
      await unlink(draft);
    }
    await syncDirectory(folder);
    return true;
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** Puts one key file in place of another, at once and for good; nothing when somebody just did. */
export async function replaceKeyFile(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
    await syncDirectory(dirname(to));
  } catch (error) {
    if (isCode(error, 'ENOENT')) return;
    throw unwritable(to, error);
  }
}

/** A random key. */
export function randomKey(): KeyObject {
  return toKey(randomBytes(keyBytes));
}

function toKey(bytes: Buffer): KeyObject {
  const key = createSecretKey(bytes);
  bytes.fill(0);
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

function unwritable(path: string, error: unknown): AppError {
  return new AppError(
    isCode(error, 'ENOSPC') ? 'storage_full' : 'unavailable',
    `The master key could not be written to ${path} (${codeOf(error)}). Make the folder writable, or keep the key elsewhere: see docs/vault.md.`,
    { cause: error },
  );
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
