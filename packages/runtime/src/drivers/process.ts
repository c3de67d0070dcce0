import { randomBytes } from 'node:crypto';
import { chmod, realpath } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { dirname, isAbsolute, join, normalize } from 'node:path';

import { AppError } from '@plugboard/contracts';
import type { Secret } from '@plugboard/vault';

import type { InstanceSpec, ProcessLaunch } from '../instance.ts';
import type { Log } from '../log.ts';
import { createGroup } from '../sandbox/cgroup/group.ts';
import { dataDirIdentity } from '../sandbox/data-dir-identity.ts';
import { contains, filesystemView, insideNode } from '../sandbox/filesystem-view.ts';
import { makeInstanceFolders, writeSandboxEtc } from '../sandbox/folders.ts';
import { parseAllowList } from '../sandbox/network/allow-list.ts';
import { createEgressProxy } from '../sandbox/network/egress-proxy.ts';
import type { Destination } from '../sandbox/network/egress-proxy.ts';
import { probeSandbox } from '../sandbox/probe.ts';
import type { SandboxReport } from '../sandbox/probe.ts';
import { ownerVariable } from '../sandbox/processes.ts';
import { reachableNode, requireReachable } from '../sandbox/reachable.ts';
import { prlimitCommand } from '../sandbox/resource-limits.ts';
import { seccompFilter } from '../sandbox/seccomp/filter.ts';
import { instanceUid } from '../sandbox/uids.ts';
import { commandLine } from './command-line.ts';
import type { Driver, RunningServer, ServerSinks } from './driver.ts';
import { leakedDescriptors } from './leaked-descriptors.ts';
import { plainPlan, proxyPort, sandboxedPlan, sandboxHelpers } from './process-plan.ts';
import type { ProcessPlan } from './process-plan.ts';
import { serverEnvironment } from './server-environment.ts';
import { spawnServer } from './spawn-server.ts';

export interface ProcessDriverOptions {
  readonly dataDir: string;
  readonly log: Log;
  /** Runs servers as plain processes where no sandbox is possible. An admin's explicit choice. */
  readonly allowUnsandboxed: boolean;
  /** The Node that runs servers; the one that runs Plugboard by default. */
  readonly nodePath?: string;
  /** Hears at once of each destination that an allow-list refused. */
  readonly onRefused?: (instance: InstanceSpec, destination: Destination) => void;
  /** What this machine can do; probed when absent. */
  readonly sandbox?: SandboxReport;
}

type ProcessSpec = InstanceSpec & { readonly launch: ProcessLaunch };

const bootstrapPath = fileURLToPath(
  new URL('../sandbox/network/network-bootstrap.cjs', import.meta.url),
);

/**
 * The driver of stdio servers from installed packages: each start in a sandbox of its own, with the
 * limits, the network and the folders of its instance and an environment of nothing else.
 */
