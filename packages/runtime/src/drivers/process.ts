import { randomBytes } from 'node:crypto';
import { chmod, realpath } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { dirname, join } from 'node:path';

import { AppError } from '@plugboard/contracts';

import type { InjectedSecret, InstanceSpec, ProcessLaunch } from '../instance.ts';
import type { Log } from '../log.ts';
import { createGroup } from '../sandbox/cgroup/group.ts';
import { dataDirIdentity } from '../sandbox/data-dir-identity.ts';
import { filesystemView, insideNode } from '../sandbox/filesystem-view.ts';
import type { FilesystemView } from '../sandbox/filesystem-view.ts';
import { makeInstanceFolders, writeSandboxEtc } from '../sandbox/folders.ts';
import { parseAllowList } from '../sandbox/network/allow-list.ts';
import { createEgressProxy } from '../sandbox/network/egress-proxy.ts';
import type { Destination } from '../sandbox/network/egress-proxy.ts';
import { makeMemoryFolder } from '../sandbox/memory-folder.ts';
import type { MemoryFolder } from '../sandbox/memory-folder.ts';
import { probeSandbox } from '../sandbox/probe.ts';
import type { SandboxReport } from '../sandbox/probe.ts';
import { ownerVariable } from '../sandbox/processes.ts';
import { isReachable, reachableNode, requireReachable } from '../sandbox/reachable.ts';
import { prlimitCommands, withoutCoreFiles } from '../sandbox/resource-limits.ts';
import { seccompFilter } from '../sandbox/seccomp/filter.ts';
import { instanceUid } from '../sandbox/uids.ts';
import { commandLine } from './command-line.ts';
import type { Driver, Injection, RunningServer, ServerSinks } from './driver.ts';
import { resolveFolders } from './launch-folders.ts';
import { leakedDescriptors } from './leaked-descriptors.ts';
import {
  insideSecrets,
  plainPlan,
  proxyPort,
  sandboxedPlan,
  sandboxHelpers,
} from './process-plan.ts';
import type { ProcessPlan } from './process-plan.ts';
import { placeSecrets } from './place-secrets.ts';
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

  const { tools } = sandbox;
  const limitsOf =
    tools.prlimit === undefined
      ? () => withoutCoreFiles
      : await prlimitCommands(tools.prlimit, {
          memory: tools.nursery.limits.memory === undefined,
          // Counted for the user: in a plain process only one of its own is not shared with others.
          pids: tools.nursery.limits.pids === undefined && (sandboxed || sandbox.ownUsers),
        });
  const uids = new Map<string, number>();

  async function start(
    spec: ProcessSpec,
    injection: Injection,
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
    const startId = randomBytes(4).toString('hex');
    const owner = `${identity}.${startId}`;
    const limits = {
      ...launch.limits,
      pids: launch.limits.pids + (sandboxed ? sandboxHelpers : 0),
    };
    const grouping = createGroup(tools.nursery, `${spec.id}-${startId}`, limits);
    const [group, plan] = await Promise.allSettled([
      grouping,
      makePlan(spec, injection.secrets, owner, proxy !== undefined),
    ]);
    const memory = plan.status === 'fulfilled' ? plan.value.memory : undefined;
    if (group.status === 'rejected') {
      await memory?.remove();
      throw group.reason;
    }
    if (plan.status === 'rejected') {
      await group.value?.remove();
      throw plan.reason;
    }
    if (!sandboxed) {
      options.log.warn(
        { instance: spec.slug, network: launch.network.mode },
        'starting a server without a sandbox: it can read files, see processes and reach the network like Plugboard itself',
      );
    }
    return spawnServer({
      plan: plan.value,
      group: group.value,
      sandboxed,
      proxy,
      sinks,
      mark: `${ownerVariable}=${owner}`,
      leaked,
      onEnd: () => memory?.remove(),
    });
  }

  async function makePlan(
    spec: ProcessSpec,
    injected: readonly InjectedSecret[],
    owner: string,
    proxied: boolean,
  ): Promise<ProcessPlan & { readonly memory?: MemoryFolder | undefined }> {
    const launch = { ...spec.launch, ...(await resolveFolders(spec.launch, dataDir)) };
    const uid = await uidOf(spec.id);
    const [folders, node] = await Promise.all([
      makeInstanceFolders(dataDir, spec.id, uid),
      sandboxed ? insideNode : outsideNode(uid, launch.installDir),
    ]);
    const command = await commandLine(launch, node);
    const needsMemory = !sandboxed && injected.some(({ place }) => place !== 'env');
    const memory = needsMemory ? await makeMemoryFolder(owner, uid) : undefined;
    try {
      const secrets = placeSecrets(
        injected,
        memory ? { files: memory.path, descriptors: memory.path } : insideSecrets,
      );
      await memory?.write([...secrets.files, ...secrets.descriptors]);
      const planOptions = {
        tools,
        uid,
        launch,
        folders,
        command,
        env: serverEnvironment({
          launch,
          secrets: secrets.env,
          folders,
          nodeFolder: dirname(node),
          owner,
          proxyUrl: proxied ? `http://127.0.0.1:${proxyPort}` : undefined,
        }),
        secrets,
        limits: limitsOf(launch.limits),
      };
      if (!sandboxed) return { ...plainPlan(planOptions), memory };
      const view = filesystemView({ dataDir, nodePath, bootstrapPath, etcFolder, folders, launch });
      return sandboxedPlan({ ...planOptions, view, filter, staged: await needsStage(view, uid) });
    } catch (error) {
      await memory?.remove();
      throw error;
    }
  }

  async function uidOf(instanceId: string): Promise<number | undefined> {
    if (tools.uidBlock === undefined) return undefined;
    const uid = uids.get(instanceId) ?? (await instanceUid(dataDir, tools.uidBlock, instanceId));
    uids.set(instanceId, uid);
    return uid;
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

/** Whether the server's own user cannot get to what it is to see, so that root must show it. */
async function needsStage(view: FilesystemView, uid: number | undefined): Promise<boolean> {
  if (uid === undefined) return false;
  const sources = [...view.own, ...view.mounts].map(({ source }) => source);
  const reachable = await Promise.all(sources.map((source) => isReachable(source, uid)));
  return reachable.includes(false);
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
