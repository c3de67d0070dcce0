import { createHash } from 'node:crypto';

import { networkPolicySchema } from '@plugboard/contracts/api';
import type { NetworkPolicy } from '@plugboard/runtime';
import { z } from 'zod';

import { type Launch, launchFromRow, sealedSecretsFromRow } from '../../instances/launch-row.ts';
import { packageFromRow, type StoredInstance } from '../../instances/revisions/stored-candidate.ts';

const destinationSchema = z.discriminatedUnion('driver', [
  z.object({
    driver: z.literal('remote'),
    url: z.string(),
    privateNetwork: z.boolean(),
    /** Of the headers, of secret ones the names: some services are told by one where to pass a request on to. */
    told: z.string(),
  }),
  z.object({
    driver: z.literal('process'),
    package: z.string(),
    /** Of the command, the arguments and the variables, of secret ones the names. */
    told: z.string(),
    network: networkPolicySchema,
    mounts: z.array(z.object({ path: z.string(), writable: z.boolean() })),
  }),
]);

/** Where an instance takes what it is given, as far as whoever configures it can change that. */
export type Destination = z.output<typeof destinationSchema>;

type DestinationRow = Pick<
  StoredInstance,
  'server_name' | 'package' | 'settings' | 'launch' | 'sealed_secrets'
>;

/** Of an instance as it is stored, whose folders are below `dataDir`. */
export function destinationOf(row: DestinationRow, dataDir: string): Destination {
  return destinationOfLaunch(row, launchFromRow(row.launch, dataDir));
}

function destinationOfLaunch(row: DestinationRow, launch: Launch): Destination {
  const sealed = [...sealedSecretsFromRow(row.sealed_secrets).keys()].toSorted();
  if (launch.driver === 'remote') {
    const { url, headers, allowPrivateNetwork: privateNetwork } = launch;
    const { href } = new URL(url);
    const told = digestOf([sorted(headers), sealed]);
    return { driver: 'remote', url: href, privateNetwork, told };
  }
  const { args, env, network, mounts } = launch;
  const command = commandSchema.safeParse(row.settings).data?.command ?? '';
  return {
    driver: 'process',
    package: packageName(row),
    told: digestOf([command, args, sorted(env), sealed]),
    network: network.mode === 'allow' ? { mode: 'allow', hosts: [...network.hosts] } : network,
    mounts: mounts.map(({ path, writable }) => ({ path, writable })),
  };
}

/** Undefined for what is stored of none, or of one that cannot be read. */
export function destinationFromRow(stored: unknown): Destination | undefined {
  return destinationSchema.safeParse(stored).data;
}

/** Names a destination, so that what somebody confirms is what they were shown. */
export function destinationDigest(destination: Destination): string {
  return digestOf(destination);
}

/** In words, without what may be secret in an address. */
export function describeDestination(destination: Destination): string {
  return destination.driver === 'remote' ? addressOf(destination.url) : destination.package;
}

/**
 * What was changed since so that a secret could come elsewhere than where it was lent to; empty when
 * nothing was. Another version of the same npm package, a narrower network and fewer folders are not
 * such a change; a bundle is known by its digest alone, so that each of its versions is another.
 */
export function changesSince(pinned: Destination | undefined, now: Destination): string[] {
  if (!pinned) return ['where it goes was not noted'];
  if (pinned.driver === 'remote') {
    if (now.driver !== 'remote') return [`it runs ${now.package} here now`];
    return [
      ...(pinned.url === now.url ? [] : [`its address is ${addressOf(now.url)} now`]),
      ...(now.privateNetwork && !pinned.privateNetwork ? ['it may be at a private address'] : []),
      ...(pinned.told === now.told ? [] : ['other headers go with it']),
    ];
  }
  if (now.driver !== 'process') return [`it is elsewhere now, at ${addressOf(now.url)}`];
  const opened = now.mounts.filter(
    ({ path, writable }) =>
      !pinned.mounts.some((was) => was.path === path && (was.writable || !writable)),
  );
  return [
    ...(pinned.package === now.package ? [] : [`it runs ${now.package} now`]),
    ...(pinned.told === now.told ? [] : ['its command, arguments or variables are others']),
    ...networkChanges(pinned.network, now.network),
    ...opened.map(
      ({ path, writable }) => `it may ${writable ? 'write to' : 'read'} the folder ${path}`,
    ),
  ];
}

function networkChanges(was: NetworkPolicy, now: NetworkPolicy): string[] {
  if (was.mode === 'open' || now.mode === 'off') return [];
  if (now.mode === 'open') return ['it may reach every host'];
  const known = was.mode === 'allow' ? was.hosts : [];
  const more = now.hosts.filter((host) => !known.includes(host));
  return more.length === 0 ? [] : [`it may also reach ${more.join(', ')}`];
}

function packageName({ package: stored, server_name: server }: DestinationRow): string {
  const record = packageFromRow(stored);
  if (!record) return server;
  return record.type === 'npm' ? `npm:${record.name}` : `mcpb:${record.sha256}`;
}

/** Its query may hold a secret of those who configured it. */
function addressOf(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

const commandSchema = z.object({ command: z.string().optional() });

function sorted(texts: Readonly<Record<string, string>>): readonly (readonly [string, string])[] {
  return Object.entries(texts).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url');
}