export async function createProcessDriver(
  options: ProcessDriverOptions,
): Promise<Driver<ProcessLaunch>> {
  const dataDir = await realpath(options.dataDir);
  const sandbox = options.sandbox ?? (await probeSandbox(dataDir));
  const [identity, etcFolder, leaked] = await Promise.all([
    dataDirIdentity(dataDir),
    writeSandboxEtc(dataDir),
    leakedDescriptors(),
  ]);
  const sandboxed = sandbox.tier === 'bubblewrap';
  const nodePath = await realpath(options.nodePath ?? process.execPath);
  const filter =
    sandbox.seccomp && (process.arch === 'x64' || process.arch === 'arm64')
      ? seccompFilter(process.arch)
      : undefined;

  async function start(
    spec: ProcessSpec,
    secrets: Readonly<Record<string, Secret>>,
    sinks: ServerSinks,
  ): Promise<RunningServer> {
    const { launch } = spec;
    refuseWithoutSandbox(sandboxed, options.allowUnsandboxed, sandbox);
    sinks.signal.throwIfAborted();
    const proxy =
      sandboxed && launch.network.mode === 'allow'
        ? createEgressProxy({
            allowList: parseAllowList(launch.network.hosts),
            onRefused: (destination) => options.onRefused?.(spec, destination),
          })
        : undefined;
    const { tools } = sandbox;
    const startId = randomBytes(4).toString('hex');
    const owner = `${identity}.${startId}`;
    const resolved = { ...launch, ...(await resolveFolders(launch, dataDir)) };
    const uid = tools.uidBlock && (await instanceUid(dataDir, tools.uidBlock, spec.id));
    const folders = await makeInstanceFolders(dataDir, spec.id, uid);
    const node = sandboxed ? insideNode : await outsideNode(uid, resolved.installDir);
    const helpers = sandboxed ? sandboxHelpers(uid !== undefined) : 0;
    const limits = { ...launch.limits, pids: launch.limits.pids + helpers };
    const group = await createGroup(tools.nursery, `${spec.id}-${startId}`, limits);
    let plan: ProcessPlan;
    try {
      plan = await makePlan();
    } catch (error) {
      await group?.remove();
      throw error;
    }
    if (!sandboxed) {
      options.log.warn(
        { instance: spec.slug, network: launch.network.mode },
        'starting a server without a sandbox: it can read files, see processes and reach the network like Plugboard itself',
      );
    }
    return spawnServer({
      plan,
      group,
      sandboxed,
      proxy,
      sinks,
      mark: `${ownerVariable}=${owner}`,
      leaked,
    });

    async function makePlan(): Promise<ProcessPlan> {
      const planOptions = {
        tools,
        uid,
        launch: resolved,
        folders,
        command: await commandLine(resolved, node),
        env: serverEnvironment({
          launch: resolved,
          secrets,
          folders,
          nodeFolder: dirname(node),
          owner,
          proxyUrl: proxy && `http://127.0.0.1:${proxyPort}`,
        }),
        limits:
          tools.prlimit === undefined
            ? []
            : await prlimitCommand(tools.prlimit, limits, {
                memory: tools.nursery.limits.memory === undefined,
                // Counted for the user: only one of the instance's own is not shared with others.
                pids: tools.nursery.limits.pids === undefined && (sandboxed || uid !== undefined),
              }),
      };
      if (!sandboxed) return plainPlan(planOptions);
      const view = filesystemView({
        dataDir,
        nodePath,
        bootstrapPath,
        etcFolder,
        folders,
        launch: resolved,
      });
      return sandboxedPlan({ ...planOptions, view, filter });
    }
  }

  /** Where nothing is mounted for it, the server's own user must get to everything by itself. */
  async function outsideNode(uid: number | undefined, installDir: string): Promise<string> {
    if (uid === undefined) return nodePath;
    // Its secrets are closed one by one; the names in it stay hidden.
    await chmod(dataDir, 0o711);
    for (const path of [join(dataDir, 'any'), join(installDir, 'any')]) {
      await requireReachable(path, uid);
    }
    return reachableNode(nodePath, dataDir, uid);
  }

  return { start };
}

function refuseWithoutSandbox(
  sandboxed: boolean,
  allowUnsandboxed: boolean,
  sandbox: SandboxReport,
): void {
  if (sandboxed || allowUnsandboxed) return;
  throw new AppError(
    'unavailable',
    `Servers cannot be isolated on this machine. ${sandbox.reasons.join(' ')} Or accept the risk with --allow-unsandboxed.`,
  );
}

/** The folders of a launch without links, so that what is shown is what was checked. */
async function resolveFolders(
  { installDir, mounts }: ProcessLaunch,
  dataDir: string,
): Promise<Pick<ProcessLaunch, 'installDir' | 'mounts'>> {
  return {
    installDir: await resolveFolder(installDir),
    mounts: await Promise.all(
      mounts.map(async ({ path, writable }) => {
        const real = await resolveFolder(path);
        if (['/', '/proc', '/dev', '/sys', '/tmp'].includes(real) || contains(dataDir, real)) {
          throw new AppError(
            'invalid_input',
            `${path} cannot be shown to a server. Name a folder that is not the root, a system tree, or inside Plugboard's data directory.`,
          );
        }
        return { path: real, writable };
      }),
    ),
  };
}

async function resolveFolder(path: string): Promise<string> {
  if (!isAbsolute(path) || path.includes('\0')) {
    throw new AppError('invalid_input', `${JSON.stringify(path)} is not an absolute path.`);
  }
  return realpath(normalize(path)).catch((cause: unknown) => {
    throw new AppError('invalid_input', `${path} does not exist or cannot be read.`, { cause });
  });
}
