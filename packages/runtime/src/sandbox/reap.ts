import { readdir, readFile, rmdir } from 'node:fs/promises';
import { join } from 'node:path';

import { endGroups } from './cgroup/group.ts';
import { knownNurseries, openNursery } from './cgroup/nursery.ts';
import { dataDirIdentity } from './data-dir-identity.ts';
import { removeMemoryFolders } from './memory-folder.ts';
import { allPids, isAlive, markedProcesses, ownerVariable, signalProcess } from './processes.ts';
import { openUidBlock } from './uids.ts';
import type { UidBlock } from './uids.ts';

/**
 * Ends what a Plugboard that died left running for this data directory, and removes its control
 * groups and what secrets it left in memory. Call it at start, before the first server and while holding the data directory's lock:
 * it ends the servers of a living Plugboard just the same. Resolves with the number of processes.
 */
export async function reapOrphans(dataDir: string): Promise<number> {
  const identity = await dataDirIdentity(dataDir);
  const block = await openUidBlock(dataDir);
  const inGroups = await reapGroups(dataDir, identity);
  const others = await orphans(identity, block);
  for (const pid of others) signalProcess(pid, 'SIGKILL');
  await removeMemoryFolders(identity);
  return inGroups + others.length;
}

async function reapGroups(dataDir: string, identity: string): Promise<number> {
  const current = new Set((await openNursery(dataDir, identity)).folders.map((it) => it.folder));
  const ended = new Set<string>();
  for (const { version, folder: nursery } of await knownNurseries(dataDir, identity)) {
    for (const name of await subfolders(nursery)) {
      const folder = join(nursery, name);
      const list = await readFile(join(folder, 'cgroup.procs'), 'utf8').catch(() => '');
      for (const pid of list.split('\n').filter(Boolean)) ended.add(pid);
      await endGroups([{ version, folder }]);
    }
    if (!current.has(nursery)) await rmdir(nursery).catch(() => undefined);
  }
  return ended.size;
}

async function subfolders(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/** Processes outside any control group: of an instance's own user, or marked as ours. */
async function orphans(identity: string, block: UidBlock | undefined): Promise<number[]> {
  const marked = await markedProcesses(`${ownerVariable}=${identity}.`);
  if (block === undefined) return marked;
  const found = new Set(marked);
  for (const pid of await allPids()) {
    if (isOfBlock(await userOf(pid), block) && (await isAlive(pid))) found.add(pid);
  }
  return [...found];
}

function isOfBlock(uid: number, { first, count }: UidBlock): boolean {
  return uid >= first && uid < first + count;
}

async function userOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^Uid:\s+(\d+)/m.exec(status)?.[1] ?? -1);
}
