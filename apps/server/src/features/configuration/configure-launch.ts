import {
  type ConfigurationProblem,
  configurationFacts,
  type LaunchTarget,
  type ResolvedLaunch,
  resolveLaunch,
  type ServerJson,
} from '@plugboard/catalog';
import { AppError } from '@plugboard/contracts';
import type { InstanceSettings } from '@plugboard/contracts/api';
import { defaultLimits } from '@plugboard/runtime';
import type { Secret } from '@plugboard/vault';

import type { AppServices } from '../../app/services.ts';
import type { Launch } from '../instances/launch-row.ts';
import { checkMounts } from '../instances/prepare/mounts.ts';
import { placeSecrets } from './place-secrets.ts';
import { secretProblems } from './secret-problems.ts';

/** What is in place to be started: an installed package, or a remote. */
export type LaunchPlace =
  | { readonly driver: 'process'; readonly installDir: string; readonly entry: string }
  | { readonly driver: 'remote'; readonly url: string };

export interface ConfiguredServer {
  readonly place: LaunchPlace;
  /** Undefined for a server that was named by package or URL alone. */
  readonly entry: ServerJson | undefined;
  readonly target: LaunchTarget | undefined;
  /** Effective ones, as `effectiveSettings` gives them. */
  readonly settings: InstanceSettings;
  /** Given now, by configuration key or by variable or header. */
  readonly secrets: Readonly<Record<string, Secret>>;
  /** Sealed already, by variable or header. */
  readonly keptSecrets?: Readonly<Record<string, Secret>>;
  /** Variables and headers that credentials fill at each start, or that others are to provide. */
  readonly filledSlots?: readonly string[];
}

export interface ConfiguredLaunch {
  readonly launch: Launch;
  /** By the variable or header under which each is to be sealed. */
  readonly secrets: Readonly<Record<string, Secret>>;
  readonly idleMs: number;
  readonly startTimeoutMs: number;
  readonly problems: readonly ConfigurationProblem[];
  /** What the entry came to; undefined without an entry. */
  readonly resolved: ResolvedLaunch | undefined;
}

const defaultIdleMs = 600_000;
const defaultStartTimeoutMs = 60_000;

/**
 * How to run a server that is in place with effective settings and secrets. Problems are told, not
 * thrown: `refuseProblems` throws them. Rejects with `AppError('invalid_input')` for a mount that is
 * no folder. `{workDir}` is not filled in yet.
 */
export async function configureLaunch(
  { server: { dataDir } }: { readonly server: Pick<AppServices['server'], 'dataDir'> },
  { place, entry, target, settings, secrets, keptSecrets = {}, filledSlots = [] }: ConfiguredServer,
): Promise<ConfiguredLaunch> {
  const { args, env, headers } = settings;
  const mounts = await checkMounts(settings.mounts ?? [], dataDir);
  const paths = [...(settings.mounts ?? []), ...mounts].map(({ path }) => path);
  const resolved =
    entry &&
    target &&
    resolveLaunch(
      entry,
      target,
      settings.values ?? {},
      [...Object.keys(secrets), ...Object.keys(keptSecrets), ...filledSlots],
      { args, env, headers, mounts: paths },
    );
  const problems = [
    // A value that is a file's path is no secret for the catalog, and yet a credential may be the file.
    ...(resolved?.problems ?? unresolvedProblems(settings)).filter(
      ({ key }) => !filledSlots.includes(key) || Object.hasOwn(settings.values ?? {}, key),
    ),
    ...secretProblems(entry, target, secrets),
  ];
  const placed = resolved
    ? placeSecrets(resolved, secrets, keptSecrets)
    : { secrets: { ...keptSecrets, ...secrets }, problems: [] };
  problems.push(...placed.problems);
  return {
    launch:
      place.driver === 'remote'
        ? {
            driver: 'remote',
            transport: settings.transport ?? remoteTransport(entry, target),
            url: resolved?.url ?? place.url,
            headers: resolved?.headers ?? headers ?? {},
            allowPrivateNetwork: settings.allowPrivateNetwork ?? false,
          }
        : {
            driver: 'process',
            installDir: place.installDir,
            entry: place.entry,
            args: [...(resolved?.arguments ?? args ?? [])],
            env: resolved?.env ?? env ?? {},
            ...confinement(entry, settings),
            mounts,
          },
    secrets: placed.secrets,
    idleMs: settings.idleMs ?? defaultIdleMs,
    startTimeoutMs: settings.startTimeoutMs ?? defaultStartTimeoutMs,
    problems,
    resolved,
  };
}

/** Throws `AppError('invalid_input')` naming every key at fault, unless there is no problem. */
export function refuseProblems(problems: readonly ConfigurationProblem[]): void {
  if (problems.length === 0) return;
  throw new AppError(
    'invalid_input',
    problems.map(({ key, message }) => `${key}: ${message}`).join('\n'),
    { details: { problems } },
  );
}

function unresolvedProblems({ values }: InstanceSettings): readonly ConfigurationProblem[] {
  return Object.keys(values ?? {}).map((key) => ({
    key,
    message:
      'is not known: nothing tells what this server can be configured with. Give variables (env), arguments (args) or headers themselves.',
  }));
}

function confinement(entry: ServerJson | undefined, settings: InstanceSettings) {
  const known = entry && configurationFacts(entry)?.launch;
  const { limits } = settings;
  const otherwise = known?.limits ?? defaultLimits;
  return {
    network: settings.network ?? known?.network ?? ({ mode: 'off' } as const),
    limits: {
      memoryMb: limits?.memoryMb ?? otherwise.memoryMb,
      cpus: limits?.cpus ?? otherwise.cpus,
      pids: limits?.pids ?? otherwise.pids,
    },
  };
}

function remoteTransport(entry: ServerJson | undefined, target: LaunchTarget | undefined) {
  return (target?.kind === 'remote' && entry?.remotes?.[target.index]?.type) || 'streamable-http';
}
