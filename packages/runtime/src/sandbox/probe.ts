import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { openNursery } from './cgroup/nursery.ts';
import type { Nursery } from './cgroup/nursery.ts';
import { dataDirIdentity } from './data-dir-identity.ts';
import { findTool, systemPath } from './tools.ts';
import { openUidBlock } from './uids.ts';
import type { UidBlock } from './uids.ts';

const run = promisify(execFile);

/**
 * How well servers are kept apart here. `bubblewrap`: from the host's files, processes and network,
 * and from each other. `process`: not at all, but for user ids when root.
 */
export type SandboxTier = 'bubblewrap' | 'process';

/** What this machine can do to isolate servers, for the operator and for the driver. */
export interface SandboxReport {
  readonly tier: SandboxTier;
  /** Whether each instance has a user id of its own outside its sandbox. */
  readonly ownUsers: boolean;
  readonly seccomp: boolean;
  readonly limits: {
    readonly memory: 'cgroup-v2' | 'cgroup-v1' | 'rlimit' | 'none';
    readonly pids: 'cgroup-v2' | 'cgroup-v1' | 'rlimit' | 'none';
    readonly cpu: 'cgroup-v2' | 'cgroup-v1' | 'none';
  };
  /** Sentences for a person: what is missing and what would change that. Empty when nothing is. */
  readonly reasons: readonly string[];
  readonly tools: SandboxTools;
}

/** The programs and places that the report is about. */
export interface SandboxTools {
  readonly bubblewrap: { readonly path: string; readonly disableUserns: boolean } | undefined;
  readonly setpriv: string | undefined;
  readonly prlimit: string | undefined;
  readonly nursery: Nursery;
  readonly uidBlock: UidBlock | undefined;
}

/** Tries what isolation works here, by starting it. Takes some 20 ms; the answer holds until the next start. */
export async function probeSandbox(dataDir: string): Promise<SandboxReport> {
  const [path, setpriv, prlimit, nursery, block] = await Promise.all([
    findTool('bwrap'),
    findTool('setpriv'),
    findTool('prlimit'),
    dataDirIdentity(dataDir).then((identity) => openNursery(dataDir, identity)),
    openUidBlock(dataDir),
  ]);
  const isRoot = process.getuid?.() === 0;
  const uidBlock = setpriv === undefined ? undefined : block;
  const attempt = await tryBubblewrap(path, isRoot ? { setpriv, uid: uidBlock?.first } : undefined);
  const seccomp = process.arch === 'x64' || process.arch === 'arm64';
  const limits = {
    memory: limitedBy(nursery, 'memory') ?? (prlimit === undefined ? 'none' : 'rlimit'),
    pids: limitedBy(nursery, 'pids') ?? (prlimit === undefined ? 'none' : 'rlimit'),
    cpu: limitedBy(nursery, 'cpu') ?? 'none',
  } as const;
  const reasons = [
    ...attempt.reasons,
    ...(isRoot && uidBlock === undefined
      ? [
          'Servers do not get users of their own: setpriv (package util-linux) or free ids are missing.',
        ]
      : []),
    ...(seccomp ? [] : [`There is no system call filter for ${process.arch}.`]),
    ...describeLimits(limits),
  ];
  return {
    tier: attempt.works ? 'bubblewrap' : 'process',
    ownUsers: uidBlock !== undefined,
    seccomp: attempt.works && seccomp,
    limits,
    reasons,
    tools: {
      bubblewrap:
        attempt.works && path !== undefined
          ? { path, disableUserns: attempt.disableUserns }
          : undefined,
      setpriv,
      prlimit,
      nursery,
      uidBlock,
    },
  };
}

interface Attempt {
  readonly works: boolean;
  readonly disableUserns: boolean;
  readonly reasons: readonly string[];
}

const attempts = [
  { disableUserns: true, flags: ['--disable-userns'] },
  { disableUserns: false, flags: [] },
];

async function tryBubblewrap(
  path: string | undefined,
  root: { setpriv: string | undefined; uid: number | undefined } | undefined,
): Promise<Attempt> {
  if (path === undefined) {
    return failed('bubblewrap is not installed. Install it: apt-get install bubblewrap');
  }
  if (root !== undefined && (root.setpriv === undefined || root.uid === undefined)) {
    return failed(
      'bubblewrap is not used: Plugboard runs as root and cannot give its servers other users. Install util-linux (setpriv), or run Plugboard as an ordinary user.',
    );
  }
  const drop =
    root === undefined
      ? []
      : [
          [root.setpriv ?? '', `--reuid=${root.uid}`, `--regid=${root.uid}`],
          ['--clear-groups', '--'],
        ].flat();
  let said = '';
  for (const { disableUserns, flags } of attempts) {
    const command = [
      drop,
      [path, '--unshare-user', '--unshare-all', '--die-with-parent', '--new-session'],
      ['--cap-drop', 'ALL', ...flags, '--ro-bind', '/', '/', '--proc', '/proc'],
      ['--dev', '/dev', '--size', '65536', '--tmpfs', '/tmp', '--', '/usr/bin/env', 'true'],
    ].flat();
    try {
      const [program = '', ...rest] = command;
      await run(program, rest, { env: { PATH: systemPath }, timeout: 10_000 });
      return { works: true, disableUserns, reasons: [] };
    } catch (error) {
      said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : said;
    }
  }
  return failed(
    `bubblewrap is installed but cannot make a sandbox (${said}). Often user namespaces are switched off: allow them (sysctl user.max_user_namespaces, kernel.apparmor_restrict_unprivileged_userns=0), and in a container allow them and an unmasked /proc.`,
  );
}

function failed(reason: string): Attempt {
  return { works: false, disableUserns: false, reasons: [reason] };
}

function limitedBy(
  nursery: Nursery,
  name: 'memory' | 'pids' | 'cpu',
): 'cgroup-v2' | 'cgroup-v1' | undefined {
  const limit = nursery.limits[name];
  return limit && (limit.version === 2 ? 'cgroup-v2' : 'cgroup-v1');
}

function describeLimits(limits: SandboxReport['limits']): string[] {
  const cure =
    'Let Plugboard divide its control group: run it as a systemd service with Delegate=yes, or as root.';
  if (limits.memory === 'none' || limits.pids === 'none') {
    return [`Memory and process counts are not limited: prlimit (package util-linux) is missing.`];
  }
  return limits.memory === 'rlimit' || limits.pids === 'rlimit' || limits.cpu === 'none'
    ? [`Limits hold for each process instead of the whole server, and CPU is not limited. ${cure}`]
    : [];
}
