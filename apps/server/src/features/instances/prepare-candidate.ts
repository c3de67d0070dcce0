import type { InstanceSettings } from '@plugboard/contracts/api';
import type { Secret } from '@plugboard/vault';

import type { AppServices } from '../../app/services.ts';
import type { ToolboxRow } from '../toolboxes/queries.ts';
import type { Candidate } from './candidate.ts';
import { refuseAborted } from './or-aborted.ts';
import { prepareLaunch } from './prepare-launch.ts';
import { removeUnusedPackage } from './remove-files.ts';
import type { RequestedServer } from './requested-server.ts';
import { spaced, type Tell } from './tell.ts';

export type PrepareServices = Pick<AppServices, 'db' | 'installer' | 'packageFolders' | 'server'>;

/** What somebody wants to run. */
export interface CandidateRequest {
  readonly organizationId: string;
  /** Of the toolbox it is for; its layers are inherited. */
  readonly environment: ToolboxRow['environment'];
  readonly slug: string;
  readonly server: RequestedServer;
  readonly settings: InstanceSettings;
  /** By the names in which they are sealed: variables of a process, headers of a remote. */
  readonly secrets: Readonly<Record<string, Secret>>;
}

export interface PrepareOptions {
  readonly signal: AbortSignal;
  readonly tell: Tell;
}

/**
 * A candidate whose package stays in place until this is disposed of. Then the package is deleted,
 * unless an instance or a revision that is stored by then names it, or another candidate needs it.
 */
export type PreparedCandidate = Candidate & AsyncDisposable;

/**
 * Installs what is asked for, if it runs here, and says how to run it. Nothing runs yet. Rejects with
 * `AppError` as the installer does, with `invalid_input` naming what of the configuration is wrong or
 * missing, and with `cancelled`; then nothing is left behind.
 */
export async function prepareCandidate(
  services: PrepareServices,
  request: CandidateRequest,
  { signal, tell }: PrepareOptions,
): Promise<PreparedCandidate> {
  refuseAborted(signal);
  const { slug, server, settings, secrets } = request;
  await using held = new AsyncDisposableStack();
  const prepared = await prepareLaunch(services, settings, server, signal, spaced(tell));
  const { launch } = prepared;
  if (launch.driver === 'process') held.use(await holdPackage(services, launch.installDir));
  tell('configure', `Configuring ${slug}`);
  refuseAborted(signal);
  const kept = held.move();
  return {
    slug,
    serverName: prepared.serverName,
    version: prepared.version,
    entry: server.entry,
    settings,
    package: prepared.package,
    launch,
    secrets,
    idleMs: settings.idleMs ?? defaultIdleMs,
    startTimeoutMs: settings.startTimeoutMs ?? defaultStartTimeoutMs,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

const defaultIdleMs = 600_000;
const defaultStartTimeoutMs = 60_000;

/** Keeps an installed package until disposed of, and then removes it if nothing uses it. */
async function holdPackage(
  services: PrepareServices,
  installDir: string,
): Promise<AsyncDisposable> {
  const hold = await services.packageFolders.hold(installDir);
  return {
    async [Symbol.asyncDispose]() {
      hold[Symbol.dispose]();
      await releasePackage(services, installDir);
    },
  };
}

/** Deletes an installed package when no stored instance or revision names it and nobody holds it. */
export async function releasePackage(
  services: Pick<AppServices, 'db' | 'packageFolders' | 'server'>,
  installDir: string,
): Promise<void> {
  await services.packageFolders.remove(installDir, () => removeUnusedPackage(services, installDir));
}
