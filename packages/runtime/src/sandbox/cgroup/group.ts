import { writeFileSync } from 'node:fs';
import { mkdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import type { ResourceLimits } from '../../instance.ts';
import type { Controller, Nursery } from './nursery.ts';

/** The control groups of one running server: the same name in each tree. */
export interface Group {
  /** Puts a process and its future children under the limits. */
  add(pid: number): void;
  /** Bytes in use that are not file cache; undefined without a memory controller. */
  memory(): Promise<number | undefined>;
  /** Whether the kernel ended a process of it for memory. */
  outOfMemory(): Promise<boolean>;
  /** Ids of the processes in it. */
  processes(): Promise<number[]>;
  /** Ends all its processes, whatever they do, and removes it. */
  remove(): Promise<void>;
}

const cpuPeriodMicroseconds = 100_000;
/** About 20 s: a process that hangs in the kernel outlives even SIGKILL. */
const maxKillRounds = 400;

/** Makes and limits a server's groups, or returns undefined where there are no control groups. */
export async function createGroup(
  nursery: Nursery,
  name: string,
  limits: ResourceLimits,
): Promise<Group | undefined> {
  if (nursery.folders.length === 0) return undefined;
  const groups = nursery.folders.map(({ version, folder }) => ({
    version,
    folder: join(folder, name),
  }));
  const where = (controller: Controller) => {
    const limit = nursery.limits[controller];
    return limit && { version: limit.version, folder: join(limit.folder, name) };
  };
  const memory = where('memory');
  try {
    await Promise.all(groups.map(({ folder }) => mkdir(folder, { recursive: true })));
    await limitMemory(memory, limits.memoryMb);
    await limitPids(where('pids'), limits.pids);
    await limitCpu(where('cpu'), limits.cpus);
  } catch (error) {
    await removeFolders(groups.map(({ folder }) => folder));
    throw error;
  }
  return {
    add: (pid) => {
      for (const { folder } of groups) writeFileSync(join(folder, 'cgroup.procs'), String(pid));
    },
    memory: () => memoryInUse(memory),
    outOfMemory: () => hasRunOut(memory),
    processes: () => processesOf(groups.map(({ folder }) => folder)),
    remove: () => endGroups(groups),
  };
}

interface Place {
  readonly version: 1 | 2;
  readonly folder: string;
}

async function limitMemory(place: Place | undefined, megabytes: number): Promise<void> {
  if (place === undefined) return;
  const bytes = String(megabytes * 2 ** 20);
  if (place.version === 2) {
    await writeFile(join(place.folder, 'memory.max'), bytes);
    // Absent on kernels without swap accounting, where nothing is there to be limited.
    await writeFile(join(place.folder, 'memory.swap.max'), '0').catch(() => undefined);
    return;
  }
  await writeFile(join(place.folder, 'memory.limit_in_bytes'), bytes);
  await writeFile(join(place.folder, 'memory.memsw.limit_in_bytes'), bytes).catch(() => undefined);
}

async function limitPids(place: Place | undefined, pids: number): Promise<void> {
  if (place !== undefined) await writeFile(join(place.folder, 'pids.max'), String(pids));
}

async function limitCpu(place: Place | undefined, cpus: number): Promise<void> {
  if (place === undefined) return;
  const quota = Math.max(1_000, Math.round(cpus * cpuPeriodMicroseconds));
  if (place.version === 2) {
    await writeFile(join(place.folder, 'cpu.max'), `${quota} ${cpuPeriodMicroseconds}`);
    return;
  }
  await writeFile(join(place.folder, 'cpu.cfs_period_us'), String(cpuPeriodMicroseconds));
  await writeFile(join(place.folder, 'cpu.cfs_quota_us'), String(quota));
}

async function memoryInUse(place: Place | undefined): Promise<number | undefined> {
  if (place === undefined) return undefined;
  const stat = await readCounters(join(place.folder, 'memory.stat'));
  return place.version === 2
    ? (stat.get('anon') ?? 0) + (stat.get('shmem') ?? 0)
    : (stat.get('total_rss') ?? 0) + (stat.get('total_shmem') ?? 0);
}

async function hasRunOut(place: Place | undefined): Promise<boolean> {
  if (place === undefined) return false;
  const file = place.version === 2 ? 'memory.events' : 'memory.oom_control';
  return ((await readCounters(join(place.folder, file))).get('oom_kill') ?? 0) > 0;
}

/** Lines of `name number`. */
async function readCounters(file: string): Promise<Map<string, number>> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return new Map(
    text
      .split('\n')
      .map((line) => line.split(' '))
      .map(([name = '', value = '']) => [name, Number(value)]),
  );
}

async function processesOf(folders: readonly string[]): Promise<number[]> {
  const lists = await Promise.all(
    folders.map((folder) => readFile(join(folder, 'cgroup.procs'), 'utf8').catch(() => '')),
  );
  return [...new Set(lists.flatMap((list) => list.split('\n').filter(Boolean).map(Number)))];
}

/** Ends every process of these groups, which must be one server's, and removes them. */
export async function endGroups(groups: readonly Place[]): Promise<void> {
  const folders = groups.map(({ folder }) => folder);
  for (let round = 0; round < maxKillRounds; round += 1) {
    if ((await processesOf(folders)).length === 0) break;
    await Promise.all(groups.map(killGroup));
    await delay(Math.min(1 + round, 50));
  }
  await removeFolders(folders);
}

async function killGroup({ version, folder }: Place): Promise<void> {
  if (version === 2) {
    const whole = await writeFile(join(folder, 'cgroup.kill'), '1').then(
      () => true,
      () => false,
    );
    if (whole) return;
  }
  // Nothing can fork past a limit of none, so the list read next is the last.
  await writeFile(join(folder, 'pids.max'), '0').catch(() => undefined);
  for (const pid of await processesOf([folder])) kill(pid);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}

/** The kernel lets go of a group a moment after its last process. */
async function removeFolders(folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    for (let attempt = 0; attempt < 50; attempt += 1) {
      const removed = await rmdir(folder).then(
        () => true,
        (error: unknown) => error instanceof Error && 'code' in error && error.code === 'ENOENT',
      );
      if (removed) break;
      await delay(2 * (attempt + 1));
    }
  }
}
