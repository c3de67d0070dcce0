import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** One mounted control group tree and where this process stands in it. */
export interface Hierarchy {
  readonly version: 1 | 2;
  /** Controllers of a v1 tree; empty for v2, whose groups list their own. */
  readonly controllers: readonly string[];
  readonly root: string;
  /** This process's own group; the root when that is not visible here. */
  readonly own: string;
}

/** The control group trees of this machine, from `/proc`; empty where there are none. */
export async function findHierarchies(): Promise<Hierarchy[]> {
  const [mounts, membership] = await Promise.all([
    readFile('/proc/self/mountinfo', 'utf8'),
    readFile('/proc/self/cgroup', 'utf8').catch(() => ''),
  ]);
  const paths = new Map(
    membership
      .trim()
      .split('\n')
      .map((line) => line.split(':'))
      .map(([, names = '', ...path]) => [names, path.join(':')]),
  );
  return mounts
    .trim()
    .split('\n')
    .flatMap((line) => parseMount(line, paths));
}

/** One line of `/proc/self/mountinfo`, see proc_pid_mountinfo(5). */
function parseMount(line: string, paths: ReadonlyMap<string, string>): Hierarchy[] {
  const [before = '', after = ''] = line.split(' - ');
  const [, , , mountedPart = '/', root = ''] = before.split(' ');
  const [type = '', , options = ''] = after.split(' ');
  if (type === 'cgroup2') {
    return [{ version: 2, controllers: [], root, own: ownGroup(root, mountedPart, paths.get('')) }];
  }
  if (type !== 'cgroup') return [];
  const names = [...paths.keys()].find((names) => isMountOf(names, options));
  if (names === undefined) return [];
  const own = ownGroup(root, mountedPart, paths.get(names));
  return [{ version: 1, controllers: names.split(','), root, own }];
}

function isMountOf(names: string, options: string): boolean {
  const set = new Set(options.split(','));
  return names !== '' && names.split(',').every((name) => set.has(name));
}

function ownGroup(root: string, mountedPart: string, path: string | undefined): string {
  if (path === undefined) return root;
  const inside = relative(mountedPart, path);
  return inside.startsWith('..') ? root : join(root, inside);
}
