import { instanceSettingsSchema, type InstanceSettings } from '@plugboard/contracts/api';
import { serverJsonSchema } from '@plugboard/catalog';
import type { Secret } from '@plugboard/vault';
import { z } from 'zod';

import type { AppServices } from '../../../app/services.ts';
import { openInline } from '../../keys/open-inline.ts';
import type { TenantDb } from '../../tenant-db.ts';
import type { Candidate, PackageRecord } from '../candidate.ts';
import { launchFromRow, sealedSecretsFromRow, type Launch } from '../launch-row.ts';

const packageSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('npm'),
    name: z.string(),
    version: z.string(),
    integrity: z.string(),
  }),
  z.object({ type: z.literal('mcpb'), sha256: z.string() }),
]);

/** An instance's own row. */
export type StoredInstance = NonNullable<Awaited<ReturnType<typeof selectStored>>>;

export function selectStored(db: TenantDb, id: string) {
  return db.selectFrom('instances').selectAll().where('id', '=', id).executeTakeFirst();
}

/** One of its revisions. */
export type StoredRevision = NonNullable<Awaited<ReturnType<typeof selectRevision>>>;

export function selectRevision(db: TenantDb, instanceId: string, revision: number) {
  return db
    .selectFrom('instance_revisions')
    .selectAll()
    .where('instance_id', '=', instanceId)
    .where('revision', '=', revision)
    .executeTakeFirst();
}

/** False for one that was installed before revisions were kept and not changed since. */
export async function hasRevisions(db: TenantDb, instanceId: string): Promise<boolean> {
  const found = await db
    .selectFrom('instance_revisions')
    .select('revision')
    .where('instance_id', '=', instanceId)
    .limit(1)
    .executeTakeFirst();
  return found !== undefined;
}

/** The columns that an instance and its revisions share. */
export type StoredContent = Pick<
  StoredInstance,
  'version' | 'entry' | 'settings' | 'package' | 'launch' | 'idle_ms' | 'start_timeout_ms'
>;

/** A candidate but for its secrets, which are sealed, and the slug, which is no part of it. */
export type StoredCandidate = Omit<Candidate, 'slug' | 'secrets'>;

/** What a stored row says that an instance is to be, but for its secrets. */
export function candidateFromRow(
  row: StoredContent,
  serverName: string,
  dataDir: string,
): StoredCandidate {
  return {
    serverName,
    version: row.version,
    entry: row.entry === null ? undefined : serverJsonSchema.parse(JSON.parse(row.entry)),
    settings: instanceSettingsSchema.parse(row.settings),
    package: packageFromRow(row.package),
    launch: launchFromRow(row.launch, dataDir),
    idleMs: row.idle_ms,
    startTimeoutMs: row.start_timeout_ms,
  };
}

export function packageFromRow(stored: unknown): PackageRecord | undefined {
  return stored === null ? undefined : packageSchema.parse(stored);
}

/**
 * Settings that come to a launch as it is, for instances from before settings were kept: all of it
 * is said outright, as nobody knows what of it came from the catalog.
 */
export function settingsFromLaunch(
  launch: Launch,
  idleMs: number,
  startTimeoutMs: number,
): InstanceSettings {
  if (launch.driver === 'remote') {
    const { transport, headers, allowPrivateNetwork } = launch;
    return { transport, headers: { ...headers }, allowPrivateNetwork, idleMs, startTimeoutMs };
  }
  const { args, env, network, limits, mounts } = launch;
  return {
    args: [...args],
    env: { ...env },
    network: network.mode === 'allow' ? { ...network, hosts: [...network.hosts] } : network,
    limits: { ...limits },
    mounts: [...mounts],
    idleMs,
    startTimeoutMs,
  };
}

/** Sealed secrets by name, as base64. */
export function sealedFromRow(stored: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...sealedSecretsFromRow(stored)].map(([name, bytes]) => [name, bytes.toString('base64')]),
  );
}

export type OpenSecretsServices = Pick<AppServices, 'audit' | 'clock' | 'keyring'>;

/** For what sealed secrets are opened, and by whom. */
export interface SecretsPurpose {
  readonly for: 'start' | 'configuration' | 'update' | 'rollback' | 'lock';
  /** Who asked, or for whose calls it is; absent for Plugboard itself. */
  readonly memberId?: string | undefined;
  readonly agentId?: string | undefined;
  /** What more the record says. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

type SealedInstance = Pick<StoredInstance, 'organization_id' | 'id' | 'slug'>;

/**
 * Opens the secrets of an instance's row or of one of its revisions. That they were opened is on
 * record (`instance.secrets_opened`) before anything has them.
 */
export async function openSecretsOf(
  services: OpenSecretsServices,
  instance: SealedInstance,
  stored: unknown,
  { for: why, memberId, agentId, facts }: SecretsPurpose,
): Promise<Readonly<Record<string, Secret>>> {
  const { organization_id: organizationId, id: instanceId, slug } = instance;
  const opened = await openUnrecorded(services, organizationId, instanceId, stored);
  const names = Object.keys(opened);
  if (names.length === 0) return opened;
  await services.audit.append(organizationId, {
    kind: 'instance.secrets_opened',
    at: services.clock(),
    instanceId,
    ...(memberId !== undefined && { memberId }),
    ...(agentId !== undefined && { agentId }),
    change: { slug, names, for: why, ...facts },
  });
  return opened;
}

/** The same without a record, for comparing secrets with others within Plugboard and nothing else. */
export async function openUnrecorded(
  { keyring }: Pick<AppServices, 'keyring'>,
  organizationId: string,
  instanceId: string,
  stored: unknown,
): Promise<Readonly<Record<string, Secret>>> {
  const sealed = sealedSecretsFromRow(stored);
  if (sealed.size === 0) return {};
  const opened: [string, Secret][] = [];
  for (const [name, value] of sealed) {
    const identity = { ownerId: organizationId, instanceId, name };
    opened.push([name, await openInline(keyring, identity, value)]);
  }
  return Object.fromEntries(opened);
}
