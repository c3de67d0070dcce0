import { z } from 'zod';

import {
  argumentsSchema,
  environmentVariablesSchema,
  headersSchema,
  limitsSchema,
  mountSchema,
  networkPolicySchema,
  remoteTransportSchema,
} from './launch.ts';
import { slugSchema } from './vocabulary.ts';

/** A value of a server's configuration that is no secret. */
export const configurationValueSchema = z.union(
  [
    z.string().max(32_768, 'at most 32768 characters'),
    z.number(),
    z.boolean(),
    z.array(z.string().max(32_768)).max(200, 'at most 200 values'),
  ],
  { error: 'a text, a number, true or false, or a list of texts' },
);

/** By configuration key: the name of a variable, a header or an argument, as the server's schema has it. */
export const configurationValuesSchema = z.record(
  z.string().min(1).max(200),
  configurationValueSchema,
);

export type ConfigurationValue = z.output<typeof configurationValueSchema>;
export type ConfigurationValues = z.output<typeof configurationValuesSchema>;

/**
 * What somebody wants of how a server runs, without secrets. What is absent comes from the
 * environment's layers, the template, the preset, the catalog, and at last from Plugboard.
 */
export const instanceSettingsSchema = z.strictObject({
  preset: slugSchema.optional(),
  template: slugSchema.optional(),
  values: configurationValuesSchema.optional(),
  /** In place of all arguments that configuration makes. */
  args: argumentsSchema.optional(),
  /** Besides the variables that configuration makes; outranks them. */
  env: environmentVariablesSchema.optional(),
  network: networkPolicySchema.optional(),
  limits: limitsSchema.partial().optional(),
  mounts: z.array(mountSchema).max(50).optional(),
  /** Lets the package and its dependencies run their install scripts, in the sandbox. */
  approveScripts: z.boolean().optional(),
  /** Which of the package's commands to run, when it has several. */
  command: z.string().max(200).optional(),
  /** Sleep after this many milliseconds without a request; 0 keeps it running. Default 600000. */
  idleMs: z.int().min(0, 'at least 0').max(86_400_000, 'at most 86400000 (a day)').optional(),
  startTimeoutMs: z.int().min(1000, 'at least 1000').max(600_000, 'at most 600000').optional(),
  /** For a remote server only. */
  transport: remoteTransportSchema.optional(),
  headers: headersSchema.optional(),
  allowPrivateNetwork: z.boolean().optional(),
});

export type InstanceSettings = z.output<typeof instanceSettingsSchema>;

/** Where a setting comes from, lowest first; of layers, `dev` is lowest. */
export const configurationOrigins = [
  'plugboard',
  'catalog',
  'preset',
  'template',
  'layer:dev',
  'layer:staging',
  'layer:prod',
  'own',
] as const;

export type ConfigurationOrigin = (typeof configurationOrigins)[number];
