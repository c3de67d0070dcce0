import { constants } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';

import { AppError } from '@plugboard/contracts';
import { Secret } from '@plugboard/vault';

/** Reads a key or token that only its owner may read; undefined when there is no such file. */
export async function readKeyFile(path: string): Promise<Secret | undefined> {
  let file;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new AppError('unavailable', `${path} cannot be read. Make it a file that you own.`, {
      cause: error,
    });
  }
  await using _ = file;
  const { mode } = await file.stat();
  if ((mode & 0o077) !== 0) {
    throw new AppError(
      'forbidden',
      `${path} holds a key, but other users may read or change it. Run: chmod 600 '${path}'`,
    );
  }
  const text = (await file.readFile('utf8')).trim();
  return text === '' ? undefined : new Secret(text);
}

/** Writes a key whole, readable for its owner alone, in place of what was there. */
export async function writeKeyFile(path: string, key: Secret): Promise<void> {
  const draft = `${path}.new`;
  await rm(draft, { force: true });
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(`${key.reveal()}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
}
