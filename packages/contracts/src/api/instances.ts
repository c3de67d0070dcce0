import { eventIterator } from '@orpc/contract';
import { z } from 'zod';

import { idSchema, slugSchema } from './vocabulary.ts';
import { iconSchema } from './catalog.ts';
import { credentialBindingsSchema } from './credential-bindings.ts';
import { procedure } from './errors.ts';
import {
  limitsSchema,
  mountSchema,
  networkPolicySchema,
  remoteTransportSchema,
  secretsSchema,
} from './launch.ts';
import { installPlanSchema } from './install-plan.ts';
import { instanceSettingsSchema } from './settings.ts';
import { doneSchema, queryBoolean, queryInteger, refSchema, timestampSchema } from './values.ts';

/** How an instance is now; the state of its most recently used running copy. */
export const instanceStateSchema = z.object({
  name: z.enum(['stopped', 'starting', 'ready', 'sleeping', 'failing']),
  since: timestampSchema.optional(),
  /** Since when an admin has kept it from running; absent for one that starts with its next call. */
  stoppedAt: timestampSchema.optional(),
  pid: z.int().optional(),
  /** Why it is failing, and when the next call tries again. */
  reason: z.string().optional(),
  failures: z.int().optional(),
  retryAt: timestampSchema.optional(),
  restarts: z.int(),
  lastUsedAt: timestampSchema.optional(),
  memoryBytes: z.int().optional(),
});

const launchViewSchema = z.discriminatedUnion('driver', [
  z.object({
    driver: z.literal('process'),
    /** Absent, as env is, for members who may not configure servers. */
    args: z.array(z.string()).optional(),
    env: z.record(z.string(), z.string()).optional(),
    network: networkPolicySchema,
    limits: limitsSchema,
    mounts: z.array(mountSchema),
  }),
  z.object({
    driver: z.literal('remote'),
    transport: remoteTransportSchema,
    url: z.string(),
    /** Absent for members who may not configure servers. */
    headers: z.record(z.string(), z.string()).optional(),
    allowPrivateNetwork: z.boolean(),
  }),
]);

/** Legacy: MCP 2024-11-05 to 2025-11-25. Modern: 2026-07-28. */
const eraSchema = z.enum(['legacy', 'modern']);

const instanceSchema = z.object({
  id: idSchema,
  slug: z.string(),
  toolbox: z.object({ id: idSchema, slug: z.string() }),
  /** The catalog's name or the package's name or the URL's host. */
  server: z.string(),
  /** The server's title in the catalog, else its name. */
  title: z.string(),
  icon: iconSchema,
  version: z.string(),
  /** A newer version as it was last heard of; nobody is asked for it here. */
  updateAvailable: z.string().optional(),
  launch: launchViewSchema,
  secretNames: z.array(z.string()),
  idleMs: z.int(),
  startTimeoutMs: z.int(),
  state: instanceStateSchema,
  /** The last call or start of any of its copies, on any node, within a minute or so. */
  lastUsedAt: timestampSchema.optional(),
  /** What it spoke at its last start; absent until then. */
  era: eraSchema.optional(),
  protocolVersion: z.string().optional(),
  /** How many clients have a running connection to it for themselves. */
  ownConnections: z.int(),
  offers: z.object({
    tools: z.int(),
    prompts: z.int(),
    resources: z.int(),
    resourceTemplates: z.int(),
  }),
  /** The endpoint that serves this instance alone, with its own names. */
  mcpUrl: z.url(),
  definedAt: timestampSchema.optional(),
  createdAt: timestampSchema,
});

export type Instance = z.output<typeof instanceSchema>;
export type InstanceStateView = z.output<typeof instanceStateSchema>;

export const addInstanceSchema = z.strictObject({
  /**
   * What to run: an id of the catalog (`memory`) or a name as in server.json (`io.github.acme/x`),
   * either with an optional `@version`; an npm package with an optional version
   * (`@scope/name@1.2.3`); the URL of a remote server; or `bundle:<sha256>` of an uploaded bundle.
   */
  server: z
    .string()
    .trim()
    .min(1, 'name a server: a catalog id, an npm package such as "@scope/name@1.2.3", or a URL')
    .max(2048, 'at most 2048 characters'),
  /** Made from the server's name when absent. */
  slug: slugSchema.optional(),
  /** The toolbox it goes into; `starter` when absent. */
  toolbox: refSchema.optional(),
  secrets: secretsSchema.optional(),
  /** Credentials of the organization that fill slots, by configuration key, variable or header. */
  credentials: credentialBindingsSchema.optional(),
  /** Of the plan that was shown: when something else would be done now, nothing is (`conflict`). */
  planDigest: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'the digest of a plan')
    .optional(),
  ...instanceSettingsSchema.shape,
});

