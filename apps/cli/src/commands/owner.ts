import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';

import type { Command } from 'commander';

import { dataDirOf } from '../api/server-address.ts';
import { CliError } from '../cli-error.ts';
import type { Session } from '../session.ts';

const minutes = 15;

const about = `
Whoever may write to the data directory may become an owner: that is the host's operator. The server
may run or not; the link works once it does, for ${minutes} minutes, and once. A link made before opens
nothing any more. Setting it up takes second factor and passkeys away, and is on record.

Examples:
  plugboard owner link
  plugboard owner link --email ann@example.com --data-dir /var/lib/plugboard`;

/** Recovery on the host: it needs the data directory and no API key. */
export function addOwnerCommands(program: Command, session: Session): void {
  const owner = program.command('owner').description('the way in for owners, on this host');

  owner
    .command('link')
    .description('make a link with which an owner sets e-mail address and password')
    .option('--email <email>', 'which owner; else the first one of the first organization')
    .addHelpText('after', about)
    .action(async ({ email }: { email?: string }) => {
      const dataDir = dataDirOf(session.address, session.terminal);
      const token = randomBytes(32).toString('base64url');
      const expiresAt = new Date(Date.now() + minutes * 60_000).toISOString();
      await writeLink(dataDir, {
        hash: createHash('sha256').update(token).digest('hex'),
        expiresAt,
        ...(email !== undefined && { email }),
      });
      const base = session.address.url?.replace(/\/+$/, '') ?? (await runningAt(dataDir));
      const link = `${base ?? 'http://127.0.0.1:4477'}/owner-link/${token}`;
      await session.show({ link, expiresAt, running: base !== undefined }, () =>
        [
          link,
          `Open it within ${minutes} minutes; it works once.`,
          ...(base === undefined
            ? ['No server is running on this data directory: start it first, and mind its address.']
            : []),
          '',
        ].join('\n'),
      );
    });
}

async function writeLink(dataDir: string, content: object): Promise<void> {
  const file = path.join(dataDir, 'owner-link.json');
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

async function runningAt(dataDir: string): Promise<string | undefined> {
  try {
    const run: unknown = JSON.parse(await readFile(path.join(dataDir, 'run.json'), 'utf8'));
    const url = typeof run === 'object' && run !== null && 'url' in run ? run.url : undefined;
    return typeof url === 'string' ? url : undefined;
  } catch {
    return undefined;
  }
}
