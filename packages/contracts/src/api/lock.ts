import { eventIterator } from '@orpc/contract';
import { z } from 'zod';

import { procedure } from './errors.ts';
import { secretsSchema } from './launch.ts';
import { lockKinds } from './lock-compare.ts';
import { lockDocumentSchema } from './lock-document.ts';
import { offeringKindSchema, slugSchema } from './vocabulary.ts';

const fieldSchema = z.object({
  /** Dotted, such as `settings.network.mode`. */
  path: z.string(),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
});

const driftSchema = z.object({
  kind: offeringKindSchema,
  name: z.string(),
  /** `added` is listed and not locked, `removed` locked and not listed. */
  how: z.enum(['added', 'removed', 'changed']),
  locked: z.string().optional(),
  listed: z.string().optional(),
});

const plannedChangeSchema = z.object({
  /** `drift`: nothing to change, but it lists other definitions than are locked. */
  action: z.enum(['create', 'change', 'delete', 'drift']),
  kind: z.enum(lockKinds),
  id: z.string(),
  fields: z.array(fieldSchema),
  drift: z.array(driftSchema),
  /** Why it cannot be done; nothing is applied while there is one. */
  problem: z.string().optional(),
  /** What somebody should know of it. */
  note: z.string().optional(),
  /** Whether it is a deletion that is done only with `prune`. */
  kept: z.boolean().optional(),
});

export type PlannedChange = z.output<typeof plannedChangeSchema>;

const lockPlanSchema = z.object({
  /** SHA-256 of the document in canonical form. */
  digest: z.string(),
  /** In the order in which they are done; empty when all is as the document says. */
  changes: z.array(plannedChangeSchema),
  /** Secrets that are wanted and neither there nor given. */
  missingSecrets: z.array(z.object({ instance: z.string(), name: z.string() })),
  /** Sources whose token is wanted and neither there nor given. */
  missingTokens: z.array(z.string()),
});

export type LockPlan = z.output<typeof lockPlanSchema>;

const values = {
  /** By instance, then by name; needed for those that are not there yet, others are not looked at. */
  secrets: z.record(slugSchema, secretsSchema).optional(),
  /** By source. */
  sourceTokens: z.record(slugSchema, z.string().min(1).max(8192)).optional(),
};

const manner = {
  /** Deletes what the document's sections do not have. */
  prune: z.boolean().optional(),
  /** Takes instances that list other definitions than are locked. */
  acceptDefinitions: z.boolean().optional(),
};

const changeRefSchema = plannedChangeSchema.pick({ action: true, kind: true, id: true });

const applyEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), message: z.string() }),
  /** One change is made, whole. */
  z.object({ type: z.literal('applied'), change: changeRefSchema }),
  /**
   * The last event. A failure ends the stream with an error instead, whose details have what was
   * `applied`, what `failed` and what is `left`; applying again goes on.
   */
  z.object({ type: z.literal('done'), digest: z.string(), applied: z.array(changeRefSchema) }),
]);

export type ApplyLockEvent = z.output<typeof applyEventSchema>;

/** The largest backup, in bytes. */
export const maxBackupBytes = 100 * 1024 * 1024;

const passphraseSchema = z
  .string()
  .min(12, 'a passphrase has at least 12 characters')
  .max(4096, 'at most 4096 characters');

const backupInput = {
  /** The file, in base64. */
  file: z.string().max(Math.ceil(maxBackupBytes / 3) * 4, 'at most 100 MB'),
  /** Absent for a backup without secrets. */
  passphrase: passphraseSchema.optional(),
};

const backupContentSchema = z.object({
  /** Of Plugboard when it was made. */
  version: z.string(),
  encrypted: z.boolean(),
  secrets: z.int(),
  sourceTokens: z.int(),
  instanceRevisions: z.int(),
  layerRevisions: z.int(),
});

export type BackupContent = z.output<typeof backupContentSchema>;

const tags = ['lock'];

export const lockContract = {
  get: procedure
    .route({ method: 'GET', path: '/lock', tags, summary: 'The present state as a lock document' })
    .output(lockDocumentSchema),
  plan: procedure
    .route({
      method: 'POST',
      path: '/lock/plan',
      tags,
      summary: 'What applying a lock document would do',
    })
    .input(
      z.strictObject({
        document: lockDocumentSchema,
        ...manner,
        ...values,
        /** Also asks whether packages can be had with the locked integrity, without installing them. */
        verify: z.boolean().optional(),
      }),
    )
    .output(lockPlanSchema),
  apply: procedure
    .route({
      method: 'POST',
      path: '/lock/apply',
      tags,
      summary: 'Make everything as a lock document says, telling of each change',
    })
    .input(z.strictObject({ document: lockDocumentSchema, ...manner, ...values }))
    .output(eventIterator(applyEventSchema)),
  backup: procedure
    .route({
      method: 'POST',
      path: '/lock/backup',
      tags,
      summary: 'The configuration with its history, and under a passphrase its secrets, as a file',
    })
    .input(z.strictObject({ passphrase: passphraseSchema.optional() }))
    .output(z.object({ file: z.string(), content: backupContentSchema })),
  readBackup: procedure
    .route({
      method: 'POST',
      path: '/lock/backup/read',
      tags,
      summary: 'Check a backup, and say what restoring it would do',
    })
    .input(z.strictObject({ ...backupInput, ...manner, ...values }))
    .output(z.object({ content: backupContentSchema, plan: lockPlanSchema })),
  restore: procedure
    .route({
      method: 'POST',
      path: '/lock/restore',
      tags,
      summary: 'Make everything as a backup says, with its secrets and history',
    })
    .input(z.strictObject({ ...backupInput, ...manner, ...values }))
    .output(eventIterator(applyEventSchema)),
};
