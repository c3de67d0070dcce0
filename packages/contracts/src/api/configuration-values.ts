import { z } from 'zod';

import {
  argumentsSchema,
  environmentVariablesSchema,
  headersSchema,
  limitsSchema,
  secretsSchema,
} from './launch.ts';
import {
  configurationOrigins,
  configurationValuesSchema,
  instanceSettingsSchema,
} from './settings.ts';
import { idSchema } from './vocabulary.ts';
import { timestampSchema } from './values.ts';

export const environmentSchema = z.enum(['dev', 'staging', 'prod'], {
  error: 'an environment is one of dev, staging, prod',
});

/** A catalog's name, a package's, or a URL's host: in a body or query, since it may hold a slash. */
export const serverNameSchema = z.string().trim().min(1, 'name a server').max(300);

export const noteSchema = z.string().trim().min(1).max(500, 'at most 500 characters');

/** Settings for many: what is one instance's affair is not among them, and no secret is. */
export const layerSettingsSchema = instanceSettingsSchema.omit({
  preset: true,
  template: true,
  approveScripts: true,
  command: true,
});

export const templateSettingsSchema = instanceSettingsSchema.omit({
  template: true,
  approveScripts: true,
  command: true,
});

/** Each name with its new value; null takes it away, so that what is inherited shows again. */
function patched<T extends z.ZodType>(values: z.ZodRecord<z.ZodString, T>) {
  return z.record(values.keyType, values.valueType.nullable()).nullable().optional();
}

const own = instanceSettingsSchema.omit({ approveScripts: true, command: true }).shape;

/** A change of an instance's own settings: what is not named stays, null takes it away. */
export const settingsPatchSchema = z.strictObject({
  preset: own.preset.nullable(),
  template: own.template.nullable(),
  values: patched(configurationValuesSchema),
  args: argumentsSchema.nullable().optional(),
  env: patched(environmentVariablesSchema),
  network: own.network.nullable(),
  limits: z
    .strictObject({
      memoryMb: limitsSchema.shape.memoryMb.nullable().optional(),
      cpus: limitsSchema.shape.cpus.nullable().optional(),
      pids: limitsSchema.shape.pids.nullable().optional(),
    })
    .nullable()
    .optional(),
  mounts: own.mounts.nullable(),
  idleMs: own.idleMs.nullable(),
  startTimeoutMs: own.startTimeoutMs.nullable(),
  transport: own.transport.nullable(),
  headers: patched(headersSchema),
  allowPrivateNetwork: own.allowPrivateNetwork.nullable(),
});

export type SettingsPatch = z.output<typeof settingsPatchSchema>;

/** What is to change of an instance's configuration. */
export const configurationChangeSchema = z.strictObject({
  settings: settingsPatchSchema.optional(),
  /** By key, or by variable or header; null takes one away. Those not named stay. */
  secrets: z.record(secretsSchema.keyType, secretsSchema.valueType.nullable()).optional(),
});

export type ConfigurationChange = z.output<typeof configurationChangeSchema>;

export const configurationProblemSchema = z.object({ key: z.string(), message: z.string() });

export type ConfigurationProblemView = z.output<typeof configurationProblemSchema>;

export const originSchema = z.enum(configurationOrigins);

/** One setting that changes. `before` and `after` are absent where it is not set. */
export const settingChangeSchema = z.object({
  /** `values.KEY`, `env.NAME`, `headers.NAME`, `limits.memoryMb`, `secrets.NAME`, or a setting's name. */
  path: z.string(),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
  /** Where what is there after comes from. */
  origin: originSchema.optional(),
});

export type SettingChange = z.output<typeof settingChangeSchema>;

const propertyViewSchema = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]),
  title: z.string().optional(),
  description: z.string().optional(),
  default: z.unknown().optional(),
  enum: z.array(z.union([z.string(), z.number()])).optional(),
  /** Set for secrets: their values are taken and never given. */
  writeOnly: z.boolean().optional(),
  /** What a form and a command line need besides JSON Schema's own words. */
  'x-plugboard': z
    .looseObject({
      in: z.enum(['argument', 'env', 'header', 'url']),
      name: z.string().optional(),
      secret: z.boolean(),
      format: z.enum(['string', 'number', 'boolean', 'filepath']),
      placeholder: z.string().optional(),
      /** What kind of credential it is, and the page where one is made. */
      credential: z.string().optional(),
      url: z.string().optional(),
      testable: z.boolean().optional(),
    })
    .optional(),
});

/** A JSON Schema (2020-12); its texts are the publisher's and plain. */
export const schemaViewSchema = z.looseObject({
  $schema: z.string(),
  type: z.literal('object'),
  properties: z.record(z.string(), propertyViewSchema),
  required: z.array(z.string()).optional(),
});

