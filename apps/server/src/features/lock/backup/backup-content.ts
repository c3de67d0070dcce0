import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';

import { AppError } from '@plugboard/contracts';
import {
  findUnsafePart,
  instanceSettingsSchema,
  lockDocumentSchema,
  maxBackupBytes,
} from '@plugboard/contracts/api';
import type { SecretIdentity } from '@plugboard/vault';
import { z } from 'zod';

/** By name, each sealed with the backup's own key for the place where it stands. */
const sealedSchema = z.record(z.string().max(200), z.base64());

const revisionSchema = z.int().min(1).max(2_147_483_647);
const timestampSchema = z.iso.datetime();

const instanceRevisionSchema = z.strictObject({
  revision: revisionSchema,
  reason: z.enum([
    'installed',
    'updated',
    'configured',
    'inherited',
    'rolled_back',
    'applied',
    'restored',
  ]),
  version: z.string(),
  entry: z.string().nullable(),
  settings: instanceSettingsSchema,
  package: z.record(z.string(), z.json()).nullable(),
  launch: z.record(z.string(), z.json()),
  secrets: sealedSchema,
  idleMs: z.int(),
  startTimeoutMs: z.int(),
  contract: z.array(z.tuple([z.string(), z.string(), z.string()])),
  note: z.string().nullable(),
  createdAt: timestampSchema,
});

/** How columns of JSON are checked on their way out. */
export const revisionColumns = instanceRevisionSchema.shape;

const layerSchema = z.strictObject({
  server: z.string(),
  environment: z.enum(['dev', 'staging', 'prod']),
  revisions: z.array(
    z.strictObject({
      revision: revisionSchema,
      settings: instanceSettingsSchema,
      note: z.string().nullable(),
      createdAt: timestampSchema,
    }),
  ),
});

const backupSchema = z.strictObject({
  /** The version of Plugboard that made it. */
  plugboard: z.string(),
  document: lockDocumentSchema,
  /** Oldest first, the present one last. */
  layers: z.array(layerSchema),
  instances: z.array(
    z.strictObject({
      slug: z.string(),
      /** The present ones. */
      secrets: sealedSchema,
      revisions: z.array(instanceRevisionSchema),
    }),
  ),
  sources: z.array(z.strictObject({ slug: z.string(), token: z.base64() })),
});

export type Backup = z.output<typeof backupSchema>;
export type BackedUpInstance = Backup['instances'][number];
export type BackedUpLayer = Backup['layers'][number];
export type InstanceRevision = BackedUpInstance['revisions'][number];

/** Where a secret stands in a backup; it opens nowhere else. */
export function placeInBackup(
  place: { readonly instance: string; readonly revision?: number } | { readonly source: string },
  name: string,
): SecretIdentity {
  const at =
    'source' in place
      ? `source ${place.source}`
      : `instance ${place.instance} ${place.revision ?? 'now'}`;
  return { ownerId: 'backup', instanceId: at, name };
}

/** As it is sealed: compressed, for histories repeat themselves. */
export async function encodeBackup(backup: Backup): Promise<Buffer> {
  return promisify(gzip)(Buffer.from(JSON.stringify(backup)));
}

/** Throws `AppError('invalid_input')` for what no Plugboard wrote. */
export async function decodeBackup(content: Buffer): Promise<Backup> {
  const parsed = backupSchema.safeParse(await unpack(content));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw refused(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is not known'}`);
}

async function unpack(content: Buffer): Promise<unknown> {
  try {
    const text = await promisify(gunzip)(content, { maxOutputLength: 4 * maxBackupBytes });
    const value: unknown = JSON.parse(text.toString('utf8'));
    const unsafe = findUnsafePart(value);
    if (unsafe) throw refused(`${unsafe.path.join('.')}: ${unsafe.message}`);
    return value;
  } catch (error) {
    throw error instanceof AppError ? error : refused('its content cannot be read', error);
  }
}

function refused(why: string, cause?: unknown): AppError {
  return new AppError(
    'invalid_input',
    `The backup is whole, but not one that this version of Plugboard can read: ${why}.`,
    { cause },
  );
}
