import { AppError } from '@plugboard/contracts';
import {
  type BackupContent,
  instanceSettingsSchema,
  maxBackupBytes,
} from '@plugboard/contracts/api';
import {
  type BackupKey,
  createBackupKey,
  packBackup,
  type Secret,
  sealSecret,
} from '@plugboard/vault';
import type { Selectable } from 'kysely';

import type { AppServices } from '../../../app/services.ts';
import type { Database } from '../../../store/schema.ts';
import { withTenant } from '../../../store/tenant.ts';
import { type Author, commitChange } from '../../change.ts';
import { openToken } from '../../catalog/sources/token.ts';
import { openInline } from '../../keys/open-inline.ts';
import { sealedSecretsFromRow } from '../../instances/launch-row.ts';
import type { TenantDb } from '../../tenant-db.ts';
import { readLock } from '../read-lock.ts';
import { type Backup, encodeBackup, placeInBackup, revisionColumns } from './backup-content.ts';

export interface MadeBackup {
  readonly file: Buffer;
  readonly content: BackupContent;
}

/**
 * The whole configuration with its history as one file. With a passphrase it holds the secrets too,
 * each sealed anew under a key made of it; without one it holds none and is not encrypted. Agents'
 * tokens, keys of members and the audit log are in no backup.
 */
export async function makeBackup(
  services: AppServices,
  author: Author,
  passphrase: Secret | undefined,
): Promise<MadeBackup> {
  const { organizationId } = author;
  const key = passphrase && (await createBackupKey(passphrase));
  const document = await readLock(services, organizationId);
  /** From one key to the other; nobody here sees what it is. */
  const reseal: Reseal = async (backupKey, { instanceId, place }, stored) => {
    const resealed: [string, string][] = [];
    for (const [name, sealed] of sealedSecretsFromRow(stored)) {
      const identity = { ownerId: organizationId, instanceId, name };
      const secret = await openInline(services.keyring, identity, sealed);
      const anew = sealSecret(backupKey.secrets, placeInBackup(place, name), secret);
      resealed.push([name, anew.toString('base64')]);
    }
    return Object.fromEntries(resealed);
  };
  const backup = await withTenant(
    services.db,
    organizationId,
    async (db): Promise<Backup> => ({
      plugboard: services.server.version,
      document,
      layers: await readLayerHistory(db),
      instances: await readInstanceHistory(db, key, reseal),
      sources: key ? await readTokens(services, db, key) : [],
    }),
    { snapshot: true },
  );
  const file = packBackup(await encodeBackup(backup), key);
  if (file.length > maxBackupBytes) {
    throw new AppError('payload_too_large', 'The backup would be larger than 100 MB.');
  }
  const content = describeBackup(backup, key !== undefined);
  await commitChange(services, author, async () => ({
    result: undefined,
    record: { kind: 'lock.backed_up', change: { ...content } },
    events: [],
  }));
  return { file, content };
}

/** What is told of a backup. */
export function describeBackup(
  { plugboard, instances, layers, sources }: Backup,
  encrypted: boolean,
): BackupContent {
  const sum = <T>(items: readonly T[], count: (item: T) => number) =>
    items.reduce((total, item) => total + count(item), 0);
  return {
    version: plugboard,
    encrypted,
    secrets: sum(instances, ({ secrets }) => Object.keys(secrets).length),
    sourceTokens: sources.length,
    instanceRevisions: sum(instances, ({ revisions }) => revisions.length),
    layerRevisions: sum(layers, ({ revisions }) => revisions.length),
  };
}

type Reseal = (
  key: BackupKey,
  at: {
    readonly instanceId: string;
    readonly place: { readonly instance: string; readonly revision?: number };
  },
  stored: unknown,
) => Promise<Record<string, string>>;

async function readInstanceHistory(
  db: TenantDb,
  key: BackupKey | undefined,
  reseal: Reseal,
): Promise<Backup['instances']> {
  const instances = await db
    .selectFrom('instances')
    .select(['id', 'slug', 'sealed_secrets'])
    .orderBy('slug')
    .execute();
  const rows = await db.selectFrom('instance_revisions').selectAll().orderBy('revision').execute();
  const revisionsOf = Map.groupBy(rows, (row) => row.instance_id);
  const history: Backup['instances'] = [];
  for (const { id, slug, sealed_secrets: sealed } of instances) {
    const place = { instance: slug };
    const secrets = key ? await reseal(key, { instanceId: id, place }, sealed) : {};
    const revisions: Backup['instances'][number]['revisions'] = [];
    for (const row of revisionsOf.get(id) ?? []) {
      const at = { instanceId: id, place: { ...place, revision: row.revision } };
      const former = key ? await reseal(key, at, row.sealed_secrets) : {};
      revisions.push(presentRevision(row, former));
    }
    history.push({ slug, secrets, revisions });
  }
  return history;
}

function presentRevision(
  row: Selectable<Database['instance_revisions']>,
  secrets: Record<string, string>,
): Backup['instances'][number]['revisions'][number] {
  return {
    revision: row.revision,
    reason: row.reason,
    version: row.version,
    entry: row.entry,
    settings: instanceSettingsSchema.parse(row.settings),
    package: revisionColumns.package.parse(row.package),
    launch: revisionColumns.launch.parse(row.launch),
    secrets,
    idleMs: row.idle_ms,
    startTimeoutMs: row.start_timeout_ms,
    contract: revisionColumns.contract.parse(row.contract),
    note: row.note,
    createdAt: row.created_at.toISOString(),
  };
}

async function readLayerHistory(db: TenantDb): Promise<Backup['layers']> {
  const rows = await db
    .selectFrom('configuration_layers')
    .selectAll()
    .orderBy('server_name')
    .orderBy('environment')
    .orderBy('revision')
    .execute();
  const layers = Map.groupBy(rows, (row) => `${row.environment} ${row.server_name}`);
  return [...layers.values()].flatMap((revisions) => {
    const [first] = revisions;
    if (!first) return [];
    return [
      {
        server: first.server_name,
        environment: first.environment,
        revisions: revisions.map((row) => ({
          revision: row.revision,
          settings: instanceSettingsSchema.parse(row.settings),
          note: row.note,
          createdAt: row.created_at.toISOString(),
        })),
      },
    ];
  });
}

async function readTokens(
  services: Pick<AppServices, 'keyring'>,
  db: TenantDb,
  key: BackupKey,
): Promise<Backup['sources']> {
  const rows = await db
    .selectFrom('catalog_sources')
    .selectAll()
    .where('sealed_token', 'is not', null)
    .orderBy('slug')
    .execute();
  const tokens: Backup['sources'] = [];
  for (const row of rows) {
    const token = await openToken(services, row);
    if (!token) continue;
    const { slug } = row;
    const sealed = sealSecret(key.secrets, placeInBackup({ source: slug }, 'token'), token);
    tokens.push({ slug, token: sealed.toString('base64') });
  }
  return tokens;
}
