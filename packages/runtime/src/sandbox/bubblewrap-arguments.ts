import { dirname } from 'node:path';

import { AppError } from '@plugboard/contracts';

import type { FilesystemView, ViewEntry } from './filesystem-view.ts';
import { insideId } from './folders.ts';

export interface BubblewrapOptions {
  readonly view: FilesystemView;
  readonly env: Readonly<Record<string, string>>;
  readonly workFolder: string;
  /** Keeps the host's network; otherwise there is only a loopback interface of its own. */
  readonly hostNetwork: boolean;
  /** Folder in memory for files that only the server reads, and the descriptors they come from. */
  readonly secretFolder: string;
  readonly secretFiles: readonly SecretSource[];
  /** The same, of which the names are taken away before the server begins. */
  readonly inheritedFiles: readonly SecretSource[];
  /** Size limit of each of the temporary file systems. */
  readonly temporaryBytes: number;
  readonly seccompDescriptor: number | undefined;
  readonly statusDescriptor: number;
  /** Whether this bubblewrap can forbid user namespaces inside. */
  readonly disableUserns: boolean;
}

/** A file made inside of what a descriptor brings. */
export interface SecretSource {
  readonly path: string;
  readonly descriptor: number;
  readonly size: number;
}

/** Where the outer stage puts what only root can reach, for the inner stage to pick up. */
const handover = '/handover';

/**
 * Arguments of the stage that isolates: all namespaces, no capabilities, a minimal root. `staged`
 * when it runs inside the stage of `stagingArguments`, as a user of its own.
 */
export function isolatingArguments(options: BubblewrapOptions, staged: boolean): string[] {
  const { view, env, temporaryBytes } = options;
  const handedOver = (entries: readonly ViewEntry[], kind: string): readonly ViewEntry[] =>
    staged
      ? entries.map((entry, index) => ({ ...entry, source: `${handover}/${kind}${index}` }))
      : entries;
  const size = String(temporaryBytes);
  return [
    ['--unshare-user', '--unshare-all', '--die-with-parent', '--new-session'],
    options.hostNetwork ? ['--share-net'] : [],
    ['--cap-drop', 'ALL', '--uid', String(insideId), '--gid', String(insideId)],
    ['--hostname', 'plugboard', '--clearenv'],
    Object.entries(env).flatMap(([name, value]) => ['--setenv', name, value]),
    ['--proc', '/proc', '--dev', '/dev', '--size', size, '--tmpfs', '/dev/shm'],
    ['--size', size, '--tmpfs', '/tmp', '--dir', '/var', '--symlink', '../tmp', '/var/tmp'],
    secretArguments(options),
    systemArguments(view),
    handedOver(view.mounts, 'mount').flatMap(bindArguments),
    view.hidden.flatMap((path) => ['--size', size, '--tmpfs', path]),
    handedOver(view.own, 'own').flatMap(bindArguments),
    // The root itself is a file system in memory that only the parents of the folders above need.
    ['--remount-ro', '/'],
    ['--chdir', options.workFolder, '--json-status-fd', String(options.statusDescriptor)],
    options.seccompDescriptor === undefined ? [] : ['--seccomp', String(options.seccompDescriptor)],
    options.disableUserns ? ['--disable-userns'] : [],
  ].flat();
}

/**
 * Arguments of the stage that runs as root around the isolating one: a mount namespace in which a
 * user without rights finds the folders it is given, however closed their parents are. Its process
 * namespace is there for the end: the kernel lets no signal of a dying parent through to a child
 * with another user, but it ends a namespace whole.
 */
export function stagingArguments(view: FilesystemView, statusDescriptor: number): string[] {
  return [
    ['--die-with-parent', '--unshare-pid', '--json-status-fd', String(statusDescriptor)],
    ['--dir', '/tmp', '--dir', handover, '--proc', '/proc', '--dev', '/dev'],
    // bubblewrap covers parts of its own; a whole one must be in sight for the next to be mounted.
    ['--dir', '/whole-proc', '--bind', '/proc', '/whole-proc'],
    systemArguments(view),
    view.mounts.flatMap((entry, index) =>
      bindArguments({ ...entry, target: `${handover}/mount${index}` }),
    ),
    view.own.flatMap((entry, index) =>
      bindArguments({ ...entry, target: `${handover}/own${index}` }),
    ),
    ['--chdir', '/'],
  ].flat();
}

/**
 * The form in which `--args` reads arguments from a descriptor, so that neither secrets nor host
 * paths appear in a process list.
 */
export function encodeArguments(values: readonly string[]): Buffer {
  for (const value of values) {
    if (value.includes('\0')) {
      throw new AppError(
        'invalid_input',
        'Paths and environment values cannot hold a NUL character.',
      );
    }
  }
  return Buffer.from(values.map((value) => `${value}\0`).join(''));
}

/** Copies in memory, made by the server's own user and for it alone; nothing of them has a place outside. */
function secretArguments({
  secretFolder,
  secretFiles,
  inheritedFiles,
}: BubblewrapOptions): string[] {
  const inherited = inheritedFiles.flatMap(fileArguments);
  if (secretFiles.length === 0) return inherited;
  const size = secretFiles.reduce((sum, each) => sum + pagesOf(each.size), pageBytes);
  return [
    inherited,
    ['--perms', '0700', '--size', String(size), '--tmpfs', secretFolder],
    secretFiles.flatMap(fileArguments),
    ['--remount-ro', secretFolder],
  ].flat();
}

function fileArguments({ path, descriptor }: SecretSource): string[] {
  return ['--perms', '0400', '--file', String(descriptor), path];
}

const pageBytes = 65_536;

function pagesOf(size: number): number {
  return Math.max(1, Math.ceil(size / pageBytes)) * pageBytes;
}

function systemArguments(view: FilesystemView): string[] {
  return [
    ...view.links.flatMap(({ text, path }) => ['--symlink', text, path]),
    // Made before what lies in it, or else nobody but its maker may look inside.
    ...[...new Set(view.system.map(({ target }) => dirname(target)))]
      .filter((parent) => parent !== '/')
      .flatMap((parent) => ['--dir', parent]),
    ...view.system.flatMap(bindArguments),
  ];
}

function bindArguments({ source, target, writable, optional }: ViewEntry): string[] {
  const option = `--${writable ? '' : 'ro-'}bind${optional ? '-try' : ''}`;
  return [option, source, target];
}