const { planDigest: _planDigest, ...planFields } = addInstanceSchema.shape;
const planInstanceSchema = z.strictObject(planFields);

export type PlanInstanceInput = z.input<typeof planInstanceSchema>;

export type AddInstanceInput = z.input<typeof addInstanceSchema>;

/**
 * Steps of adding, in this order. A remote server has no fetch and no verify, and neither has a
 * package that lies installed already.
 */
const addInstanceSteps = [
  'resolve',
  'fetch',
  'verify',
  'configure',
  'start',
  'list',
  'pin',
  'live',
] as const;

const addInstanceEventSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('progress'),
    step: z.enum(addInstanceSteps),
    message: z.string(),
    /** Where it can be counted: packages fetched, and the bytes of them where they are known. */
    progress: z.object({ done: z.int(), total: z.int(), bytes: z.int().optional() }).optional(),
  }),
  /** The last event. A failure ends the stream with an error instead, and nothing is left behind. */
  z.object({ type: z.literal('done'), instance: instanceSchema }),
]);

export type AddInstanceEvent = z.output<typeof addInstanceEventSchema>;

const instanceTestSchema = z.object({
  ok: z.boolean(),
  /** Milliseconds until it was ready, and for one round trip after that. */
  startMs: z.number(),
  pingMs: z.number(),
  era: eraSchema,
  protocolVersion: z.string(),
  /** As the server tells, if it does. */
  serverInfo: z.object({ name: z.string(), version: z.string() }).optional(),
  offers: instanceSchema.shape.offers,
});

export type InstanceTest = z.output<typeof instanceTestSchema>;

const logLineSchema = z.object({
  at: timestampSchema,
  /** `stderr` is the server's own; `plugboard` tells of starts, stops and crashes. */
  source: z.enum(['stderr', 'plugboard']),
  text: z.string(),
});

export type LogLine = z.output<typeof logLineSchema>;

const tags = ['instances'];

export const instancesContract = {
  plan: procedure
    .route({
      method: 'POST',
      path: '/instances/plan',
      tags,
      summary: 'What adding a server would fetch, run, allow and ask for; nothing is done',
    })
    .input(planInstanceSchema)
    .output(installPlanSchema),
  list: procedure
    .route({ method: 'GET', path: '/instances', tags, summary: 'List instances' })
    .input(z.strictObject({ toolbox: refSchema.optional() }).optional())
    .output(z.object({ instances: z.array(instanceSchema) })),
  get: procedure
    .route({ method: 'GET', path: '/instances/{instance}', tags, summary: 'Show one instance' })
    .input(z.strictObject({ instance: refSchema }))
    .output(instanceSchema),
  add: procedure
    .route({
      method: 'POST',
      path: '/instances',
      tags,
      summary: 'Install, start and list a server, telling of each step; then it can be used',
    })
    .input(addInstanceSchema)
    .output(eventIterator(addInstanceEventSchema)),
  remove: procedure
    .route({
      method: 'DELETE',
      path: '/instances/{instance}',
      tags,
      summary: 'Stop an instance and remove it with its folders and the grants on it',
    })
    .input(z.strictObject({ instance: refSchema }))
    .output(doneSchema),
  restart: procedure
    .route({
      method: 'POST',
      path: '/instances/{instance}/restart',
      tags,
      summary: 'Stop an instance and start it again, reading its definitions anew',
    })
    .input(z.strictObject({ instance: refSchema }))
    .output(instanceSchema),
  stop: procedure
    .route({
      method: 'POST',
      path: '/instances/{instance}/stop',
      tags,
      summary: 'Stop an instance until somebody starts it: it runs nowhere and offers nothing',
    })
    .input(z.strictObject({ instance: refSchema }))
    .output(instanceSchema),
  start: procedure
    .route({
      method: 'POST',
      path: '/instances/{instance}/start',
      tags,
      summary: 'Start an instance that was stopped, reading its definitions anew',
    })
    .input(z.strictObject({ instance: refSchema }))
    .output(instanceSchema),
  test: procedure
    .route({
      method: 'POST',
      path: '/instances/{instance}/test',
      tags,
      summary: 'Start an instance if it sleeps, and ask it something',
    })
    .input(z.strictObject({ instance: refSchema }))
    .output(instanceTestSchema),
  logs: procedure
    .route({
      method: 'GET',
      path: '/instances/{instance}/logs',
      tags,
      summary: 'The last lines an instance wrote, and with follow those to come',
    })
    .input(
      z.strictObject({
        instance: refSchema,
        tail: queryInteger(0, 10_000).optional(),
        follow: queryBoolean.optional(),
      }),
    )
    .output(eventIterator(logLineSchema)),
};
