import { readFile } from 'node:fs/promises';
import path from 'node:path';

import type { Command } from 'commander';

import { dataDirOf } from '../api/server-address.ts';
import { makeOwnerLink, ownerLinkMinutes } from '../owner-link.ts';
import type { Session } from '../session.ts';

const about = `
Whoever may write to the data directory may become an owner: that is the host's operator. The server
may run or not; the link works once it does, for ${ownerLinkMinutes} minutes, and once. A link made before opens
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
      const made = await makeOwnerLink({ dataDir, email });
      const { expiresAt } = made;
      const base = session.address.url?.replace(/\/+$/, '') ?? (await runningAt(dataDir));
      const link = `${base ?? 'http://127.0.0.1:4477'}${made.path}`;
      await session.show({ link, expiresAt, running: base !== undefined }, () =>
        [
          link,
          `Open it within ${ownerLinkMinutes} minutes; it works once.`,
          ...(base === undefined
            ? ['No server is running on this data directory: start it first, and mind its address.']
            : []),
          '',
        ].join('\n'),
      );
    });
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
