import { rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import type { ApiClient, Sync } from '@plugboard/contracts/api';

import { startPlugboard } from '../../test/harness/plugboard.ts';
import { allProcesses } from '../../test/harness/processes.ts';
import { makeScratch } from '../../test/harness/scratch.ts';
import { buildEntry, generateEntries } from '../../test/mcp-registry/entries.ts';
import { startMcpRegistry } from '../../test/mcp-registry/registry.ts';
import { startRegistry } from '../../test/registry/registry.ts';

/** What one sync came to. */
interface SyncReport {
  readonly seconds: number;
  /** The most memory that Plugboard's own process and the one that reads held meanwhile. */
  readonly rssMb: number;
  readonly counts: Sync['counts'];
}

const count = Number(process.argv[2] ?? 20_000);

/** Syncs a registry of many entries into a real Plugboard: at first, with 100 changes, with nothing new. */
async function main(): Promise<void> {
  const entries = generateEntries(count);
  await using registry = await startMcpRegistry(entries);
  const scratch = await makeScratch('bench-sync');
  try {
    // Without starter servers, whose installation would be measured too.
    await using packages = await startRegistry();
    packages.passesOn = false;
    await using plugboard = await startPlugboard({ dataDir: scratch.path, registry: packages.url });
    const { api, pid } = plugboard;
    await sleep(5000);
    console.log(`idle: ${rssMb(pid)} MB`);
    await api.sources.add({
      slug: 'bench',
      kind: 'registry',
      location: registry.url,
      allowPrivateNetwork: true,
      everyMs: null,
    });
    print('first', await timeSync(api, pid));
    print('nothing new', await timeSync(api, pid));
    const now = new Date().toISOString();
    registry.put(
      ...Array.from({ length: 100 }, (_, index) =>
        buildEntry(`io.github.fresh-${index}/server-${index}`, {
          version: '3.0.0',
          updatedAt: now,
        }),
      ),
    );
    print('100 changes', await timeSync(api, pid));
    print('all again, unchanged', await timeSync(api, pid, true));
  } finally {
    await rm(scratch.path, { recursive: true, force: true });
  }
}

async function timeSync(api: ApiClient, pid: number, full = false): Promise<SyncReport> {
  const began = performance.now();
  const { id } = await api.sources.sync({ source: 'bench', full });
  let most = 0;
  for (;;) {
    const sync = await api.sources.syncs.get({ source: 'bench', sync: id });
    most = Math.max(most, rssMb(pid));
    if (sync.state !== 'queued' && sync.state !== 'running') {
      if (sync.state !== 'succeeded') throw new Error(`the sync ${sync.state}: ${sync.error}`);
      const ms = Date.parse(sync.endedAt ?? '') - Date.parse(sync.queuedAt);
      return { seconds: ms / 1000, rssMb: most, counts: sync.counts };
    }
    await sleep(Math.min(500, 20 + (performance.now() - began) / 10));
  }
}

function print(what: string, { seconds, rssMb, counts }: SyncReport): void {
  const { read, added, changed, removed, unchanged, refused } = counts;
  console.log(
    `${what}: ${seconds.toFixed(2)} s, at most ${rssMb} MB; read ${read}, added ${added}, ` +
      `changed ${changed}, removed ${removed}, unchanged ${unchanged}, refused ${refused}`,
  );
}

/** Of a process and those of its children that are a sync's. */
function rssMb(pid: number): number {
  const worker = allProcesses().filter(
    ({ parent, command }) => parent === pid && command.includes('sync-worker'),
  );
  return [pid, ...worker.map((each) => each.pid)].reduce((sum, each) => sum + ownRssMb(each), 0);
}

function ownRssMb(pid: number): number {
  try {
    const [, kb = 0] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Math.round(Number(kb) / 1024);
  } catch {
    return 0; // It has just ended.
  }
}

await main();
