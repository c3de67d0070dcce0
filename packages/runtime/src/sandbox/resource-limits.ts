import { readFile } from 'node:fs/promises';

import type { ResourceLimits } from '../instance.ts';

/** What is left of the limits where there is no `prlimit`: no memory of a server lands in a core file. */
export const withoutCoreFiles = ['/bin/sh', '-c', 'ulimit -c 0 && exec "$@"', 'sh'];

/** Which limits control groups cannot set here, so that the process's own must. */
export interface MissingGroups {
  readonly memory: boolean;
  readonly pids: boolean;
}

/**
 * RLIMIT_DATA counts what is reserved, not what is used, and Node 24 reserves about 560 MB before it
 * runs a line (measured: 512 MB is too little to start, 640 MB is enough).
 */
const reservedBytes = 640 * 2 ** 20;
const maxOpenFiles = 16_384;
/** No file of a server grows past this, in bytes: 4 GiB. */
const maxFileBytes = 4 * 2 ** 30;

/**
 * Makes the `prlimit` commands that carry a server's limits across to the command after them. Memory
 * is limited by RLIMIT_DATA for each process alone, because RLIMIT_AS breaks Node's `fetch`.
 */
export async function prlimitCommands(
  prlimitPath: string,
  missing: MissingGroups,
): Promise<(limits: ResourceLimits) => string[]> {
  const hard = await hardLimits();
  const atMost = (name: string, value: number): string => {
    const limit = Math.min(value, hard.get(name) ?? Infinity);
    return `${limit}:${limit}`;
  };
  return (limits) => [
    prlimitPath,
    '--core=0:0',
    `--nofile=${atMost('Max open files', maxOpenFiles)}`,
    `--fsize=${atMost('Max file size', maxFileBytes)}`,
    ...(missing.memory ? [`--data=${atMost('Max data size', dataBytes(limits))}`] : []),
    ...(missing.pids ? [`--nproc=${atMost('Max processes', limits.pids)}`] : []),
    '--',
  ];
}

function dataBytes({ memoryMb }: ResourceLimits): number {
  return reservedBytes + memoryMb * 2 ** 20;
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
