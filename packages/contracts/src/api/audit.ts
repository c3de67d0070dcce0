import { eventIterator } from '@orpc/contract';
import { z } from 'zod';

import { idSchema } from './vocabulary.ts';
import { procedure } from './errors.ts';
import { callOutcomeSchema } from './live.ts';
import { queryInteger, refSchema, timestampSchema } from './values.ts';

const auditEntrySchema = z.object({
  seq: z.int(),
  at: timestampSchema,
  /** `call.intent`, `call.outcome`, or a change such as `grant.created`. */
  kind: z.string(),
  /** The record as it was hashed, parsed. */
  record: z.record(z.string(), z.unknown()),
  /** SHA-256 of the previous hash and the record, hex. */
  hash: z.string(),
  /** As they are named now; absent when they are gone. */
  agent: z.object({ id: idSchema, slug: z.string(), name: z.string() }).optional(),
  instance: z.object({ id: idSchema, slug: z.string() }).optional(),
  member: z.object({ id: idSchema, name: z.string() }).optional(),
});

export type AuditEntry = z.output<typeof auditEntrySchema>;

/** The first line of an export: what it takes to check the others. */
const auditExportHeaderSchema = z.object({
  format: z.literal('plugboard-audit'),
  version: z.literal(1),
  organizationId: idSchema,
  /** How the hashes are made, in words. */
  chain: z.string(),
  /** The last record of the log. */
  head: z.object({ seq: z.int(), hash: z.string() }).nullable(),
  /** The newest signed mark, for whoever holds the key. */
  checkpoint: z.object({ seq: z.int(), hash: z.string(), mac: z.string() }).nullable(),
});

/** Every other line: enough to verify the chain without Plugboard. */
const auditExportRecordSchema = z.object({
  seq: z.int(),
  /** Hex. */
  hash: z.string(),
  /** JSON text, byte for byte what was hashed. */
  record: z.string(),
});

const auditExportLineSchema = z.union([auditExportHeaderSchema, auditExportRecordSchema]);

export type AuditExportLine = z.output<typeof auditExportLineSchema>;

const auditVerificationSchema = z.object({
  ok: z.boolean(),
  /** Records found to be whole, from the first on. */
  records: z.int(),
  /** The record up to which signed marks were checked as well. */
  sealedTo: z.int(),
  /** The last record's number and hash. */
  head: z.object({ seq: z.int(), hash: z.string() }),
  /** The first fault found: where, and what is wrong. */
  fault: z.object({ seq: z.int(), message: z.string() }).optional(),
});

export type AuditVerification = z.output<typeof auditVerificationSchema>;

const moment = z.iso.datetime({
  offset: true,
  error: 'a date and time such as 2030-01-31T12:00:00Z',
});

const filter = {
  agent: refSchema.optional(),
  instance: refSchema.optional(),
  /** A kind, or the beginning of kinds: `call` for every call. */
  kind: z
    .string()
    .max(100)
    .regex(/^[a-z_]+(?:\.[a-z_]+)?$/, 'a kind such as "call.outcome", or its beginning: "call"')
    .optional(),
  since: moment.optional(),
  until: moment.optional(),
  /** What calls came to. */
  outcome: callOutcomeSchema.optional(),
  /** The member who did it, or for whom it was done. */
  member: idSchema.optional(),
  /** Text anywhere in the record, in whichever case. */
  q: z
    .string()
    .trim()
    .min(2, 'at least 2 characters')
    .max(200, 'at most 200 characters')
    .optional(),
  /** The records of one call. */
  call: idSchema.optional(),
};

const auditPageSchema = z.object({
  entries: z.array(auditEntrySchema),
  /** Pass it as `before` to go on; absent at the end. */
  next: z.int().optional(),
  /**
   * Present when `outcome`, `member` or `q` were looked for in as many records as one request may
   * read, and there are more: everything since then was searched, and `next` goes on from there. Such
   * a page may be empty.
   */
  searchedTo: timestampSchema.optional(),
});

export type AuditPageView = z.output<typeof auditPageSchema>;

const auditDetailSchema = z.object({
  entry: auditEntrySchema,
  /** Of the record before it; of the first one the hash that begins the chain. */
  previousHash: z.string(),
  /** Of a call: the intent where this is its outcome, or its outcome where this is the intent. */
  pair: auditEntrySchema.optional(),
});

export type AuditDetail = z.output<typeof auditDetailSchema>;

const tags = ['audit'];

export const auditContract = {
  list: procedure
    .route({
      method: 'GET',
      path: '/audit',
      tags,
      summary: 'The latest audit records, newest first',
    })
    .input(
      z
        .strictObject({
          ...filter,
          limit: queryInteger(1, 1000).optional(),
          /** Only records with a smaller number: the `next` of the page before. */
          before: queryInteger(1, Number.MAX_SAFE_INTEGER).optional(),
        })
        .optional(),
    )
    .output(auditPageSchema),
  get: procedure
    .route({
      method: 'GET',
      path: '/audit/{seq}',
      tags,
      summary: 'One audit record, its place in the chain, and the other record of its call',
    })
    .input(z.strictObject({ seq: queryInteger(1, Number.MAX_SAFE_INTEGER) }))
    .output(auditDetailSchema),
  verify: procedure
    .route({
      method: 'POST',
      path: '/audit/verify',
      tags,
      summary: 'Recompute the hash chain and compare; finds any edit, deletion or reordering',
    })
    .output(auditVerificationSchema),
  export: procedure
    .route({
      method: 'GET',
      path: '/audit/export',
      tags,
      summary: 'A header, then every record in order, oldest first',
    })
    .input(
      z
        .strictObject({
          from: queryInteger(1, Number.MAX_SAFE_INTEGER).optional(),
          to: queryInteger(1, Number.MAX_SAFE_INTEGER).optional(),
        })
        .optional(),
    )
    .output(eventIterator(auditExportLineSchema)),
};
