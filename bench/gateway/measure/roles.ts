import { availableParallelism } from 'node:os';

import { type ProcessEntry, readBusyMs, readProcessTable } from './process-table.ts';

export const roles = ['gateway', 'postgres', 'upstream', 'load'] as const;

export type Role = (typeof roles)[number];

/** The processes that take part in a measurement; their children are told by what they are. */
export interface Cast {
  /** The proxy or Plugboard; undefined when the load goes straight to the upstream. */
  readonly gateway: number | undefined;
  readonly load: number;
  /** A separate upstream process; stdio upstreams are children of the gateway or the load. */
  readonly upstream: number;
}

/** CPU time by role between two moments, and the share of the machine that strangers used. */
export interface CpuUse {
  readonly ms: Readonly<Record<Role, number>>;
  readonly strangers: number;
}

/** Starts counting; the returned function tells the use so far. */
export function startCpuMeter(cast: Cast): () => CpuUse {
  const startedAt = performance.now();
  const busyBefore = readBusyMs();
  const before = readProcessTable();
  return () => {
    const elapsedMs = performance.now() - startedAt;
    const busyMs = readBusyMs() - busyBefore;
    const after = readProcessTable();
    const ms = { gateway: 0, postgres: 0, upstream: 0, load: 0 };
    for (const entry of after.values()) {
      const role = roleOf(entry, after, cast);
      if (role) ms[role] += entry.cpuMs - (before.get(entry.pid)?.cpuMs ?? 0);
    }
    const ours = ms.gateway + ms.postgres + ms.upstream + ms.load;
    return { ms, strangers: Math.max(0, (busyMs - ours) / (elapsedMs * availableParallelism())) };
  };
}

/** The processes below `root`, by role. */
export function pidsByRole(cast: Cast): Record<Role, number[]> {
  const table = readProcessTable();
  const pids: Record<Role, number[]> = { gateway: [], postgres: [], upstream: [], load: [] };
  for (const entry of table.values()) {
    const role = roleOf(entry, table, cast);
    if (role) pids[role].push(entry.pid);
  }
  return pids;
}

function roleOf(
  entry: ProcessEntry,
  table: ReadonlyMap<number, ProcessEntry>,
  cast: Cast,
): Role | undefined {
  if (entry.pid === cast.gateway) return 'gateway';
  if (entry.pid === cast.load) return 'load';
  if (entry.pid === cast.upstream) return 'upstream';
  let below: ProcessEntry | undefined = entry;
  for (; below; below = table.get(below.parent)) {
    if (below.command.startsWith('postgres'))
      return isBelow(below, table, cast) ? 'postgres' : undefined;
    if (below.parent === cast.gateway || below.parent === cast.load) return 'upstream';
  }
  return undefined;
}

function isBelow(
  entry: ProcessEntry,
  table: ReadonlyMap<number, ProcessEntry>,
  cast: Cast,
): boolean {
  let at: ProcessEntry | undefined = entry;
  while (at && at.pid !== cast.gateway) at = table.get(at.parent);
  return at !== undefined;
}
