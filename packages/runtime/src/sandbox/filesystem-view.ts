import { lstatSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

import type { NetworkPolicy, ProcessLaunch } from '../instance.ts';
import type { InstanceFolders } from './folders.ts';

/** Something of the host that a sandbox shows. */
export interface ViewEntry {
  readonly source: string;
  readonly target: string;
  readonly writable: boolean;
  /** Left out where the host does not have it. */
  readonly optional: boolean;
}

/** Everything of the host that a sandbox shows; the rest does not exist inside. */
export interface FilesystemView {
  /** Parts of the operating system, shown at their own paths, readable by everyone. */
  readonly system: readonly ViewEntry[];
  /** Links at the top, such as `/bin` to `usr/bin`. */
  readonly links: readonly { readonly text: string; readonly path: string }[];
  /** More folders of the host that an admin named. */
  readonly mounts: readonly ViewEntry[];
  /** Folders inside those mounts that stay empty to the server. */
  readonly hidden: readonly string[];
  /** What belongs to this server, some of it where only root can look. */
  readonly own: readonly ViewEntry[];
}

/** Where Node lies inside. */
export const insideNode = '/opt/plugboard/bin/node';
/** Where the program lies inside that opens the way to the allow-list proxy. */
export const insideBootstrap = '/opt/plugboard/lib/network-bootstrap.cjs';

/** Read-only configuration that libraries expect; nothing that names this host or its users. */
const systemEtc = [
  'alternatives',
  'ca-certificates',
  'ca-certificates.conf',
  'chromium',
  'chromium.d',
  'fonts',
  'ld.so.cache',
  'ld.so.conf',
  'ld.so.conf.d',
  'localtime',
  'mime.types',
  'pki',
  'protocols',
  'services',
  'ssl',
  'timezone',
];

export interface ViewOptions {
  readonly dataDir: string;
  readonly nodePath: string;
  readonly bootstrapPath: string;
  readonly etcFolder: string;
  readonly folders: InstanceFolders;
  readonly launch: Pick<ProcessLaunch, 'installDir' | 'mounts' | 'network'>;
}

/** What one server sees. */
export function filesystemView(options: ViewOptions): FilesystemView {
  const { dataDir, nodePath, bootstrapPath, etcFolder, folders, launch } = options;
  return {
    system: [
      shown('/usr'),
      ...topLevel.directories.map((path) => shown(path)),
      ...systemEtc.map((name) => optional(join('/etc', name))),
      ...resolverOf(launch.network),
    ],
    links: topLevel.links,
    mounts: launch.mounts.map(({ path, writable }) => ({ ...shown(path), writable })),
    // Plugboard's own secrets lie there.
    hidden: launch.mounts.some(({ path }) => contains(path, dataDir)) ? [dataDir] : [],
    own: [
      ...['passwd', 'group', 'hosts', 'nsswitch.conf'].map((name) =>
        shown(join(etcFolder, name), join('/etc', name)),
      ),
      shown(nodePath, insideNode),
      ...(launch.network.mode === 'allow' ? [shown(bootstrapPath, insideBootstrap)] : []),
      shown(launch.installDir),
      { ...shown(folders.home), writable: true },
      { ...shown(folders.work), writable: true },
    ],
  };
}

/** Whether `inner` is `outer` or lies below it; both are absolute and without links. */
export function contains(outer: string, inner: string): boolean {
  return inner === outer || inner.startsWith(outer.endsWith('/') ? outer : `${outer}/`);
}

function resolverOf(network: NetworkPolicy): ViewEntry[] {
  return network.mode === 'open' ? [optional('/etc/resolv.conf')] : [];
}

function shown(source: string, target = source): ViewEntry {
  return { source, target, writable: false, optional: false };
}

function optional(source: string): ViewEntry {
  return { ...shown(source), optional: true };
}

/** `/bin` and `/lib` are links into `/usr` on most systems and folders on some. */
const topLevel = ((): {
  directories: string[];
  links: { text: string; path: string }[];
} => {
  const directories: string[] = [];
  const links: { text: string; path: string }[] = [];
  for (const path of ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32']) {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat?.isSymbolicLink()) links.push({ text: readlinkSync(path), path });
    else if (stat?.isDirectory()) directories.push(path);
  }
  return { directories, links };
})();
