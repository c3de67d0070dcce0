import type { LaunchTarget, ServerJson } from '@plugboard/catalog';
import { AppError } from '@plugboard/contracts';
import type { InstanceSettings } from '@plugboard/contracts/api';

import type { AppServices } from '../../../app/services.ts';
import { type BundleOutbound, prepareBundle } from '../../bundles/prepare-bundle.ts';
import type { LaunchPlace } from '../../configuration/configure-launch.ts';
import type { PackageRecord } from '../candidate.ts';
import type { RequestedServer } from './requested-server.ts';
import type { Tell } from '../tell.ts';

export type PlaceServices = Pick<AppServices, 'db' | 'installer' | 'packageFolders' | 'server'>;

/** A server that is in place, to be configured. */
export interface PlacedServer {
  readonly place: LaunchPlace;
  readonly serverName: string;
  readonly version: string;
  readonly entry: ServerJson | undefined;
  readonly target: LaunchTarget | undefined;
  readonly package: PackageRecord | undefined;
  /** That a bundle states; those of packages are known before they are in place. */
  readonly license?: string | undefined;
  /** Keeps what it was unpacked from, until that is disposed of. */
  readonly kept?: AsyncDisposable;
}

export interface PlaceOptions {
  readonly signal: AbortSignal;
  readonly tell: Tell;
  readonly outbound?: BundleOutbound;
}

/** Puts what a request asks for in place, if it runs here. */
export async function placeServer(
  services: PlaceServices,
  organizationId: string,
  server: RequestedServer,
  settings: Pick<InstanceSettings, 'approveScripts' | 'command'>,
  options: PlaceOptions,
): Promise<PlacedServer> {
  const { entry, target } = server;
  switch (server.kind) {
    case 'remote':
      return {
        place: { driver: 'remote', url: server.url },
        serverName: server.name,
        version: entry?.version ?? 'remote',
        entry,
        target,
        package: undefined,
      };
    case 'bundle':
      return placeBundle(services, organizationId, server, options);
    case 'package':
      return placePackage(services, server, settings, options);
    case 'undrivable':
      throw new AppError('conflict', driverMissing(server.registryTypes).message);
  }
}

/** Why an entry cannot be run here, and what would help. */
export function driverMissing(registryTypes: readonly string[]): {
  readonly message: string;
  readonly cure: string;
} {
  if (registryTypes.length === 0) {
    return {
      message: 'Its entry names no package and no address, so there is nothing to run.',
      cure: 'Ask its publisher, or add the package or URL itself.',
    };
  }
  return {
    message: `It comes as ${registryTypes.join(', ')} and needs a container engine, which this Plugboard cannot use yet.`,
    cure: 'Choose a server that comes as an npm package, a bundle (mcpb) or a remote.',
  };
}

async function placePackage(
  { installer }: Pick<PlaceServices, 'installer'>,
  server: Extract<RequestedServer, { kind: 'package' }>,
  { approveScripts, command }: Pick<InstanceSettings, 'approveScripts' | 'command'>,
  { signal, tell }: PlaceOptions,
): Promise<PlacedServer> {
  const { packageSpec, integrity, sha256, registryBaseUrl, entry, target } = server;
  const installed = await installer.install({
    spec: packageSpec,
    command,
    approveScripts: approveScripts === true,
    expected: { integrity, sha256, registryBaseUrl },
    signal,
    onProgress: ({ step, message, progress }) => tell(step, message, progress),
  });
  const { name, version, installDir } = installed;
  return {
    place: { driver: 'process', installDir, entry: installed.entry },
    serverName: server.name ?? name,
    version,
    entry: entry && target ? ofVersion(entry, target, version) : undefined,
    target,
    package: { type: 'npm', name, version, integrity: installed.integrity },
  };
}

/** The entry of the version that was installed, where another was asked for than the catalog has. */
function ofVersion(entry: ServerJson, target: LaunchTarget, version: string): ServerJson {
  const listed = entry.packages?.[target.index];
  if (!listed || (listed.version ?? entry.version) === version) return entry;
  const { fileSha256: _digest, ...rest } = listed;
  const packages = entry.packages?.map((each) => (each === listed ? { ...rest, version } : each));
  return { ...entry, version, ...(packages && { packages }) };
}

async function placeBundle(
  services: PlaceServices,
  organizationId: string,
  { sha256, entry, target }: Extract<RequestedServer, { kind: 'bundle' }>,
  { tell, ...options }: PlaceOptions,
): Promise<PlacedServer> {
  const bundle = await prepareBundle(
    services,
    organizationId,
    entry && target
      ? { kind: 'catalog', entry, index: target.index }
      : { kind: 'uploaded', sha256 },
    { ...options, tell: (message) => tell('fetch', message) },
  );
  return {
    place: { driver: 'process', installDir: bundle.installDir, entry: bundle.entryPath },
    serverName: bundle.entry.name,
    version: bundle.version,
    entry: bundle.entry,
    target: bundle.target,
    package: { type: 'mcpb', sha256: bundle.sha256 },
    license: bundle.license,
    kept: bundle.kept,
  };
}
