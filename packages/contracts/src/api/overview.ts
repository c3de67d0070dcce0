import { z } from 'zod';

import { procedure } from './errors.ts';
import { liveCallSchema } from './live.ts';
import { timestampSchema } from './values.ts';
import { idSchema } from './vocabulary.ts';

const namedAgentSchema = z.object({ id: idSchema, slug: z.string(), name: z.string() });
const namedInstanceSchema = z.object({ id: idSchema, slug: z.string(), toolbox: z.string() });

/** What somebody has to decide or do, from worst to least in this order within a severity. */
export const needKinds = [
  'instance_failing',
  'sandbox_missing',
  'sign_in',
  'credential_missing',
  'credential_expiring',
  'binding_unconfirmed',
  'source_failing',
  'update_available',
  'no_instance',
  'no_agent',
  'agent_idle_grant',
] as const;

export type NeedKind = (typeof needKinds)[number];

const needSchema = z.object({
  /** The same for the same need, as long as it lasts. */
  id: z.string(),
  kind: z.enum(needKinds),
  severity: z.enum(['high', 'medium', 'low']),
  /** Names in it were chosen by people or servers. */
  title: z.string(),
  /** What it is and what to do, in a sentence or two. */
  detail: z.string(),
  since: timestampSchema.optional(),
  instance: namedInstanceSchema.optional(),
  agent: namedAgentSchema.optional(),
  connection: z.object({ id: idSchema, provider: z.string() }).optional(),
  credential: z.object({ id: idSchema, name: z.string() }).optional(),
  /** To which an update would go. */
  version: z.string().optional(),
  action: z.object({
    kind: z.enum(['restart', 'sign_in', 'update', 'open', 'confirm', 'replace', 'sync']),
    /** A path of the console, where it is decided or done. */
    href: z.string().optional(),
  }),
});

export type Need = z.output<typeof needSchema>;

const overviewSchema = z.object({
  /** When it was computed: at most a few seconds ago. */
  at: timestampSchema,
  /** Instances by their state, as this node knows it. */
  health: z.object({
    total: z.int(),
    ready: z.int(),
    starting: z.int(),
    sleeping: z.int(),
    failing: z.int(),
    stopped: z.int(),
  }),
  /** Of the agents whose calls the caller may see. */
  calls: z.object({
    window: z.object({
      from: timestampSchema,
      to: timestampSchema,
      /** False when there were more calls in the hour than are looked at: `from` says since when. */
      complete: z.boolean(),
    }),
    total: z.int(),
    /** Also those that asked for input. */
    ok: z.int(),
    /** Errors of tools and servers, and cancelled ones. */
    failed: z.int(),
    refused: z.int(),
    /** Of those that were forwarded; null when there were none. */
    p50Ms: z.number().nullable(),
    p95Ms: z.number().nullable(),
    /** Sixty, oldest first; `at` is when the minute began. */
    perMinute: z.array(
      z.object({ at: timestampSchema, ok: z.int(), failed: z.int(), refused: z.int() }),
    ),
    /** Newest first, at most 30. */
    recent: z.array(liveCallSchema),
  }),
  /** Active in the window, the latest first, at most 12. */
  agents: z.array(
    z.object({
      agent: namedAgentSchema,
      calls: z.int(),
      failed: z.int(),
      refused: z.int(),
      lastAt: timestampSchema,
      lastTool: z.string().nullable(),
      lastInstance: z.object({ id: idSchema, slug: z.string() }).nullable(),
    }),
  ),
  /** Worst first, at most 50; only what the caller may see. */
  needs: z.array(needSchema),
  /** How many needs there are, also those beyond the 50. */
  needsTotal: z.int(),
  counts: z.object({
    /** In the catalog. */
    servers: z.int(),
    instances: z.int(),
    toolboxes: z.int(),
    agents: z.int(),
    tools: z.int(),
    credentials: z.int(),
    connections: z.int(),
  }),
});

export type Overview = z.output<typeof overviewSchema>;

export const overviewContract = {
  get: procedure
    .route({
      method: 'GET',
      path: '/overview',
      tags: ['overview'],
      summary: 'Is everything healthy, what are the agents doing, and what needs somebody',
    })
    .output(overviewSchema),
};
