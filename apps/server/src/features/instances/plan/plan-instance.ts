import type { InstallPlan as PackagePlan } from '@plugboard/runtime';
import {
  type CatalogMeta,
  type LaunchTarget,
  readCatalogMeta,
  type ServerJson,
} from '@plugboard/catalog';
import type {
  InstallConflict,
  InstallPlan,
  InstanceSettings,
  PlanInstanceInput,
} from '@plugboard/contracts/api';
import { exposeName } from '@plugboard/gateway';

import type { AppServices } from '../../../app/services.ts';
import { withTenant } from '../../../store/tenant.ts';
import { type ConfiguredLaunch, configureLaunch } from '../../configuration/configure-launch.ts';
import type { ChosenCredential } from '../../credentials/bindings/choose-credentials.ts';
import { effectiveSettings } from '../../configuration/effective-settings.ts';
import { readLicencePolicy } from '../../organizations/licence-policy.ts';
import { driverMissing } from '../prepare/place-server.ts';
import { readRequest, secretsOf, settingsOf } from '../prepare/read-request.ts';
import { npmName } from '../prepare/requested-server.ts';
import { describeBundle, type PlannedBundle } from './bundle-plan.ts';
import { configurationConflicts, credentialsOf } from './configuration-conflicts.ts';
import { digestOf } from './digest.ts';
import { hostConflicts } from './host-conflicts.ts';
import { licenceConflicts } from './licence-conflicts.ts';
import { nameConflicts } from './name-conflicts.ts';
import { entryConflicts, packageConflicts } from './package-conflicts.ts';
import { listensOn, portConflicts, portsOf } from './port-conflicts.ts';
import { presentFetch, presentReach, presentRun } from './present-plan.ts';

export type PlanServices = Pick<AppServices, 'db' | 'installer' | 'server'>;

/** All that is known of what would be installed. */
export interface Planned {
  readonly kind: 'package' | 'bundle' | 'remote' | 'undrivable';
  readonly entry: ServerJson | undefined;
  readonly target: LaunchTarget | undefined;
  readonly facts: CatalogMeta | undefined;
  readonly settings: InstanceSettings;
  readonly package: PackagePlan | undefined;
  readonly bundle: PlannedBundle | undefined;
  readonly configured: ConfiguredLaunch | undefined;
}

/**
 * What `addInstance` would do with the same input, and what is in its way. Nothing is installed or
 * run, and nothing but the package cache is written. Rejects with `AppError` when it cannot be told:
 * for a server or version that does not exist, an unreachable registry, and malformed input.
 */
export async function planInstance(
  services: PlanServices,
  organizationId: string,
  input: PlanInstanceInput,
  signal: AbortSignal,
  chosen: readonly ChosenCredential[] = [],
): Promise<InstallPlan> {
  const inTenant = <T>(read: Parameters<typeof withTenant<T>>[2]) =>
    withTenant(services.db, organizationId, read);
  const request = await inTenant((db) => readRequest(db, input));
  const { server, found, slug, toolbox } = request;
  const own = settingsOf(input);
  const bundle =
    server.kind === 'bundle' ? await describeBundle(services, organizationId, server) : undefined;
  const entry = bundle?.entry ?? server.entry;
  const target = bundle?.target ?? server.target;
  const npm = server.kind === 'package' ? npmName(server.packageSpec) : undefined;
  const name = (entry?.name ?? server.name ?? npm) || slug;
  const { settings } = await inTenant((db) =>
    effectiveSettings(db, organizationId, {
      serverName: name,
      environment: toolbox.environment,
      entry,
      settings: own,
    }),
  );
  const plan =
    server.kind === 'package'
      ? await services.installer.plan({
          spec: server.packageSpec,
          command: settings.command,
          expected: server,
          signal,
          onProgress: () => undefined,
        })
      : undefined;
  const secrets = secretsOf(input);
  const filledSlots = chosen.map(({ slot }) => slot);
  const planned: Planned = {
    kind: server.kind,
    entry,
    target,
    facts: readCatalogMeta(entry),
    settings,
    package: plan,
    bundle,
    configured:
      server.kind === 'undrivable'
        ? undefined
        : await configureLaunch(services, {
            place:
              server.kind === 'remote'
                ? { driver: 'remote', url: server.url }
                : { driver: 'process', installDir: '', entry: plan?.entry ?? bundle?.path ?? '' },
            entry,
            target,
            settings,
            secrets,
            filledSlots,
          }),
  };
  const { configured, facts } = planned;
  const credentials = credentialsOf(configured, facts, [...Object.keys(secrets), ...filledSlots]);
  const tools = facts && facts.toolsFrom !== 'unknown' ? facts.tools : undefined;
  const conflicts: readonly InstallConflict[] = [
    ...undrivable(planned, server.kind === 'undrivable' ? server.registryTypes : undefined),
    ...entryConflicts(found),
    ...(plan ? packageConflicts(plan, settings.approveScripts === true) : []),
    ...(await licenceFindings(services, organizationId, planned)),
    ...(configured ? configurationConflicts(configured, credentials) : []),
    ...(await inTenant((db) =>
      nameConflicts(db, slug, request.taken, tools?.map((tool) => tool.name) ?? []),
    )),
    ...(await hostFindings(services, organizationId, planned)),
    ...(await signInFindings(configured, [...Object.keys(secrets), ...filledSlots], signal)),
  ];
  const fetched = presentFetch(planned);
  const run = presentRun(planned, services.server, secrets);
  const reach = presentReach(planned);
  const version = plan?.version ?? bundle?.version ?? entry?.version ?? 'remote';
  return {
    digest: digestOf({
      slug,
      toolbox: toolbox.id,
      name,
      version,
      packages: fetched.packages.map((each) => [each.name, each.version, each.integrity]),
      bundle: fetched.bundle?.sha256,
      launch: configured?.launch,
      idleMs: configured?.idleMs,
      startTimeoutMs: configured?.startTimeoutMs,
      scripts: run?.driver === 'process' ? run.scripts : [],
      secrets: Object.keys(configured?.secrets ?? {}).toSorted(),
      ...(chosen.length > 0 && {
        credentials: chosen.map(({ slot, credential }) => [slot, credential.id]),
      }),
    }),
    slug,
    toolbox: { slug: toolbox.slug, environment: toolbox.environment },
    server: presentServer(name, version, planned, found?.source),
    fetch: fetched,
    ...(run && { run }),
    reach,
    credentials: [...credentials],
    tools: tools
      ? {
          known: true,
          tools: tools.map((tool) => ({
            name: tool.name,
            exposedName: exposeName(slug, tool.name),
            level: tool.level,
          })),
        }
      : { known: false },
    conflicts: [...conflicts],
    ready: conflicts.every(({ severity }) => severity !== 'error'),
  };
}

