import {
  access,
  appendFile,
  constants,
  mkdir,
  readFile,
  rmdir,
  stat,
  writeFile,
} from 'node:fs/promises';
import { basename, join } from 'node:path';

import { isErrno, sandboxFolder } from '../data-dir-identity.ts';
import { findHierarchies } from './hierarchies.ts';
import type { Hierarchy } from './hierarchies.ts';

const controllers = ['memory', 'pids', 'cpu'] as const;

export type Controller = (typeof controllers)[number];

/** The folders in which the groups of one data directory's instances are made. */
export interface Nursery {
  /** Where each limit is set, and in which dialect. Absent: this machine offers no such limit. */
  readonly limits: Readonly<Partial<Record<Controller, { version: 1 | 2; folder: string }>>>;
  /** All folders, each once; a v2 one can be killed whole. */
  readonly folders: readonly { readonly version: 1 | 2; readonly folder: string }[];
}

/** Makes the folders for `identity`'s groups wherever this process may, preferring v2. */
export async function openNursery(dataDir: string, identity: string): Promise<Nursery> {
  const limits: Partial<Record<Controller, { version: 1 | 2; folder: string }>> = {};
  const folders: { version: 1 | 2; folder: string }[] = [];
  const hierarchies = await findHierarchies().catch(() => []);
  for (const hierarchy of hierarchies.sort((a, b) => b.version - a.version)) {
    const wanted = controllers.filter((name) => limits[name] === undefined);
    const opened = await openIn(hierarchy, identity, wanted);
    if (opened === undefined) continue;
    folders.push({ version: hierarchy.version, folder: opened.folder });
    for (const name of opened.controllers) {
      limits[name] = { version: hierarchy.version, folder: opened.folder };
    }
  }
  await remember(dataDir, folders);
  return { limits, folders };
}

/** Every folder that was ever opened for a data directory, still there or not. */
export async function knownNurseries(
  dataDir: string,
  identity: string,
): Promise<Nursery['folders']> {
  const text = await readFile(recordOf(dataDir), 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => basename(line) === nurseryName(identity))
    .map((line) => ({ version: line.startsWith('2') ? 2 : 1, folder: line.slice(2) }));
}

/** A later start may stand in another group, so where the groups are is written down. */
async function remember(dataDir: string, folders: Nursery['folders']): Promise<void> {
  const known = await readFile(recordOf(dataDir), 'utf8').catch(() => '');
  const lines = new Set(known.split('\n').filter(Boolean));
  const fresh = folders
    .map(({ version, folder }) => `${version} ${folder}`)
    .filter((line) => !lines.has(line));
  if (fresh.length > 0) await appendFile(recordOf(dataDir), `${fresh.join('\n')}\n`);
}

function recordOf(dataDir: string): string {
  return join(sandboxFolder(dataDir), 'control-groups');
}

/** The name of the folder that holds an identity's groups. */
function nurseryName(identity: string): string {
  return `plugboard-${identity}`;
}

async function openIn(
  hierarchy: Hierarchy,
  identity: string,
  wanted: readonly Controller[],
): Promise<{ folder: string; controllers: Controller[] } | undefined> {
  if (hierarchy.version === 1 && !wanted.some((name) => hierarchy.controllers.includes(name))) {
    return undefined;
  }
  // Below the own group limits set on Plugboard hold for its servers too; the root is for machines
  // where root runs it in a group that is not its to divide.
  let best: { folder: string; controllers: Controller[] } | undefined;
  for (const base of new Set([hierarchy.own, hierarchy.root])) {
    const folder = join(base, nurseryName(identity));
    const usable = await makeFolder(folder);
    if (!usable) continue;
    const enabled =
      hierarchy.version === 1
        ? wanted.filter((name) => hierarchy.controllers.includes(name))
        : await enableControllers(base, folder, wanted, await isOurs(base, hierarchy));
    if (hierarchy.version === 1 || enabled.length === wanted.length) {
      if (best !== undefined) await rmdir(best.folder).catch(() => undefined);
      return { folder, controllers: enabled };
    }
    if (best === undefined || enabled.length > best.controllers.length) {
      best = { folder, controllers: enabled };
    } else {
      await rmdir(folder).catch(() => undefined);
    }
  }
  return best;
}

async function makeFolder(folder: string): Promise<boolean> {
  try {
    await mkdir(folder, { recursive: true });
    await access(join(folder, 'cgroup.procs'), constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Hands controllers down two levels of a v2 tree and returns those that arrived. */
async function enableControllers(
  base: string,
  folder: string,
  wanted: readonly Controller[],
  mayVacate: boolean,
): Promise<Controller[]> {
  const enabled: Controller[] = [];
  for (const name of wanted) {
    const handedDown = await lists(join(folder, 'cgroup.controllers'), name);
    if (!handedDown && (await enable(base, name)) === 'busy' && mayVacate) {
      await vacate(base, folder);
      await enable(base, name);
    }
    if (!(await lists(join(folder, 'cgroup.controllers'), name))) continue;
    if ((await enable(folder, name)) === 'done') enabled.push(name);
  }
  return enabled;
}

/**
 * Whether everything in our own group was put there for us: a group handed to this user, or the top
 * of a container's.
 */
async function isOurs(base: string, hierarchy: Hierarchy): Promise<boolean> {
  if (base !== hierarchy.own) return false;
  if (base === hierarchy.root) return true;
  const { uid } = await stat(base);
  return uid !== 0 && uid === process.getuid?.();
}

/** A v2 group hands controllers down only when no process is in it, so they move to a leaf. */
async function vacate(base: string, folder: string): Promise<void> {
  const leaf = `${folder}-self`;
  if (!(await makeFolder(leaf))) return;
  const list = await readFile(join(base, 'cgroup.procs'), 'utf8').catch(() => '');
  for (const pid of list.split('\n').filter(Boolean)) {
    await writeFile(join(leaf, 'cgroup.procs'), pid).catch(() => undefined);
  }
}

/** `busy`: the group would hand it down, were there no processes in it. */
async function enable(folder: string, name: Controller): Promise<'done' | 'busy' | 'refused'> {
  if (!(await lists(join(folder, 'cgroup.controllers'), name))) return 'refused';
  try {
    await writeFile(join(folder, 'cgroup.subtree_control'), `+${name}`);
    return 'done';
  } catch (error) {
    return isErrno(error, 'EBUSY') ? 'busy' : 'refused';
  }
}

async function lists(file: string, name: string): Promise<boolean> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.trim().split(' ').includes(name);
}
