import { eventIterator } from '@orpc/contract';
import { z } from 'zod';

import { errorKinds, type ErrorCode } from '../errors.ts';
import { importFormats } from '../import-formats.ts';
import { procedure } from './errors.ts';
import {
  argumentsSchema,
  environmentVariablesSchema,
  headersSchema,
  mountSchema,
  networkPolicySchema,
} from './launch.ts';
import { configurationValuesSchema } from './settings.ts';
import { refSchema } from './values.ts';
import { idSchema, slugSchema } from './vocabulary.ts';

/** Bytes of a configuration at most. */
export const maxImportBytes = 1024 * 1024;

const formatSchema = z.enum(importFormats, {
  error: `a format is one of ${importFormats.join(', ')}`,
});

const nameSchema = z.string().max(500);

const importSchema = z.strictObject({
  /** The file as it is. Secrets in it are sealed when it is applied, and never answered. */
  text: z
    .string()
    .min(1, 'must not be empty')
    .refine((text) => new TextEncoder().encode(text).length <= maxImportBytes, 'at most 1 MB'),
  /** Found out from the text when absent. */
  format: formatSchema.optional(),
  /** Where the servers go; `starter` when absent. */
  toolbox: refSchema.optional(),
  /** These alone, by the names that the file has for them. */
  only: z.array(nameSchema).max(500).optional(),
  /** What references stand for, by `env:NAME` and `input:ID`; secrets among them are treated as such. */
  given: z
    .record(z.string().max(300), z.string().max(32_768, 'at most 32768 characters'))
    .optional(),
  /** Names of variables, headers and options whose values are no secrets, whatever they look like. */
  plain: z.array(nameSchema).max(500).optional(),
  /** Servers that are switched off in the file too. */
  disabled: z.boolean().optional(),
  /** Whether a server sees the folders that its configuration names. Default: it may read them. */
  folders: z.enum(['none', 'read', 'write']).optional(),
  /** For servers that the catalog does not know; it has a policy for the others. */
  network: networkPolicySchema.optional(),
  /** Lets remotes lie in a private network. */
  allowPrivateNetwork: z.boolean().optional(),
});

export type ImportInput = z.input<typeof importSchema>;

/**
 * What becomes of a server of the file:
 * `add`: a new instance; `unchanged`: there is one that is the same; `differs`: there is one of the
 * same name and server with other settings, which is left alone; `disabled`: it is switched off in
 * the file; `incomplete`: something that it refers to is missing; `blocked`: it would put a secret
 * where others can read it; `unsupported`: it cannot be run here; `left_out`: not asked for, or in
 * the file twice.
 */
const actions = [
  'add',
  'unchanged',
  'differs',
  'disabled',
  'incomplete',
  'blocked',
  'unsupported',
  'left_out',
] as const;

const plannedServerSchema = z.object({
  /** As the file has it. */
  name: z.string(),
  /** The project that it is for, when it is not for all of the client's work. */
  scope: z.string().optional(),
  action: z.enum(actions),
  /** What it runs, in words: `npm @scope/name@1.2.3`, `https://mcp.example.com`. */
  runs: z.string(),
  /** What is to be installed, as `instances.add` takes it. */
  server: z.string().optional(),
  /** The catalog's entry for it. */
  entry: z.object({ name: z.string(), title: z.string().optional() }).optional(),
  slug: slugSchema.optional(),
  /** The slug that was wanted and is taken. */
  conflict: z.object({ slug: z.string(), by: z.string() }).optional(),
  /** The instance that it is, or would be like. */
  instance: z.object({ id: idSchema, slug: z.string() }).optional(),
  values: configurationValuesSchema,
  args: argumentsSchema.optional(),
  env: environmentVariablesSchema,
  headers: headersSchema,
  mounts: z.array(mountSchema),
  network: networkPolicySchema.optional(),
  /** Variables or headers whose values would be sealed. */
  secretNames: z.array(z.string()),
  /** Those of them of which it is not sure that they are secrets. */
  unsure: z.array(z.string()),
  /** What has to be given first. */
  missing: z.array(
    z.object({
      kind: z.enum(['env', 'input', 'place']),
      name: z.string(),
      secret: z.boolean(),
      description: z.string().optional(),
    }),
  ),
  /** Which tools the client let through; grant accordingly. */
  allowedTools: z.array(z.string()).optional(),
  disabledTools: z.array(z.string()),
  /** Groups, namespaces or profiles that it was in. */
  groups: z.array(z.string()),
  problems: z.array(z.string()),
});

export type PlannedServer = z.output<typeof plannedServerSchema>;

const importPlanSchema = z.object({
  format: z.enum(importFormats),
  toolbox: z.object({ id: idSchema, slug: z.string() }),
  servers: z.array(plannedServerSchema),
  /** Of the file as a whole. */
  problems: z.array(z.string()),
});

export type ImportPlan = z.output<typeof importPlanSchema>;

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.keys forgets the keys' type
const errorCodes = Object.keys(errorKinds) as [ErrorCode, ...ErrorCode[]];

const outcomeSchema = z.object({
  name: z.string(),
  slug: z.string(),
  outcome: z.enum(['added', 'failed', 'removed', 'not_tried']),
  instanceId: idSchema.optional(),
  error: z.object({ code: z.enum(errorCodes), message: z.string() }).optional(),
});

export type ImportOutcome = z.output<typeof outcomeSchema>;

const importEventSchema = z.discriminatedUnion('type', [
  /** The first event: what will be done, decided anew. */
  z.object({ type: z.literal('plan'), plan: importPlanSchema }),
  z.object({
    type: z.literal('progress'),
    name: z.string(),
    slug: z.string(),
    message: z.string(),
  }),
  z.object({ type: z.literal('server'), ...outcomeSchema.shape }),
  /** The last event, also when some or all failed. */
  z.object({
    type: z.literal('done'),
    added: z.int(),
    failed: z.int(),
    /** Whether what was added before the failure was taken away again. */
    undone: z.boolean(),
    outcomes: z.array(outcomeSchema),
  }),
]);

export type ImportEvent = z.output<typeof importEventSchema>;

const tags = ['imports'];

export const importsContract = {
  plan: procedure
    .route({
      method: 'POST',
      path: '/imports/plan',
      tags,
      summary:
        "Say what a client's or another gateway's configuration would become; changes nothing",
    })
    .input(importSchema)
    .output(importPlanSchema),
  apply: procedure
    .route({
      method: 'POST',
      path: '/imports',
      tags,
      summary: 'Add the servers of a configuration one after the other, telling of each step',
    })
    .input(
      importSchema.extend({
        /** All or none: the first failure ends it and takes away what was added. */
        atomic: z.boolean().optional(),
      }),
    )
    .output(eventIterator(importEventSchema)),
};