/** Of a remote server to which nothing would be sent that says who asks. */
async function signInFindings(
  configured: ConfiguredLaunch | undefined,
  filled: readonly string[],
  signal: AbortSignal,
): Promise<readonly InstallConflict[]> {
  const launch = configured?.launch;
  if (launch?.driver !== 'remote') return [];
  const names = [
    ...filled,
    ...Object.keys(launch.headers),
    ...Object.keys(configured?.secrets ?? {}),
  ];
  if (names.length > 0) return [];
  const { signInConflicts } = await import('../../connections/sign-in-conflict.ts');
  return signInConflicts(launch, signal);
}

function presentServer(
  name: string,
  version: string,
  { entry, facts, package: plan }: Planned,
  source: string | undefined,
): InstallPlan['server'] {
  const license = plan?.packages[0]?.license ?? facts?.license;
  return {
    name,
    version,
    ...(entry?.title !== undefined && { title: entry.title }),
    ...(facts && { publisher: facts.publisher, tier: facts.tier }),
    ...(license !== undefined && { license }),
    ...(source !== undefined && { source }),
    remarks: facts?.remarks ?? [],
  };
}

function undrivable(
  { entry, target }: Planned,
  registryTypes: readonly string[] | undefined,
): readonly InstallConflict[] {
  if (registryTypes) {
    return [{ code: 'driver_missing', severity: 'error', ...driverMissing(registryTypes) }];
  }
  const transport = target?.kind === 'package' && entry?.packages?.[target.index]?.transport.type;
  if (!transport || transport === 'stdio') return [];
  return [
    {
      code: 'transport_unsupported',
      severity: 'warning',
      message: `Its entry says that the package is spoken to by ${transport}; Plugboard speaks to what it runs by standard input and output.`,
      cure: 'Configure it to use stdio, if it can, or run it apart and add its URL.',
    },
  ];
}

async function licenceFindings(
  { db }: PlanServices,
  organizationId: string,
  planned: Planned,
): Promise<readonly InstallConflict[]> {
  const { package: plan, bundle } = planned;
  if (!plan && !bundle) return [];
  const policy = await withTenant(db, organizationId, readLicencePolicy);
  const packages = plan?.packages ?? (bundle ? [bundle] : []);
  return licenceConflicts(policy, packages);
}

async function hostFindings(
  { db, server }: PlanServices,
  organizationId: string,
  { configured, facts, entry, target, package: plan, bundle }: Planned,
): Promise<readonly InstallConflict[]> {
  if (configured?.launch.driver !== 'process') return [];
  const { launch } = configured;
  const packed = plan?.present === true ? [] : (plan?.packages ?? (bundle ? [bundle] : []));
  const bytes = packed.reduce((sum, each) => sum + (each.bytes ?? 0), 0);
  const programs = facts?.launch.requires ?? [];
  const ports = portsOf(launch, listensOn(entry, target?.index ?? 0));
  return [
    ...(await hostConflicts(server, { programs, bytes })),
    ...(await withTenant(db, organizationId, (tx) => portConflicts(tx, ports, server.dataDir))),
  ];
}
