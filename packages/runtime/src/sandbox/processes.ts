import { readdir, readFile } from 'node:fs/promises';

/** All living descendants of a process, parents first, itself not among them. */
export async function descendants(pid: number): Promise<number[]> {
  const children = Map.groupBy(await processTable(), ({ parent }) => parent);
  const found: number[] = [];
  const waiting = [pid];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const ids = (children.get(next) ?? []).map(({ pid }) => pid);
    found.push(...ids);
    waiting.push(...ids);
  }
  return found;
}

/** Resident bytes of these processes together; pages they share count for each. */
export async function residentBytes(pids: readonly number[]): Promise<number> {
  const sizes = await Promise.all(
    pids.map(async (pid) => {
      const [, pages] = (await read(`/proc/${pid}/statm`)).split(' ');
      return Number(pages ?? 0) * pageSize;
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Whether a process exists and is more than a zombie. */
export async function isAlive(pid: number): Promise<boolean> {
  const state = statFields(await read(`/proc/${pid}/stat`))[0];
  return state !== undefined && state !== 'Z' && state !== 'X';
}

/** Sends a signal; a process that has ended in the meantime is no fault. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/**
 * The variable in whose value each server's processes carry their data directory and start, so that
 * they can be told from all others where there are no control groups.
 */
export const ownerVariable = 'PLUGBOARD_OWNER';

/** Living processes whose environment at their start had a variable beginning with `mark`. */
export async function markedProcesses(mark: string): Promise<number[]> {
  const found: number[] = [];
  for (const pid of await allPids()) {
    if (pid === process.pid) continue;
    const variables = (await read(`/proc/${pid}/environ`)).split('\0');
    if (variables.some((it) => it.startsWith(mark)) && (await isAlive(pid))) found.push(pid);
  }
  return found;
}

/** Ids of all processes in `/proc`. */
export async function allPids(): Promise<number[]> {
  return (await readdir('/proc')).map(Number).filter(Number.isInteger);
}

const pageSize = 4096;

async function processTable(): Promise<{ pid: number; parent: number }[]> {
  return Promise.all(
    (await allPids()).map(async (pid) => ({
      pid,
      parent: Number(statFields(await read(`/proc/${pid}/stat`))[1] ?? -1),
    })),
  );
}

/** The fields of `/proc/<pid>/stat` from the state on; the name before them may hold anything. */
function statFields(stat: string): string[] {
  const end = stat.lastIndexOf(')');
  return end === -1 ? [] : stat.slice(end + 2).split(' ');
}

async function read(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
