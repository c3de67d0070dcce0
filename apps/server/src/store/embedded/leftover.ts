import { readFile, readlink, realpath, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { AppError } from '@plugboard/contracts';

/**
 * Clears away what an earlier server left on a cluster that is ours alone: waits for one that is
 * shutting down, ends one that is not, and drops the pid file of one that is dead but not yet
 * reaped, which PostgreSQL itself would take for alive.
 */
export async function clearLeftover(cluster: string): Promise<void> {
  const pidFile = path.join(cluster, 'postmaster.pid');
  const pid = await readServerPid(cluster);
  if (pid === undefined) return;
  if (process.platform !== 'linux') return;
  if (await isServerOf(cluster, pid)) {
    // Its parent died, so most likely it is already on its way out.
    await endWithin(cluster, pid, [
      { signal: 'SIGINT', waitMs: 8000 },
      { signal: 'SIGQUIT', waitMs: 6000 },
      { signal: 'SIGKILL', waitMs: 2000 },
    ]);
  }
  await rm(pidFile, { force: true });
}

/** The first line of the server's pid file. */
export async function readServerPid(cluster: string): Promise<number | undefined> {
  const text = await readFile(path.join(cluster, 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number.parseInt(text, 10);
  return Number.isSafeInteger(pid) && pid > 1 ? pid : undefined;
}

/** Whether the server says in its pid file that it takes connections. */
export async function isReady(cluster: string): Promise<boolean> {
  const text = await readFile(path.join(cluster, 'postmaster.pid'), 'utf8').catch(() => '');
  return text.split('\n')[7]?.trim() === 'ready';
}

async function endWithin(
  cluster: string,
  pid: number,
  steps: readonly { signal: NodeJS.Signals; waitMs: number }[],
): Promise<void> {
  for (const { signal, waitMs } of steps) {
    if (!(await isServerOf(cluster, pid))) return;
    try {
      process.kill(pid, signal);
    } catch {
      return;
    }
    const until = performance.now() + waitMs;
    while (performance.now() < until) {
      if (!(await isServerOf(cluster, pid))) return;
      await delay(15);
    }
  }
  throw new AppError(
    'unavailable',
    `An earlier database server (process ${pid}) still runs on ${cluster} and does not end: end it, then start again.`,
  );
}

/** A server works in its data directory, so a pid that was given to another program is told apart. */
async function isServerOf(cluster: string, pid: number): Promise<boolean> {
  try {
    return (await readlink(`/proc/${pid}/cwd`)) === (await realpath(cluster));
  } catch {
    // Gone, or a zombie: it has no working directory any more.
    return false;
  }
}
