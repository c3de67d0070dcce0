import { z } from 'zod';

import { levels } from '../levels.ts';
import { limitsSchema, mountSchema, remoteTransportSchema } from './launch.ts';

/** Why a plan cannot be carried out, or what to know before it is. */
export const installConflictCodes = [
  'slug_taken',
  'tool_name_clash',
  'integrity',
  'node_version',
  'port_taken',
  'licence_refused',
  'licence_unknown',
  'scripts_not_approved',
  'deprecated',
  'withdrawn',
  'program_missing',
  'sandbox_missing',
  'disk_space',
  'driver_missing',
  'transport_unsupported',
  'configuration',
  'secret_missing',
  /** A remote server answers 401, and nothing fills its Authorization. */
  'sign_in_wanted',
] as const;

const conflictSchema = z.object({
  code: z.enum(installConflictCodes),
  /** With an error nothing can be installed. */
  severity: z.enum(['error', 'warning']),
  /** What is wrong, for a person. */
  message: z.string(),
  /** What would help. */
  cure: z.string(),
  /** The configuration key, package or name that it is about. */
  subject: z.string().optional(),
});

const packageSchema = z.object({
  name: z.string(),
  version: z.string(),
  integrity: z.string().optional(),
  /** Unpacked, in bytes; absent where the registry does not tell. */
  bytes: z.int().optional(),
  /** As its publisher wrote it, mostly an SPDX expression. */
  license: z.string().optional(),
  /** Why its publisher advises against it. */
  deprecated: z.string().optional(),
  hasScripts: z.boolean(),
});

const fetchSchema = z.object({
  /** The package asked for first, then those that it depends on. */
  packages: z.array(packageSchema),
  /** Sum of the sizes that are known. */
  bytes: z.int(),
  /** How many packages do not tell their size. */
  bytesUnknown: z.int(),
  /** A bundle instead of packages. */
  bundle: z
    .object({
      sha256: z.string(),
      /** Where it comes from; absent for one that was uploaded. */
      url: z.string().optional(),
    })
    .optional(),
  /** Whether it lies installed already, so that nothing is fetched. */
  present: z.boolean(),
});

const runSchema = z.discriminatedUnion('driver', [
  z.object({
    driver: z.literal('process'),
    /** What is run, within what is installed; absent while a bundle was not opened. */
    entry: z.string().optional(),
    /** Absent where they are known only when a bundle was opened. */
    args: z.array(z.string()).optional(),
    env: z.record(z.string(), z.string()).optional(),
    /** How it is kept apart from this machine. */
    isolation: z.enum(['sandbox', 'process']),
    limits: limitsSchema,
    mounts: z.array(mountSchema),
    /** Node versions that it asks for, and the one there is. */
    node: z.object({ asked: z.string().optional(), present: z.string() }),
    /** Packages whose install scripts will run. */
    scripts: z.array(z.string()),
  }),
  z.object({
    driver: z.literal('remote'),
    url: z.string(),
    transport: remoteTransportSchema,
    /** Names of headers; their values may be secret. */
    headers: z.array(z.string()),
  }),
]);

const reachSchema = z.object({
  /** A remote server's host may also be an IPv6 address, which no policy that is set can name. */
  policy: z.discriminatedUnion('mode', [
    z.object({ mode: z.literal('off') }),
    z.object({ mode: z.literal('allow'), hosts: z.array(z.string()) }),
    z.object({ mode: z.literal('open') }),
  ]),
  /** Why it needs that, as far as the catalog knows. */
  reason: z.string().optional(),
  /** Hosts reached while installing. */
  whileInstalling: z.enum(['registry', 'bundle', 'none']),
});

const credentialSchema = z.object({
  /** The configuration key; absent where signing in is the way. */
  key: z.string().optional(),
  title: z.string(),
  kind: z.string(),
  required: z.boolean(),
  /** Whether it was given with the request. */
  given: z.boolean(),
  /** The page where one is made. */
  url: z.string().optional(),
  /** What a value looks like, as a regular expression. */
  format: z.string().optional(),
});

const toolSchema = z.object({
  name: z.string(),
  /** What agents call it on endpoints that aggregate. */
  exposedName: z.string(),
  level: z.enum(levels),
});

export const installPlanSchema = z.object({
  /** Changes with everything that would be done; `instances.add` takes it as `planDigest`. */
  digest: z.string(),
  slug: z.string(),
  toolbox: z.object({ slug: z.string(), environment: z.enum(['dev', 'staging', 'prod']) }),
  server: z.object({
    /** The catalog's name, the package's, or the URL's host. */
    name: z.string(),
    version: z.string(),
    title: z.string().optional(),
    publisher: z.string().optional(),
    tier: z.string().optional(),
    license: z.string().optional(),
    /** The source of the catalog that tells of it; absent for one named outright. */
    source: z.string().optional(),
    remarks: z.array(z.string()),
  }),
  fetch: fetchSchema,
  run: runSchema.optional(),
  reach: reachSchema,
  credentials: z.array(credentialSchema),
  /** What the catalog knows of its tools; `unknown` until it was started once. */
  tools: z.discriminatedUnion('known', [
    z.object({ known: z.literal(true), tools: z.array(toolSchema) }),
    z.object({ known: z.literal(false) }),
  ]),
  conflicts: z.array(conflictSchema),
  /** Whether it can be carried out: no conflict is an error. */
  ready: z.boolean(),
});

export type InstallPlan = z.output<typeof installPlanSchema>;
export type InstallConflict = InstallPlan['conflicts'][number];
