import { readFile } from 'node:fs/promises';

import type { ResourceLimits } from '../instance.ts';

/** Which limits control groups cannot set here, so that the process's own must. */
export interface MissingGroups {
  readonly memory: boolean;
  readonly pids: boolean;
}

const maxOpenFiles = 16_384;
/** No file of a server grows past this, in bytes: 4 GiB. */
const maxFileBytes = 4 * 2 ** 30;

/**
 * The `prlimit` command that carries a server's limits across to the command after it. Memory is
 * limited by RLIMIT_DATA for each process alone, because RLIMIT_AS breaks Node's `fetch`.
 */
export async function prlimitCommand(
  prlimitPath: string,
  limits: ResourceLimits,
  missing: MissingGroups,
): Promise<string[]> {
  const hard = await hardLimits();
  const atMost = (name: string, value: number): string => {
    const limit = Math.min(value, hard.get(name) ?? Infinity);
    return `${limit}:${limit}`;
  };
  return [
    prlimitPath,
    '--core=0:0',
    `--nofile=${atMost('Max open files', maxOpenFiles)}`,
    `--fsize=${atMost('Max file size', maxFileBytes)}`,
    ...(missing.memory ? [`--data=${atMost('Max data size', limits.memoryMb * 2 ** 20)}`] : []),
    ...(missing.pids ? [`--nproc=${atMost('Max processes', limits.pids)}`] : []),
    '--',
  ];
}

/** This process's hard limits by their names in `/proc/self/limits`; unlimited ones are absent. */
async function hardLimits(): Promise<Map<string, number>> {
  const text = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  return new Map(
    text.split('\n').flatMap((line) => {
      const [, name, , hard] = /^(Max [a-z ]+?)\s{2,}(\S+)\s+(\S+)/.exec(line) ?? [];
      return name === undefined || Number.isNaN(Number(hard)) ? [] : [[name, Number(hard)]];
    }),
  );
}
