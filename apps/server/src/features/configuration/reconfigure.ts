import {
  type ConfigurationProblem,
  configurationSchema,
  type LaunchTarget,
  type ServerJson,
} from '@plugboard/catalog';
import { isAppError } from '@plugboard/contracts';
import type { ConfigurationChange, InstanceSettings } from '@plugboard/contracts/api';
import { Secret } from '@plugboard/vault';

import type { AppServices } from '../../app/services.ts';
import { withTenant } from '../../store/tenant.ts';
import type { Candidate } from '../instances/candidate.ts';
import { checkRemoteUrl } from '../instances/prepare/resolve-server.ts';
import type { PresentInstance } from '../instances/revisions/present-instance.ts';
import { openSecretsOf } from '../instances/revisions/stored-candidate.ts';
import { filledSlotsOf } from '../credentials/bindings/filled-slots.ts';
import { applyPatch } from './apply-patch.ts';
import { type ConfiguredLaunch, configureLaunch } from './configure-launch.ts';
import { effectiveSettings, type SharedSettings } from './effective-settings.ts';
import type { Environment } from './layers.ts';
import type { EffectiveSettings } from './merge-settings.ts';
import { targetOf } from './target-of.ts';

export type ReconfigureServices = Pick<
  AppServices,
  'audit' | 'clock' | 'db' | 'keyring' | 'server'
>;

/** An instance with a configuration: what it is now, or what a change would make of it. */
export interface Configured {
  readonly candidate: Candidate;
  readonly environment: Environment;
  readonly target: LaunchTarget | undefined;
  readonly effective: EffectiveSettings;
  readonly configured: ConfiguredLaunch;
  /** Filled at each start by credentials, or by others. */
  readonly filledSlots: readonly string[];
  readonly problems: readonly ConfigurationProblem[];
}

/** The environment of the toolbox that an instance is in. */
export async function environmentOf(
  services: Pick<AppServices, 'db'>,
  { row }: PresentInstance,
): Promise<Environment> {
  const toolbox = await withTenant(services.db, row.organization_id, (db) =>
    db
      .selectFrom('toolboxes')
      .select('environment')
      .where('id', '=', row.toolbox_id)
      .executeTakeFirstOrThrow(),
  );
  return toolbox.environment;
}

export interface Reconfiguration {
  readonly change?: ConfigurationChange;
  /** Layers and templates as they would be. */
  readonly shared?: SharedSettings;
  /** The member who asks. */
  readonly by?: string | undefined;
}

/**
 * What an instance comes to with a change of its own configuration, or of what it inherits. Its
 * package stays. Rejects with `AppError('invalid_input')` for a preset, a template or a mount that is
 * not there; every other problem is told.
 */
export async function reconfigure(
  services: ReconfigureServices,
  { row, stored }: PresentInstance,
  environment: Environment,
  { change = {}, shared, by }: Reconfiguration,
): Promise<Configured> {
  const { organization_id: organizationId } = row;
  const { entry, serverName, launch } = stored;
  const own = applyPatch(stored.settings, change.settings ?? {});
  const target = entry && targetOf(entry, stored);
  const effective = await withTenant(services.db, organizationId, (db) =>
    effectiveSettings(
      db,
      organizationId,
      { serverName, environment, entry, settings: own },
      shared,
    ),
  );
  const opened = await openSecretsOf(services, row, row.sealed_secrets, {
    for: 'configuration',
    memberId: by,
  });
  const { given, kept } = changeSecrets(opened, change.secrets ?? {}, entry, target);
  const settings = withTransport(effective.settings, stored);
  const filledSlots = await filledSlotsOf(services, organizationId, row);
  const configured = await configureLaunch(services, {
    place:
      launch.driver === 'remote'
        ? { driver: 'remote', url: launch.url }
        : { driver: 'process', installDir: launch.installDir, entry: launch.entry },
    entry,
    target,
    settings,
    secrets: given,
    keptSecrets: kept,
    filledSlots,
  });
  const { problems, secrets, idleMs, startTimeoutMs } = configured;
  return {
    candidate: {
      ...stored,
      slug: row.slug,
      settings: own,
      launch: configured.launch,
      secrets,
      idleMs,
      startTimeoutMs,
    },
    environment,
    target,
    effective,
    configured,
    filledSlots,
    problems: [
      ...problems,
      ...missingNames(given, change.secrets ?? {}),
      ...urlProblems(configured),
    ],
  };
}

/** A remote whose address is made of variables may come to lie where it must not. */
function urlProblems({ launch }: ConfiguredLaunch): readonly ConfigurationProblem[] {
  if (launch.driver !== 'remote') return [];
  try {
    checkRemoteUrl(launch.url, launch.allowPrivateNetwork);
    return [];
  } catch (error) {
    if (!isAppError(error)) throw error;
    return [{ key: 'url', message: error.message.replace(/^server: /, '') }];
  }
}

/** A remote stays with the transport that it was added with. */
function withTransport(
  settings: InstanceSettings,
  { launch }: PresentInstance['stored'],
): InstanceSettings {
  if (launch.driver !== 'remote' || settings.transport !== undefined) return settings;
  return { ...settings, transport: launch.transport };
}

function changeSecrets(
  opened: Readonly<Record<string, Secret>>,
  changes: NonNullable<ConfigurationChange['secrets']>,
  entry: ServerJson | undefined,
  target: LaunchTarget | undefined,
) {
  const properties = entry && target ? configurationSchema(entry, target).properties : {};
  const sealedName = (key: string) =>
    (Object.hasOwn(properties, key) ? properties[key]?.['x-plugboard'].name : undefined) ?? key;
  const kept = new Map(Object.entries(opened));
  const given = new Map<string, Secret>();
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) kept.delete(sealedName(key));
    else given.set(key, new Secret(value));
  }
  return { given: Object.fromEntries(given), kept: Object.fromEntries(kept) };
}

function missingNames(
  given: Readonly<Record<string, Secret>>,
  changes: NonNullable<ConfigurationChange['secrets']>,
): readonly ConfigurationProblem[] {
  return Object.keys(changes).flatMap((key) =>
    given[key]?.reveal() === ''
      ? [{ key, message: 'must not be empty. To take the secret away, unset it.' }]
      : [],
  );
}
