import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits until no other process has the lock file, and takes it until disposed of. That of a process
 * which is gone counts for nothing. Two may get it at once when one was left behind: it saves work,
 * and nothing depends on it.
 */
export async function takeBuildLock(file: string, signal: AbortSignal): Promise<AsyncDisposable> {
  await mkdir(dirname(file), { recursive: true });
  for (;;) {
    signal.throwIfAborted();
    try {
      await using lock = await open(file, 'wx');
      await lock.writeFile(String(process.pid));
      return { [Symbol.asyncDispose]: () => rm(file, { force: true }) };
    } catch (error) {
      if (!isThere(error)) throw error;
    }
    const owner = Number(await readFile(file, 'utf8').catch(() => ''));
    // Empty for the moment in which it is made.
    if (owner > 0 && !isRunning(owner)) await rm(file, { force: true });
    await sleep(100, undefined, { signal });
  }
}

function isThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
