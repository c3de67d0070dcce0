import { chmod, chown, mkdir, open, readdir, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';

import { AppError } from '@plugboard/contracts';

/** A file in memory, by where its reader finds it. */
export interface MemoryFile {
  readonly path: string;
  readonly bytes: Buffer;
}

/** Where a system keeps files in memory that every user may use. */
const places = ['/dev/shm', '/run/shm'];
const tmpfsMagic = 0x01021994;
const prefix = 'plugboard-secrets-';

/** A folder in memory for the secrets of one server that runs without a sandbox. */
export interface MemoryFolder {
  readonly path: string;
  /** Writes the files for their reader alone. */
  write(files: readonly MemoryFile[]): Promise<void>;
  remove(): Promise<void>;
}

/**
 * Makes the folder for the user `uid`, or our own. `owner` names the data directory and this start.
 * Rejects with `AppError('unavailable')` where no file system in memory is to be had: a secret is
 * never written to a disk.
 */
export async function makeMemoryFolder(
  owner: string,
  uid: number | undefined,
): Promise<MemoryFolder> {
  const place = await memoryPlace();
  if (place === undefined) {
    throw new AppError(
      'unavailable',
      'This server wants a secret as a file or a descriptor, and there is no file system in memory (tmpfs at /dev/shm) to put it in. Mount one, install bubblewrap, or give the secret as a variable.',
    );
  }
  const path = join(place, `${prefix}${owner}`);
  await mkdir(path, { mode: 0o700 });
  return {
    path,
    async write(files) {
      for (const { path: file, bytes } of files) {
        // Nobody else may have put anything there: the folder is ours until it is given away.
        await using handle = await open(file, 'wx', 0o400);
        await handle.writeFile(bytes);
        if (uid !== undefined) await handle.chown(uid, uid);
      }
      if (uid !== undefined) await chown(path, uid, uid);
      await chmod(path, 0o700);
    },
    remove: () => rm(path, { recursive: true, force: true }),
  };
}

/** Removes what servers of a data directory, known by its identity, left in memory. */
export async function removeMemoryFolders(identity: string): Promise<void> {
  for (const place of places) {
    const names = await readdir(place).catch(() => []);
    const left = names.filter((name) => name.startsWith(`${prefix}${identity}.`));
    await Promise.all(
      // What is another user's stays; its name alone tells nothing.
      left.map((name) => rm(join(place, name), { recursive: true, force: true }).catch(() => {})),
    );
  }
}

async function memoryPlace(): Promise<string | undefined> {
  for (const place of places) {
    const system = await statfs(place).catch(() => undefined);
    if (system?.type === tmpfsMagic) return place;
  }
  return undefined;
}
