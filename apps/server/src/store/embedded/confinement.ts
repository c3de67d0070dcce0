import { execFile } from 'node:child_process';
import { access, chmod, constants, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import { AppError } from '@plugboard/contracts';

const run = promisify(execFile);

/** PostgreSQL refuses to run as root; as root it runs under this uid, which owns nothing else of ours. */
const unprivileged = { uid: 65_534, gid: 65_534 } as const;

/** How the programs of the engine are run so that they hold no privilege and never outlive us. */
export interface Confinement {
  /** Who owns the data directory; undefined when that is ourselves. */
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
  /** Put before the command of a program that ends by itself. */
  readonly short: readonly string[];
  /** Put before the command of one that stays. With a guard, its stdin must be a pipe that we hold. */
  readonly lasting: readonly string[];
  /** Whether the pid that we spawn is the server's own; a guard has one of its own. */
  readonly guarded: boolean;
}

/**
 * Ends the server when our end of the pipe at its stdin closes, which it does however we die. For
 * systems that have no parent-death signal.
 */
const guardScript = `exec 3<&0
"$@" 3<&- </dev/null & server=$!
(exec >/dev/null 2>&1; cat <&3; kill -INT "$server") & guard=$!
exec 3<&-
wait "$server"; status=$?
kill "$guard" 2>/dev/null
exit "$status"`;

/**
 * Chooses by what the system has: who we are, whether another user could enter the folders at
 * `paths`, and which programs `find` finds.
 */
export async function chooseConfinement(
  paths: readonly string[],
  find: FindProgram = findProgram,
): Promise<Confinement> {
  const setpriv = await find('setpriv');
  if (process.getuid?.() !== 0) return confined(undefined, [], setpriv);

  const closed = await firstClosedFolder(paths);
  if (closed === undefined && setpriv !== undefined) {
    const { uid, gid } = unprivileged;
    const drop = [setpriv, `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--no-new-privs'];
    return confined(unprivileged, drop, setpriv);
  }
  const mapped = await mappedUser(find);
  if (mapped !== undefined) return confined(undefined, mapped, setpriv);
  throw new AppError(
    'unavailable',
    closed === undefined
      ? 'PostgreSQL does not run as root and "setpriv" is not installed: install util-linux, or run Plugboard as another user.'
      : `PostgreSQL does not run as root, and the folder ${closed} is closed to other users: ` +
          `run "chmod o+x ${closed}", choose another folder with --data-dir, or run Plugboard as another user.`,
  );
}

function confined(
  owner: Confinement['owner'],
  drop: readonly string[],
  setpriv: string | undefined,
): Confinement {
  if (process.platform === 'linux' && setpriv !== undefined) {
    // INT asks for a fast shutdown: sessions are cut, and the next start needs no recovery.
    const lasting = [...drop, ...(drop[0] === setpriv ? [] : [setpriv]), '--pdeathsig=INT', '--'];
    return { owner, short: endOptions(drop), lasting, guarded: false };
  }
  const lasting = ['/bin/sh', '-c', guardScript, 'plugboard-postgres', ...endOptions(drop)];
  return { owner, short: endOptions(drop), lasting, guarded: true };
}

function endOptions(drop: readonly string[]): readonly string[] {
  return drop.length === 0 || drop.at(-1) === '--' ? drop : [...drop, '--'];
}

/** Root by another name: the kernel sees our own uid, and PostgreSQL a number that is not 0. */
async function mappedUser(find: FindProgram): Promise<readonly string[] | undefined> {
  const unshare = await find('unshare');
  if (unshare === undefined) return undefined;
  const command = [
    unshare,
    '--user',
    `--map-user=${unprivileged.uid}`,
    `--map-group=${unprivileged.gid}`,
    '--',
  ];
  try {
    await run(unshare, [...command.slice(1), 'true']);
    return command;
  } catch {
    // User namespaces are off here.
    return undefined;
  }
}

async function firstClosedFolder(paths: readonly string[]): Promise<string | undefined> {
  for (const start of paths) {
    const folders: string[] = [];
    for (let folder = start; folder !== path.dirname(folder); folder = path.dirname(folder)) {
      folders.unshift(folder);
    }
    for (const folder of folders) {
      const { mode } = await stat(folder);
      if ((mode & 0o001) === 0) return folder;
    }
  }
  return undefined;
}

/** Lets the server's uid pass through our own folder, which it may not list. */
export async function openForPassage(directory: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { mode } = await stat(directory);
  if ((mode & 0o001) === 0) await chmod(directory, (mode & 0o777) | 0o011);
}

export type FindProgram = (name: string) => Promise<string | undefined>;

export async function findProgram(name: string): Promise<string | undefined> {
  for (const folder of ['/usr/bin', '/bin', '/usr/sbin', '/sbin', '/usr/local/bin']) {
    const file = path.join(folder, name);
    const found = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return file;
  }
  return undefined;
}
