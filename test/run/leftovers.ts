import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Leftover {
  readonly pid: number;
  readonly command: string;
}

/** How long the last children may take to go once their tests have ended. */
const patienceMs = 20_000;

/**
 * Finds processes that tests started and did not stop: those that name the run's folder in their
 * environment, command line, working directory or mounts (a sandbox clears the first three). Waits
 * a little for those that are on their way out. Linux only; elsewhere nothing is found.
 */
export async function findLeftovers(folder: string): Promise<readonly Leftover[]> {
  if (process.platform !== 'linux') return [];
  for (const end = Date.now() + patienceMs; ; await sleep(100)) {
    const found = scan(folder);
    if (found.length === 0 || Date.now() > end) return found;
  }
}

function scan(folder: string): readonly Leftover[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => traces(pid).some((trace) => trace.includes(folder)))
    .map((pid) => ({ pid: Number(pid), command: describe(pid) }));
}

function traces(pid: string): readonly string[] {
  const found = [
    read(pid, 'environ'),
    read(pid, 'cmdline'),
    attempt(() => readlinkSync(`/proc/${pid}/cwd`)),
  ];
  // In our own mount namespace everybody has the same mounts.
  if (mountsOf(pid) !== mountsOf('self')) found.push(read(pid, 'mountinfo'));
  return found;
}

function mountsOf(pid: string): string {
  return attempt(() => readlinkSync(`/proc/${pid}/ns/mnt`));
}

function describe(pid: string): string {
  const command = read(pid, 'cmdline').replaceAll('\0', ' ').trim();
  return command === '' ? `[${read(pid, 'comm').trim()}]` : command.slice(0, 300);
}

function read(pid: string, name: string): string {
  return attempt(() => readFileSync(`/proc/${pid}/${name}`, 'latin1'));
}

/** A process may end while it is looked at, and another user's may not be looked at. */
function attempt(look: () => string): string {
  try {
    return look();
  } catch {
    return '';
  }
}