export const presetViewSchema = z.object({
  id: z.string(),
  title: z.string(),
  description: z.string(),
  values: configurationValuesSchema,
});

export const describedSchema = z.object({
  server: z.string(),
  version: z.string(),
  /** Whether it takes anything: no entry tells what it knows, so variables and arguments are free. */
  open: z.boolean(),
  schema: schemaViewSchema,
  presets: z.array(presetViewSchema),
});

export type DescribedConfiguration = z.output<typeof describedSchema>;

/** One setting in force. */
const entrySchema = z.object({
  path: z.string(),
  /** Absent for members who may not read launches. */
  value: z.unknown().optional(),
  origin: originSchema,
});

export const configurationViewSchema = z.object({
  instance: z.object({ id: idSchema, slug: z.string() }),
  server: z.string(),
  version: z.string(),
  revision: z.int(),
  environment: environmentSchema,
  /** Absent for members who may not read launches. */
  own: instanceSettingsSchema.optional(),
  entries: z.array(entrySchema),
  secrets: z.array(
    z.object({
      key: z.string(),
      /** The variable or header that it goes to. */
      name: z.string(),
      required: z.boolean(),
      set: z.boolean(),
    }),
  ),
  /** False when it runs with an earlier configuration, as it did not start with this one. */
  inForce: z.boolean(),
  /** Empty for members who may not read launches. */
  problems: z.array(configurationProblemSchema),
});

export type ConfigurationView = z.output<typeof configurationViewSchema>;

export const configurationPlanSchema = z.object({
  instance: z.object({ id: idSchema, slug: z.string() }),
  environment: environmentSchema,
  changes: z.array(settingChangeSchema),
  problems: z.array(configurationProblemSchema),
  /** Whether it has to be started anew. */
  restarts: z.boolean(),
});

export type ConfigurationPlan = z.output<typeof configurationPlanSchema>;

export const layerViewSchema = z.object({
  server: z.string(),
  environment: environmentSchema,
  revision: z.int(),
  settings: layerSettingsSchema,
  memberId: idSchema.optional(),
  note: z.string().optional(),
  createdAt: timestampSchema,
});

export type LayerView = z.output<typeof layerViewSchema>;

export const templateViewSchema = z.object({
  server: z.string(),
  slug: z.string(),
  title: z.string(),
  /** Absent for members who may not read launches. */
  settings: templateSettingsSchema.optional(),
  /** Slugs of the instances that use it. */
  usedBy: z.array(z.string()),
  createdAt: timestampSchema,
  updatedAt: timestampSchema,
});

export type TemplateView = z.output<typeof templateViewSchema>;

/** What a change of shared settings does to the instances that inherit them. */
export const inheritancePlanSchema = z.object({
  instances: z.array(configurationPlanSchema.extend({ toolbox: z.string() })),
  problems: z.array(configurationProblemSchema),
});

export type InheritancePlan = z.output<typeof inheritancePlanSchema>;

const progressSchema = z.object({
  type: z.literal('progress'),
  step: z.string(),
  message: z.string(),
});

export const configureEventSchema = z.discriminatedUnion('type', [
  progressSchema,
  /** The last event. A failure ends the stream with an error instead. */
  z.object({ type: z.literal('done'), configuration: configurationViewSchema }),
]);

export type ConfigureEvent = z.output<typeof configureEventSchema>;

export const inheritEventSchema = z.discriminatedUnion('type', [
  progressSchema,
  z.object({
    type: z.literal('done'),
    /** Of the layer; absent for a template. */
    revision: z.int().optional(),
    instances: z.array(
      z.object({
        slug: z.string(),
        /** `went_back`: it did not start with the change, and has its former configuration again. */
        outcome: z.enum(['changed', 'went_back']),
        revision: z.int().optional(),
        message: z.string().optional(),
      }),
    ),
  }),
]);

export type InheritEvent = z.output<typeof inheritEventSchema>;

export const configurationTestEventSchema = z.discriminatedUnion('type', [
  progressSchema,
  z.object({
    type: z.literal('done'),
    /** Whether it started, listed, and passed every test of a credential. */
    ok: z.boolean(),
    tools: z.array(z.string()),
    /** Tests of credentials that were made; none when none is known. */
    credentials: z.array(
      z.object({
        key: z.string(),
        tool: z.string(),
        ok: z.boolean(),
        message: z.string().optional(),
      }),
    ),
  }),
]);

export type ConfigurationTestEvent = z.output<typeof configurationTestEventSchema>;
