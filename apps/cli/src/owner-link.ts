import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';

import { CliError } from './cli-error.ts';

/** How long a link opens anything. */
export const ownerLinkMinutes = 15;

export interface OwnerLinkOptions {
  readonly dataDir: string;
  /** Which owner; the first one of the first organization when absent. */
  readonly email?: string | undefined;
  /** Made by a start and not by a person: the next start may take it back. */
  readonly byStart?: boolean;
}

export interface OwnerLink {
  /** Its path at the server, from a slash on. */
  readonly path: string;
  readonly expiresAt: string;
}

/**
 * Makes the link with which an owner sets up how to sign in: the data directory gets its hash, so the
 * server may run or not. A link made before opens nothing any more. Rejects with `CliError`.
 */
export async function makeOwnerLink({
  dataDir,
  email,
  byStart = false,
}: OwnerLinkOptions): Promise<OwnerLink> {
  const token = randomBytes(32).toString('base64url');
  const expiresAt = new Date(Date.now() + ownerLinkMinutes * 60_000).toISOString();
  await writeLink(dataDir, {
    hash: createHash('sha256').update(token).digest('hex'),
    expiresAt,
    ...(email !== undefined && { email }),
    ...(byStart && { byStart }),
  });
  return { path: `/owner-link/${token}`, expiresAt };
}

/** Whether there is a link that a person made and that still opens something. */
export async function hasOwnerLink(dataDir: string): Promise<boolean> {
  try {
    const content: unknown = JSON.parse(await readFile(linkFile(dataDir), 'utf8'));
    if (typeof content !== 'object' || content === null || !('expiresAt' in content)) return false;
    const isOver = !(Date.parse(String(content.expiresAt)) > Date.now());
    return !isOver && !('byStart' in content);
  } catch {
    return false;
  }
}

function linkFile(dataDir: string): string {
  return path.join(dataDir, 'owner-link.json');
}

async function writeLink(dataDir: string, content: object): Promise<void> {
  const file = linkFile(dataDir);
  const draft = `${file}.${process.pid}`;
  try {
    const { uid } = await stat(dataDir);
    await rm(draft, { force: true });
    const handle = await open(
      draft,
      constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
      0o600,
    );
    try {
      await handle.writeFile(JSON.stringify(content));
      // Made by root for a server that runs as another user: that one reads and removes it.
      if (process.getuid?.() === 0) await handle.chown(uid, -1);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  } catch (error) {
    throw new CliError('refused', `${file} cannot be written.`, {
      cause: error,
      cure: 'run as the user who runs Plugboard, and name its data directory with --data-dir',
    });
  }
}
