import { copyFile, link, mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { AppError } from '@plugboard/contracts';

/** Whether a user without rights may go to a path: each folder on the way is theirs or open to all. */
export async function isReachable(path: string, uid: number): Promise<boolean> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const { mode, uid: owner } = await stat(folder);
    if (owner !== uid && (mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

/** Rejects with `unavailable` when a server with a user of its own cannot get at a path. */
export async function requireReachable(path: string, uid: number): Promise<void> {
  if (await isReachable(path, uid)) return;
  throw new AppError(
    'unavailable',
    `Without bubblewrap a server runs as user ${uid}, who cannot get to ${path}. Install bubblewrap, or choose a data directory below folders that everyone may enter (chmod o+x), or run Plugboard as an ordinary user.`,
  );
}

/** A Node that such a user can execute: this one, or a copy of it in the data directory. */
export async function reachableNode(
  nodePath: string,
  dataDir: string,
  uid: number,
): Promise<string> {
  if (await isReachable(nodePath, uid)) return nodePath;
  const copy = join(dataDir, 'bin', 'node');
  const [wanted, present] = await Promise.all([stat(nodePath), stat(copy).catch(() => undefined)]);
  if (present?.size === wanted.size && present.mtimeMs >= wanted.mtimeMs) return copy;
  await mkdir(dirname(copy), { recursive: true, mode: 0o755 });
  const draft = `${copy}.${process.pid}`;
  try {
    // A link costs nothing; across file systems it is not possible.
    await link(nodePath, draft).catch(() => copyFile(nodePath, draft));
    await rename(draft, copy);
  } finally {
    await rm(draft, { force: true });
  }
  return copy;
}
