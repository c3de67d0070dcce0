import type { InstanceSettings } from '@plugboard/contracts/api';
import type { Secret } from '@plugboard/vault';

import type { AppServices } from '../../../app/services.ts';
import { withTenant } from '../../../store/tenant.ts';
import {
  type ConfiguredLaunch,
  configureLaunch,
  type LaunchPlace,
  refuseProblems,
} from '../../configuration/configure-launch.ts';
import { effectiveSettings } from '../../configuration/effective-settings.ts';
import type { ToolboxRow } from '../../toolboxes/queries.ts';
import type { Candidate } from '../candidate.ts';
import { holdPackage } from './hold-package.ts';
import { refuseAborted } from '../or-aborted.ts';
import { placeServer, type PlacedServer, type PlaceOptions } from './place-server.ts';
import { refuseByLicence, refusePackageByLicence } from './refuse-by-licence.ts';
import { checkRemoteUrl } from './resolve-server.ts';
import { npmName, type RequestedServer } from './requested-server.ts';
import { spaced } from '../tell.ts';
import { noteTrial } from '../trial/trial-notes.ts';

export type PrepareServices = Pick<AppServices, 'db' | 'installer' | 'packageFolders' | 'server'>;

/** What somebody wants to run. */
export interface CandidateRequest {
  readonly organizationId: string;
  /** Of the toolbox it is for; its layers are inherited. */
  readonly environment: ToolboxRow['environment'];
  readonly slug: string;
  readonly server: RequestedServer;
  readonly settings: InstanceSettings;
  /** Given now, by configuration key or by the variable or header that they go to. */
  readonly secrets: Readonly<Record<string, Secret>>;
  /** Sealed already, by variable or header; those given outrank them. */
  readonly keptSecrets?: Readonly<Record<string, Secret>>;
  /** Variables and headers that credentials fill at each start, or that others are to provide. */
  readonly filledSlots?: readonly string[];
}

export type PrepareOptions = PlaceOptions;

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
  options: PrepareOptions,
): Promise<PreparedCandidate> {
  const { signal, tell } = options;
  refuseAborted(signal);
  const { slug, settings } = request;
  await using held = new AsyncDisposableStack();
  held.use(await noteTrial(services.server.dataDir, { kind: 'package', since: Date.now() }));
  const placed = await placeAndHold(services, request, { ...options, tell: spaced(tell) }, held);
  refuseAborted(signal);

  tell('configure', `Configuring ${slug}`);
  const configured = await configure(services, request, placed);
  refuseAborted(signal);

  const kept = held.move();
  return {
    slug,
    serverName: placed.serverName,
    version: placed.version,
    entry: placed.entry,
    settings,
    package: placed.package,
    launch: configured.launch,
    secrets: configured.secrets,
    idleMs: configured.idleMs,
    startTimeoutMs: configured.startTimeoutMs,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

async function placeAndHold(
  services: PrepareServices,
  request: CandidateRequest,
  options: PrepareOptions,
  held: AsyncDisposableStack,
): Promise<PlacedServer> {
  const { organizationId, server } = request;
  let own = request.settings;
  // What a bundle asks for is known only when it was opened.
  if (server.kind === 'package' || server.kind === 'remote') {
    const serverName =
      server.kind === 'remote' ? server.name : (server.name ?? npmName(server.packageSpec));
    own = await readSettings(services, request, serverName, server.entry);
    // Before anything is fetched in vain.
    await configure(services, request, { ...server, serverName, place: placeOf(server) });
  }
  if (server.kind === 'package') {
    await refusePackageByLicence(services, organizationId, server, own.command, options.signal);
  }
  for (;;) {
    const placed = await placeServer(services, organizationId, server, own, options);
    if (placed.place.driver === 'remote') return placed;
    if (placed.kept) held.use(placed.kept);
    const hold = await holdPackage(services, placed.place.installDir);
    // What was found installed may have been removed with the last that used it, just before.
    if (hold) {
      held.use(hold);
      // What a bundle states is known only when it was opened.
      if (server.kind === 'bundle') {
        const { serverName: name, version, license } = placed;
        await refuseByLicence(services, organizationId, [{ name, version, license }]);
      }
      return placed;
    }
  }
}

function placeOf(server: Extract<RequestedServer, { kind: 'package' | 'remote' }>): LaunchPlace {
  if (server.kind === 'remote') return { driver: 'remote', url: server.url };
  return { driver: 'process', installDir: '', entry: '' };
}

/** How to run what is in place. Throws `AppError('invalid_input')` unless all that is needed is there. */
async function configure(
  services: PrepareServices,
  request: CandidateRequest,
  {
    place,
    serverName,
    entry,
    target,
  }: Pick<PlacedServer, 'place' | 'serverName' | 'entry' | 'target'>,
): Promise<ConfiguredLaunch> {
  const { secrets, keptSecrets, filledSlots } = request;
  const settings = await readSettings(services, request, serverName, entry);
  const configured = await configureLaunch(services, {
    place,
    entry,
    target,
    settings,
    secrets,
    ...(keptSecrets && { keptSecrets }),
    ...(filledSlots && { filledSlots }),
  });
  refuseProblems(configured.problems);
  const { launch } = configured;
  if (launch.driver === 'remote') checkRemoteUrl(launch.url, launch.allowPrivateNetwork);
  return configured;
}

async function readSettings(
  { db }: PrepareServices,
  { organizationId, environment, settings }: CandidateRequest,
  serverName: string,
  entry: RequestedServer['entry'],
): Promise<InstanceSettings> {
  const { settings: effective } = await withTenant(db, organizationId, (tx) =>
    effectiveSettings(tx, organizationId, { serverName, environment, entry, settings }),
  );
  return effective;
}
