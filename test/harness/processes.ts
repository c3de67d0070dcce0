import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface ProcessSeen {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/**
 * Processes that have to do with a folder: it stands in their command line, environment, control
 * group, working folder, or among the mounts of a mount namespace of their own, which is how a
 * sandboxed process shows. This process is left out, and zombies are.
 */
export function processesOf(folder: string): ProcessSeen[] {
  const ownMounts = read(() => readlinkSync('/proc/self/ns/mnt'));
  return allProcesses().filter(({ pid }) => {
    const at = (name: string): string => read(() => readFileSync(`/proc/${pid}/${name}`, 'utf8'));
    const link = (name: string): string => read(() => readlinkSync(`/proc/${pid}/${name}`));
    const places = [at('cmdline'), at('environ'), at('cgroup'), link('cwd')];
    if (link('ns/mnt') !== ownMounts) places.push(at('mountinfo'));
    return pid !== process.pid && places.some((text) => text.includes(folder));
  });
}

/** All processes but zombies. */
export function allProcesses(): ProcessSeen[] {
  const seen: ProcessSeen[] = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = read(() => readFileSync(`/proc/${name}/stat`, 'utf8'));
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (stat === '' || state === 'Z' || state === 'X') continue;
    const command = read(() => readFileSync(`/proc/${name}/cmdline`, 'utf8'));
    seen.push({
      pid: Number(name),
      parent: Number(parent),
      command:
        command.replaceAll('\0', ' ').trim() ||
        `[${stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'))}]`,
    });
  }
  return seen;
}

/** A process and all below it. */
export function treeOf(root: number): ProcessSeen[] {
  const all = allProcesses();
  const tree = all.filter(({ pid }) => pid === root);
  for (const member of tree) tree.push(...all.filter(({ parent }) => parent === member.pid));
  return tree;
}

export function isRunning(pid: number): boolean {
  return allProcesses().some((each) => each.pid === pid);
}

/** Kills a process, which may have gone with another that was killed before it. */
export function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** Processes come and go while one looks. */
function read(action: () => string): string {
  try {
    return action();
  } catch {
    return '';
  }
}
