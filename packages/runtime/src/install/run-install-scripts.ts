import { randomBytes } from 'node:crypto';
import { access, lchown, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { AppError } from '@plugboard/contracts';

import { sandboxedPlan } from '../drivers/process-plan.ts';
import { serverEnvironment } from '../drivers/server-environment.ts';
import { spawnServer } from '../drivers/spawn-server.ts';
import type { ProcessLaunch } from '../instance.ts';
import { createGroup } from '../sandbox/cgroup/group.ts';
import { filesystemView, insideNode } from '../sandbox/filesystem-view.ts';
import { makeInstanceFolders, writeSandboxEtc } from '../sandbox/folders.ts';
import type { SandboxReport } from '../sandbox/probe.ts';
import { seccompFilter } from '../sandbox/seccomp/filter.ts';
import { instanceUid } from '../sandbox/uids.ts';

export interface ScriptOptions {
  readonly dataDir: string;
  /** The folder of the unfinished installation. */
  readonly staging: string;
  /** Names of the packages that have scripts. */
  readonly scripts: readonly string[];
  /** Names of the packages whose scripts may run. */
  readonly approved: readonly string[];
  readonly sandbox: SandboxReport | undefined;
  readonly onProgress: (message: string) => void;
  readonly signal: AbortSignal;
}

interface Script {
  readonly name: string;
  readonly version: string;
  readonly folder: string;
  readonly event: string;
  readonly line: string;
}

/** Compilers and downloads are heavier than servers. */
const limits = { memoryMb: 2_048, cpus: 2, pids: 512 } as const;
const patienceMs = 10 * 60_000;
const events = ['preinstall', 'install', 'postinstall'];

/**
 * Runs the install scripts of approved packages in a sandbox that can write to `node_modules` and
 * nothing else, with the network open. Resolves with the names of those packages. Rejects with
 * `unavailable` where there is no sandbox, and `install_failed` when a script fails.
 */
export async function runInstallScripts(options: ScriptOptions): Promise<string[]> {
  const { approved, sandbox, staging } = options;
  const unknown = approved.filter((name) => !options.scripts.includes(name));
  if (unknown.length > 0) {
    throw new AppError(
      'invalid_input',
      `There are no install scripts of ${unknown.join(', ')}. Packages with scripts: ${options.scripts.join(', ') || 'none'}.`,
    );
  }
  if (approved.length === 0) return [];
  if (sandbox?.tier !== 'bubblewrap') {
    throw new AppError(
      'unavailable',
      'Install scripts run in a sandbox only, and this machine has none. Install it: apt-get install bubblewrap',
    );
  }
  // All are read before the first runs, since that one could rewrite the others.
  const scripts = await findScripts(staging, new Set(approved));
  const modules = join(staging, 'node_modules');
  const uid =
    sandbox.tools.uidBlock &&
    (await instanceUid(options.dataDir, sandbox.tools.uidBlock, installerId));
  if (uid !== undefined) await giveTo(modules, uid);
  try {
    for (const script of scripts) {
      options.onProgress(`Running the ${script.event} script of ${script.name}`);
      await runScript(script, options, sandbox, uid);
    }
  } finally {
    if (uid !== undefined) await giveTo(modules, 0);
  }
  return [...new Set(scripts.map(({ name }) => name))];
}

/** Stands where an instance's id would: for folders, user and control group. */
const installerId = 'installer';

async function findScripts(staging: string, approved: ReadonlySet<string>): Promise<Script[]> {
  const lock: { packages: Record<string, { hasInstallScript?: boolean }> } = JSON.parse(
    await readFile(join(staging, 'package-lock.json'), 'utf8'),
  );
  const scripts: Script[] = [];
  for (const [location, { hasInstallScript }] of Object.entries(lock.packages)) {
    if (hasInstallScript !== true) continue;
    const folder = join(staging, location);
    const manifest: { name: string; version: string; scripts?: Record<string, string> } =
      JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    if (!approved.has(manifest.name)) continue;
    const owner = { name: manifest.name, version: manifest.version };
    const lines = { ...manifest.scripts };
    if (lines.install === undefined && lines.preinstall === undefined) {
      const compiles = await access(join(folder, 'binding.gyp')).then(
        () => true,
        () => false,
      );
      if (compiles) lines.install = 'node-gyp rebuild';
    }
    for (const event of events) {
      const line = lines[event];
      if (line !== undefined) scripts.push({ ...owner, folder, event, line });
    }
  }
  return scripts;
}

async function runScript(
  { name, version, folder, event, line }: Script,
  { dataDir, staging, signal }: ScriptOptions,
  sandbox: SandboxReport,
  uid: number | undefined,
): Promise<void> {
  const { tools } = sandbox;
  const folders = await makeInstanceFolders(dataDir, installerId, uid);
  const bins = [join(folder, 'node_modules', '.bin'), join(staging, 'node_modules', '.bin')];
  const launch: ProcessLaunch = {
    driver: 'process',
    installDir: staging,
    entry: '',
    args: [],
    env: {
      PATH: [...bins, dirname(insideNode), '/usr/local/bin', '/usr/bin', '/bin'].join(':'),
      INIT_CWD: staging,
      npm_config_user_agent: `npm/? node/${process.version} ${process.platform} ${process.arch}`,
      npm_lifecycle_event: event,
      npm_node_execpath: insideNode,
      npm_package_json: join(folder, 'package.json'),
      npm_package_name: name,
      npm_package_version: version,
    },
    network: { mode: 'open' },
    limits,
    mounts: [],
  };
  const owner = randomBytes(4).toString('hex');
  const view = filesystemView({
    dataDir,
    nodePath: process.execPath,
    bootstrapPath: '',
    etcFolder: await writeSandboxEtc(dataDir),
    folders,
    launch,
  });
  const modules = join(staging, 'node_modules');
  const shown = { source: modules, target: modules, writable: true, optional: false };
  const plan = sandboxedPlan({
    tools,
    uid,
    launch,
    folders: { ...folders, work: folder },
    // A script is a line for a shell by npm's definition. Nobody reads its output but we.
    command: ['/bin/sh', '-c', `exec 1>&2\n${line}`],
    env: serverEnvironment({
      launch,
      secrets: {},
      folders,
      nodeFolder: dirname(insideNode),
      owner,
      proxyUrl: undefined,
    }),
    secrets: { env: {}, files: [], descriptors: [] },
    limits: [],
    staged: uid !== undefined,
    view: { ...view, own: [...view.own, shown] },
    filter:
      process.arch === 'x64' || process.arch === 'arm64' ? seccompFilter(process.arch) : undefined,
  });
  const stop = new AbortController();
  const server = await spawnServer({
    plan,
    group: await createGroup(tools.nursery, `${installerId}-${owner}`, limits),
    sandboxed: true,
    proxy: undefined,
    sinks: {
      onStderr: () => undefined,
      signal: AbortSignal.any([stop.signal, ...(signal ? [signal] : [])]),
    },
    mark: '',
    leaked: [],
  });
  const exit = await Promise.race([server.exited, delay(patienceMs, undefined, { ref: false })]);
  stop.abort();
  await server.exited;
  signal.throwIfAborted();
  if (exit?.code === 0) return;
  throw new AppError(
    'install_failed',
    `The ${event} script of ${name}@${version} ${exit === undefined ? 'took longer than ten minutes' : `ended with ${exit.signal ?? `exit code ${exit.code}`}`}. Nothing was installed.`,
    { details: { stderrTail: exit?.stderrTail ?? '' } },
  );
}

/** Links are given away themselves, never what they lead to. */
async function giveTo(folder: string, uid: number): Promise<void> {
  await lchown(folder, uid, uid);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await giveTo(path, uid);
    else await lchown(path, uid, uid);
  }
}
