import type { InstanceSettings } from '@plugboard/contracts/api';
import { AppError } from '@plugboard/contracts';
import { defaultLimits, type ProcessLaunch, type ResourceLimits } from '@plugboard/runtime';

import type { AppServices } from '../../app/services.ts';
import type { PackageRecord } from './candidate.ts';
import type { Launch } from './launch-row.ts';
import { checkMounts } from './mounts.ts';
import type { RequestedServer } from './requested-server.ts';
import type { Tell } from './tell.ts';

/** A server that is in place, and how to run it. */
export interface PreparedLaunch {
  readonly launch: Launch;
  readonly serverName: string;
  readonly version: string;
  readonly package: PackageRecord | undefined;
}

/** Installs what a request asks for, if it runs here, and says how to run it. */
export async function prepareLaunch(
  { installer, server: { dataDir } }: Pick<AppServices, 'installer' | 'server'>,
  settings: InstanceSettings,
  server: RequestedServer,
  signal: AbortSignal,
  tell: Tell,
): Promise<PreparedLaunch> {
  if (server.kind === 'remote') {
    return {
      launch: {
        driver: 'remote',
        transport: settings.transport ?? 'streamable-http',
        url: server.url,
        headers: settings.headers ?? {},
        allowPrivateNetwork: settings.allowPrivateNetwork ?? false,
      },
      serverName: server.name,
      version: 'remote',
      package: undefined,
    };
  }
  if (server.kind === 'bundle') {
    throw new AppError('invalid_input', 'server: bundles cannot be installed yet.');
  }
  const mounts = await checkMounts(settings.mounts ?? [], dataDir);
  const hints = server.meta?.launch;
  const installed = await installer.install({
    spec: server.packageSpec,
    command: settings.command,
    approveScripts: settings.approveScripts === true,
    signal,
    onProgress: (message) => tell('fetch', message),
  });
  const launch: ProcessLaunch = {
    driver: 'process',
    installDir: installed.installDir,
    entry: installed.entry,
    args: settings.args ?? hints?.arguments ?? [],
    env: { ...hints?.env, ...settings.env },
    network: settings.network ?? hints?.network ?? { mode: 'off' },
    limits: limitsOf(settings, hints?.limits ?? defaultLimits),
    mounts,
  };
  return {
    launch,
    serverName: server.name ?? installed.name,
    version: installed.version,
    package: {
      type: 'npm',
      name: installed.name,
      version: installed.version,
      integrity: installed.integrity,
    },
  };
}

function limitsOf({ limits }: InstanceSettings, otherwise: ResourceLimits): ResourceLimits {
  return {
    memoryMb: limits?.memoryMb ?? otherwise.memoryMb,
    cpus: limits?.cpus ?? otherwise.cpus,
    pids: limits?.pids ?? otherwise.pids,
  };
}
