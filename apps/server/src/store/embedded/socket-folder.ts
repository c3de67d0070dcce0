import { createHash } from 'node:crypto';
import { chmod, chown, lstat, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { AppError } from '@plugboard/contracts';

import type { Confinement } from './confinement.ts';

/** The kernel allows 104 bytes on macOS and 108 on Linux. */
const longestSocketPath = 100;

/**
 * Makes the folder of the server's socket, which only its uid may enter: in the data directory, or
 * where that has too long a name, in the system's folder for temporary files.
 */
export async function makeSocketFolder(
  dataDir: string,
  owner: Confinement['owner'],
): Promise<string> {
  const preferred = path.join(dataDir, 'run');
  const folder = fits(preferred) ? preferred : path.join(temporaryRoot(), shortName(dataDir));
  const uid = owner?.uid ?? process.getuid?.();
  try {
    await mkdir(folder, { mode: 0o700 });
    if (owner) await chown(folder, owner.uid, owner.gid);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    // A folder of that name may have been put there by another user to listen in our place.
    const found = await lstat(folder);
    if (!found.isDirectory() || (found.uid !== uid && found.uid !== process.getuid?.())) {
      throw new AppError(
        'conflict',
        `${folder} belongs to another user, and Plugboard needs it for the database's socket: remove it.`,
        { cause: error },
      );
    }
    if (owner && found.uid !== owner.uid) await chown(folder, owner.uid, owner.gid);
    await chmod(folder, 0o700);
  }
  return folder;
}

function fits(folder: string): boolean {
  return Buffer.byteLength(path.join(folder, '.s.PGSQL.5432.lock')) < longestSocketPath;
}

function temporaryRoot(): string {
  return fits(path.join(tmpdir(), shortName(''))) ? tmpdir() : '/tmp';
}

function shortName(dataDir: string): string {
  const hash = createHash('sha256').update(dataDir).digest('hex').slice(0, 16);
  return `plugboard-${process.getuid?.() ?? 0}-${hash}`;
}
