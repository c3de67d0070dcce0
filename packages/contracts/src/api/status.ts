import { z } from 'zod';

import { idSchema } from './vocabulary.ts';
import { procedure } from './errors.ts';
import { timestampSchema } from './values.ts';

/** One part of the server and whether it works now. */
const partSchema = z.object({
  name: z.enum(['database', 'vault', 'audit', 'supervisor', 'gateway']),
  ready: z.boolean(),
  detail: z.string().optional(),
});

const statusSchema = z.object({
  version: z.string(),
  startedAt: timestampSchema,
  ready: z.boolean(),
  parts: z.array(partSchema),
  organization: z.object({ id: idSchema, slug: z.string(), name: z.string() }),
  urls: z.object({ base: z.url(), mcp: z.url(), api: z.url(), openapi: z.url() }),
  database: z.object({ mode: z.enum(['embedded', 'external']), version: z.string() }),
  sandbox: z.object({
    /** `bubblewrap` isolates servers; `process` runs them as plain processes. */
    tier: z.enum(['bubblewrap', 'process']),
    /** Why not a stronger tier, or what this one lacks; empty when nothing is missing. */
    reasons: z.array(z.string()),
    allowUnsandboxed: z.boolean(),
  }),
  instances: z.object({
    total: z.int(),
    ready: z.int(),
    starting: z.int(),
    sleeping: z.int(),
    failing: z.int(),
    stopped: z.int(),
  }),
  /** Of those that whoever asks may see. */
  connections: z.object({ total: z.int(), needsSignIn: z.int(), blockedCalls: z.int() }),
  process: z.object({ pid: z.int(), memoryBytes: z.int() }),
});

export type Status = z.output<typeof statusSchema>;

const doctorCheckSchema = z.object({
  name: z.string(),
  result: z.enum(['ok', 'warning', 'failed']),
  message: z.string(),
  /** What to do about it; absent when there is nothing to do. */
  cure: z.string().optional(),
});

const doctorReportSchema = z.object({
  /** The worst result of all checks. */
  result: z.enum(['ok', 'warning', 'failed']),
  checks: z.array(doctorCheckSchema),
});

export type DoctorCheck = z.output<typeof doctorCheckSchema>;
export type DoctorReport = z.output<typeof doctorReportSchema>;

export const statusContract = {
  get: procedure
    .route({ method: 'GET', path: '/status', tags: ['status'], summary: 'How the server is' })
    .output(statusSchema),
  doctor: procedure
    .route({
      method: 'GET',
      path: '/doctor',
      tags: ['status'],
      summary: 'Check everything the server depends on, with a cure for each fault',
    })
    .output(doctorReportSchema),
};
