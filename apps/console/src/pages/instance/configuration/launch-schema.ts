import type { ConfigurationChange, ConfigurationView, Instance } from '@plugboard/contracts/api';

import { isObject, own } from '../../../forms/json-schema.ts';
import { isSame } from './draft.ts';

type Values = Readonly<Record<string, unknown>>;
type Patch = NonNullable<ConfigurationChange['settings']>;

const times = {
  sleepMinutes: {
    type: 'number',
    minimum: 0,
    maximum: 1440,
    title: 'Sleeps after',
    description: 'Minutes without a call; 0 keeps it running.',
  },
  startSeconds: {
    type: 'number',
    minimum: 1,
    maximum: 600,
    title: 'Time to start',
    description: 'Seconds; then the start has failed.',
  },
} as const;

const processSchema = {
  type: 'object',
  properties: {
    network: {
      type: 'string',
      enum: ['off', 'allow', 'open'],
      title: 'Network',
      description: 'off: nothing. allow: only the hosts below. open: everything.',
    },
    hosts: {
      type: 'array',
      items: { type: 'string' },
      title: 'Hosts',
      description: 'Such as api.example.com or *.example.com, where the network is “allow”.',
    },
    memoryMb: { type: 'integer', minimum: 32, maximum: 65_536, title: 'Memory in MB' },
    cpus: { type: 'number', minimum: 0.05, maximum: 64, title: 'CPUs' },
    pids: { type: 'integer', minimum: 8, maximum: 4096, title: 'Processes' },
    env: {
      type: 'array',
      items: { type: 'string' },
      title: 'Further variables',
      description: 'NAME=value. What is secret belongs in a credential.',
    },
    ...times,
  },
} as const;

const remoteSchema = {
  type: 'object',
  properties: {
    headers: {
      type: 'array',
      items: { type: 'string' },
      title: 'Further headers',
      description: 'Name=value. What is secret belongs in a credential.',
    },
    ...times,
  },
} as const;

/** How an instance runs, as a form asks for it. */
export function launchSchema({ launch }: Instance): Values {
  return launch.driver === 'process' ? processSchema : remoteSchema;
}

/** How it runs now, as the form has it. */
export function launchInForce(instance: Instance, { own: settings }: ConfigurationView): Values {
  const { launch, idleMs, startTimeoutMs } = instance;
  const shared = { sleepMinutes: idleMs / 60_000, startSeconds: startTimeoutMs / 1000 };
  if (launch.driver === 'remote') {
    return { headers: toPairs(settings?.headers), ...shared };
  }
  const { network, limits } = launch;
  return {
    network: network.mode,
    ...(network.mode === 'allow' && { hosts: network.hosts }),
    memoryMb: limits.memoryMb,
    cpus: limits.cpus,
    pids: limits.pids,
    env: toPairs(settings?.env),
    ...shared,
  };
}

/** What differs, as the API takes it; undefined when nothing does. */
export function launchPatch(
  before: Values,
  after: Values,
  { own: settings }: ConfigurationView,
): Patch | undefined {
  const isChanged = (name: string) => !isSame(own(before, name), own(after, name));
  const number = (name: string) => {
    const value = own(after, name);
    return typeof value === 'number' ? value : null;
  };
  const limits = (['memoryMb', 'cpus', 'pids'] as const).filter(isChanged);
  const patch: Patch = {
    ...((isChanged('network') || isChanged('hosts')) && { network: networkOf(after) }),
    ...(limits.length > 0 && {
      limits: Object.fromEntries(limits.map((name) => [name, number(name)])),
    }),
    ...(isChanged('sleepMinutes') && { idleMs: scaled(number('sleepMinutes'), 60_000) }),
    ...(isChanged('startSeconds') && { startTimeoutMs: scaled(number('startSeconds'), 1000) }),
    ...(isChanged('env') && { env: patchPairs(settings?.env, own(after, 'env')) }),
    ...(isChanged('headers') && { headers: patchPairs(settings?.headers, own(after, 'headers')) }),
  };
  return Object.keys(patch).length > 0 ? patch : undefined;
}

function networkOf(values: Values): Exclude<Patch['network'], undefined> {
  const mode = own(values, 'network');
  const hosts = own(values, 'hosts');
  if (mode === 'off' || mode === 'open') return { mode };
  if (mode !== 'allow') return null;
  return { mode, hosts: Array.isArray(hosts) ? hosts.map(String) : [] };
}

function scaled(value: number | null, factor: number): number | null {
  return value === null ? null : Math.round(value * factor);
}

function toPairs(record: Readonly<Record<string, string>> | undefined): string[] | undefined {
  const pairs = Object.entries(record ?? {}).map(([name, value]) => `${name}=${value}`);
  return pairs.length > 0 ? pairs : undefined;
}

function patchPairs(
  before: Readonly<Record<string, string>> | undefined,
  pairs: unknown,
): Record<string, string | null> {
  const patch: Record<string, string | null> = Object.fromEntries(
    Object.keys(isObject(before) ? before : {}).map((name) => [name, null]),
  );
  for (const pair of Array.isArray(pairs) ? pairs.map(String) : []) {
    const at = pair.indexOf('=');
    patch[(at < 0 ? pair : pair.slice(0, at)).trim()] = at < 0 ? '' : pair.slice(at + 1);
  }
  return patch;
}
