import { isDeepStrictEqual } from 'node:util';

import { configurationFacts, configurationSchema } from '@plugboard/catalog';
import type { ConfigurationOrigin, SettingChange } from '@plugboard/contracts/api';

import type { Candidate } from '../instances/candidate.ts';
import type { Configured } from './reconfigure.ts';

export interface FlatSetting {
  readonly path: string;
  readonly value: unknown;
  readonly origin: ConfigurationOrigin;
}

/** Every setting in force by its path, in the order to show them, with where it comes from. */
export function flatten(configured: Configured): readonly FlatSetting[] {
  const { candidate, effective, target } = configured;
  const { entry, launch, idleMs, startTimeoutMs } = candidate;
  const { settings, origins } = effective;
  const facts = entry && configurationFacts(entry)?.launch;
  const flat = new Map<string, FlatSetting>();
  const put = (path: string, value: unknown, origin: ConfigurationOrigin) =>
    flat.set(path, { path, value, origin: origins[path] ?? origin });

  const properties = entry && target ? configurationSchema(entry, target).properties : {};
  for (const [key, { default: standard }] of Object.entries(properties)) {
    const value =
      settings.values && Object.hasOwn(settings.values, key) ? settings.values[key] : standard;
    if (value !== undefined) put(`values.${key}`, value, 'catalog');
  }
  for (const [key, value] of Object.entries(settings.values ?? {}))
    put(`values.${key}`, value, 'own');
  for (const name of ['preset', 'template'] as const) {
    const value = candidate.settings[name];
    if (value !== undefined) put(name, value, 'own');
  }

  const known: ConfigurationOrigin = facts ? 'catalog' : 'plugboard';
  if (launch.driver === 'process') {
    put('args', launch.args, entry ? 'catalog' : 'plugboard');
    for (const [name, value] of Object.entries(facts?.env ?? {})) {
      if (launch.env[name] === value) put(`env.${name}`, value, 'catalog');
    }
    for (const [name, value] of Object.entries(settings.env ?? {}))
      put(`env.${name}`, value, 'own');
    put('network', launch.network, known);
    for (const [name, value] of Object.entries(launch.limits)) put(`limits.${name}`, value, known);
    if (launch.mounts.length > 0) put('mounts', settings.mounts, 'own');
  } else {
    put('url', launch.url, entry ? 'catalog' : 'own');
    put('transport', launch.transport, entry ? 'catalog' : 'plugboard');
    for (const [name, value] of Object.entries(settings.headers ?? {})) {
      put(`headers.${name}`, value, 'own');
    }
    put('allowPrivateNetwork', launch.allowPrivateNetwork, 'plugboard');
  }
  put('idleMs', idleMs, 'plugboard');
  put('startTimeoutMs', startTimeoutMs, 'plugboard');
  return [...flat.values()];
}

/** What differs between two configurations of an instance. Of secrets, that they differ. */
export function changesBetween(before: Configured, after: Configured): readonly SettingChange[] {
  return [
    ...differences(flatten(before), flatten(after)),
    ...secretChanges(before.candidate, after.candidate),
  ];
}

export function differences(
  before: readonly FlatSetting[],
  after: readonly FlatSetting[],
): readonly SettingChange[] {
  const old = new Map(before.map((each) => [each.path, each]));
  const next = new Map(after.map((each) => [each.path, each]));
  return [...new Set([...next.keys(), ...old.keys()])].flatMap((path) => {
    const [was, is] = [old.get(path), next.get(path)];
    if (was && is && isDeepStrictEqual(was.value, is.value)) return [];
    return [
      {
        path,
        ...(was && { before: was.value }),
        ...(is && { after: is.value, origin: is.origin }),
      },
    ];
  });
}

type WithSecrets = Pick<Candidate, 'secrets'>;

function secretChanges(before: WithSecrets, after: WithSecrets): readonly SettingChange[] {
  const names = new Set([...Object.keys(before.secrets), ...Object.keys(after.secrets)]);
  return [...names].flatMap((name): SettingChange[] => {
    const [was, is] = [before.secrets[name], after.secrets[name]];
    if (was?.reveal() === is?.reveal()) return [];
    const path = `secrets.${name}`;
    if (!was) return [{ path, after: 'set', origin: 'own' }];
    return is
      ? [{ path, before: 'set', after: 'set anew', origin: 'own' }]
      : [{ path, before: 'set' }];
  });
}

/** What an instance runs with. */
export type Running = Pick<Candidate, 'launch' | 'idleMs' | 'startTimeoutMs'>;

/** Whether what runs with the one is not right for the other; of stored ones the order is lost. */
export function runsOtherwise(before: Running, after: Running): boolean {
  const of = ({ launch, idleMs, startTimeoutMs }: Running) => [launch, idleMs, startTimeoutMs];
  return !isDeepStrictEqual(of(before), of(after));
}
