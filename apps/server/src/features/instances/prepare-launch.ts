import type { AddInstanceInput } from '@plugboard/contracts/api';
import { defaultLimits, type ProcessLaunch, type ResourceLimits } from '@plugboard/runtime';

import type { AppServices } from '../../app/services.ts';
import type { Launch } from './launch-row.ts';
import { checkMounts } from './mounts.ts';
import type { RequestedServer } from './requested-server.ts';

/** A server that is in place, and how to run it. */
export interface PreparedLaunch {
  readonly launch: Launch;
  readonly serverName: string;
  readonly packageName: string | undefined;
  readonly version: string;
}

/** Installs what a request asks for, if it runs here, and says how to run it. */
export async function prepareLaunch(
  { installer, server: { dataDir } }: Pick<AppServices, 'installer' | 'server'>,
  input: AddInstanceInput,
  server: RequestedServer,
  signal: AbortSignal,
  tell: (message: string) => void,
): Promise<PreparedLaunch> {
  if (server.kind === 'remote') {
    return {
      launch: {
        driver: 'remote',
        transport: input.transport ?? 'streamable-http',
        url: server.url,
        headers: input.headers ?? {},
        allowPrivateNetwork: input.allowPrivateNetwork ?? false,
      },
      serverName: server.name,
      packageName: undefined,
      version: 'remote',
    };
  }
  const mounts = await checkMounts(input.mounts ?? [], dataDir);
  const hints = server.meta?.launch;
  const installed = await installer.install({
    spec: server.packageSpec,
    command: input.command,
    approveScripts: input.approveScripts === true,
    signal,
    onProgress: spaced(tell),
  });
  const launch: ProcessLaunch = {
    driver: 'process',
    installDir: installed.installDir,
    entry: installed.entry,
    args: input.args ?? hints?.arguments ?? [],
    env: { ...hints?.env, ...input.env },
    network: input.network ?? hints?.network ?? { mode: 'off' },
    limits: limitsOf(input, hints?.limits ?? defaultLimits),
    mounts,
  };
  return {
    launch,
    serverName: server.name ?? installed.name,
    packageName: installed.name,
    version: installed.version,
  };
}

function limitsOf({ limits }: AddInstanceInput, otherwise: ResourceLimits): ResourceLimits {
  return {
    memoryMb: limits?.memoryMb ?? otherwise.memoryMb,
    cpus: limits?.cpus ?? otherwise.cpus,
    pids: limits?.pids ?? otherwise.pids,
  };
}

const leastGapMs = 250;

/** Passes on a message now and then: installers count every package. */
function spaced(tell: (message: string) => void): (message: string) => void {
  let last = 0;
  return (message) => {
    if (performance.now() - last < leastGapMs) return;
    last = performance.now();
    tell(message);
  };
}
