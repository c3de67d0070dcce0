import { levels } from '@plugboard/contracts';
import { z } from 'zod';

/** Where Plugboard's own facts about a server lie in the `_meta` of its entry. */
export const catalogMetaKey = 'dev.plugboard/catalog';

/** Every category, in the order to show them. */
export const categories = [
  'development',
  'cloud',
  'databases',
  'ai',
  'analytics',
  'communication',
  'productivity',
  'search',
  'browser',
  'files',
  'security',
  'monitoring',
  'finance',
  'commerce',
  'design',
  'knowledge',
  'other',
] as const;

/** Who stands behind a server, best first. */
export const tiers = ['official', 'curated', 'community'] as const;

const idSchema = z.string().regex(/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/);
const hostsSchema = z.array(z.string().min(1)).min(1);

const networkSchema = z.discriminatedUnion('mode', [
  z.strictObject({ mode: z.literal('off') }),
  z.strictObject({ mode: z.literal('allow'), hosts: hostsSchema }),
  z.strictObject({ mode: z.literal('open') }),
]);

/**
 * How Plugboard starts a server unless an admin says otherwise. In `arguments` and the values of
 * `env`, `{workDir}` stands for the instance's own writable folder.
 */
const launchSchema = z.strictObject({
  /** Arguments that stand before those made from configuration. */
  arguments: z.array(z.string()),
  env: z.record(z.string(), z.string()),
  network: networkSchema,
  /** Why it needs the network that it needs; shown where an admin decides. */
  networkReason: z.string(),
  limits: z.strictObject({
    memoryMb: z.int().positive(),
    cpus: z.number().positive(),
    pids: z.int().positive(),
  }),
  /** Programs of the host that it cannot do without, as absolute paths. */
  requires: z.array(z.string()),
});

/** One credential that a server wants, and how a person gets and checks it. */
const credentialSchema = z.strictObject({
  /**
   * The configuration key that takes it: the variable's, header's or argument's name. Absent where
   * signing in (`oauth`) is the way and there is nothing to paste.
   */
  key: z.string().min(1).optional(),
  kind: z.enum([
    'api_key',
    'token',
    'oauth',
    'connection_string',
    'password',
    'file',
    'cloud_profile',
  ]),
  title: z.string().min(1),
  required: z.boolean(),
  /** The page where one is made. */
  url: z.url().optional(),
  /** What a value looks like, as a regular expression (no flags) that the whole value matches. */
  format: z.string().optional(),
  /** A call without effects that fails with a wrong credential. */
  test: z
    .strictObject({ tool: z.string(), arguments: z.record(z.string(), z.unknown()) })
    .optional(),
});

const toolSchema = z.strictObject({
  name: z.string().min(1),
  level: z.enum(levels),
  description: z.string().optional(),
  /** When it is listed, if not always: the setting, the client or the plan that it takes. */
  when: z.string().optional(),
});

/** Values that go together for one purpose, such as read-only use. */
const presetSchema = z.strictObject({
  id: idSchema,
  title: z.string().min(1),
  description: z.string().min(1),
  /** By configuration key, as `InstanceSettings.values`. */
  values: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())])),
  network: networkSchema.optional(),
});

/** What Plugboard knows of a server beyond its `server.json`. Facts, measured or looked up. */
export const catalogMetaSchema = z.strictObject({
  /** The short name it goes by, also the slug offered for its first instance. */
  id: idSchema,
  /** Other short names that people look for it by, such as the product inside. */
  aliases: z.array(idSchema),
  category: z.enum(categories),
  tier: z.enum(tiers),
  publisher: z.string().min(1),
  /** Shown until, or where, the entry has no picture of its own: one or two letters and a color. */
  icon: z.strictObject({
    text: z.string().min(1).max(2),
    color: z.string().regex(/^#[0-9a-f]{6}$/),
  }),
  /** SPDX expression; absent when none is stated. */
  license: z.string().optional(),
  /** Node versions that its package accepts, in its own words. */
  node: z.string().optional(),
  downloadsPerMonth: z.int().nonnegative().optional(),
  keywords: z.array(z.string()),
  credentials: z.array(credentialSchema),
  tools: z.array(toolSchema),
  /** `observed`: listed by the server itself; `documented`: by its publisher. */
  toolsFrom: z.enum(['observed', 'documented', 'unknown']),
  presets: z.array(presetSchema),
  launch: launchSchema,
  /** Of a start without work, on two cores. */
  measured: z
    .strictObject({ startMs: z.number().positive(), memoryMb: z.number().positive() })
    .partial()
    .optional(),
  /** What works without a network: all of it, starting and listing, or nothing. */
  offline: z.enum(['works', 'lists', 'no']),
  /** What an admin should know before installing. */
  remarks: z.array(z.string()),
});

export type CatalogMeta = z.infer<typeof catalogMetaSchema>;
export type Category = (typeof categories)[number];
export type Tier = (typeof tiers)[number];
