import { z } from 'zod';

import { headersSchema, remoteTransportSchema } from './launch.ts';
import { findUnsafePart } from './lock-safety.ts';
import { offeringNameSchema } from './offerings.ts';
import { instanceSettingsSchema } from './settings.ts';
import { displayNameSchema } from './values.ts';
import { levelSchema, offeringKindSchema, slugSchema } from './vocabulary.ts';

/** The largest lock document, as text. */
export const maxLockBytes = 5 * 1024 * 1024;

const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256: 64 lower-case hex digits');

/** Shown in terminals and reviews: one line, nothing hidden. */
const lineSchema = z
  .string()
  .min(1, 'must not be empty')
  .max(300, 'at most 300 characters')
  .regex(
    // oxlint-disable-next-line no-control-regex -- control characters are what it refuses
    /^[^\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]*$/,
    'must be one line without control characters',
  );

const environmentSchema = z.enum(['dev', 'staging', 'prod'], {
  error: 'an environment is dev, staging or prod',
});

const digest = '[A-Za-z0-9+/]+={0,2}';
const integrityPattern = new RegExp(
  `^sha(?:1|256|384|512)-${digest}(?: sha(?:1|256|384|512)-${digest})*$`,
);

const sourceSchema = z.discriminatedUnion(
  'type',
  [
    z.strictObject({
      type: z.literal('npm'),
      name: lineSchema,
      version: lineSchema,
      /** Of the tarball; absent for what was installed before it was kept. */
      integrity: z
        .string()
        .max(1000)
        .regex(integrityPattern, 'subresource integrity such as "sha512-…"')
        .optional(),
    }),
    z.strictObject({ type: z.literal('mcpb'), sha256: sha256Schema }),
    z.strictObject({
      type: z.literal('remote'),
      url: z
        .url({ protocol: /^https?$/, error: 'an http or https URL' })
        .max(2048, 'at most 2048 characters'),
      transport: remoteTransportSchema.default('streamable-http'),
    }),
  ],
  {
    error:
      'a source has the type npm (name, version, integrity), mcpb (sha256) or remote (url, transport)',
  },
);

const offeringFields = { kind: offeringKindSchema, name: offeringNameSchema };

const instanceSchema = z.strictObject({
  slug: slugSchema,
  toolbox: slugSchema,
  /** The catalog's name, the package's, or the remote's host. */
  server: lineSchema,
  version: lineSchema,
  source: sourceSchema,
  /** The server.json that it comes from, where it comes from one. */
  entry: z.record(z.string(), z.unknown()).optional(),
  settings: instanceSettingsSchema.default({}),
  /** Names alone; values are asked for when it is applied. */
  secrets: z
    .array(z.string().min(1).max(200))
    .max(200, 'at most 200 secrets')
    .refine(
      (names) => headersSchema.safeParse(Object.fromEntries(names.map((n) => [n, '']))).success,
      {
        error: 'names of environment variables or headers',
      },
    )
    .default([]),
  /** SHA-256 of each definition as the server lists it. */
  definitions: z
    .array(z.strictObject({ ...offeringFields, sha256: sha256Schema }))
    .max(50_000, 'at most 50000 definitions'),
  levels: z
    .array(z.strictObject({ ...offeringFields, level: levelSchema }))
    .max(50_000, 'at most 50000 levels')
    .default([]),
  /** Whether nobody may start it; absent leaves one that is there as it is. */
  stopped: z.boolean().optional(),
});

const grantSchema = z.strictObject({
  agent: slugSchema,
  effect: z.enum(['allow', 'deny'], { error: 'an effect is allow or deny' }),
  level: levelSchema,
  target: z.union(
    [
      z.strictObject({ toolbox: slugSchema }),
      z.strictObject({ instance: slugSchema }),
      z.strictObject({ instance: slugSchema, ...offeringFields }),
    ],
    { error: 'a target is {toolbox}, {instance} or {instance, kind, name}' },
  ),
  expiresAt: z.iso
    .datetime({ offset: true, error: 'a date and time such as 2030-01-31T12:00:00Z' })
    .optional(),
});

const catalogSourceSchema = z.strictObject({
  slug: slugSchema,
  title: displayNameSchema,
  kind: z.enum(['bundled', 'registry', 'docker', 'folder'], {
    error: 'a source is of the kind bundled, registry, docker or folder',
  }),
  location: z.string().min(1).max(2048).optional(),
  audience: z.enum(['admins', 'members', 'public'], {
    error: 'an audience is admins, members or public',
  }),
  priority: z.int().min(0).max(1_000_000),
  allowPrivateNetwork: z.boolean().default(false),
  enabled: z.boolean().default(true),
  /** Milliseconds between syncs; absent for only when asked. */
  everyMs: z.int().min(60_000, 'at least 60000 (a minute)').optional(),
  /** Whether it is asked with a token, whose value is asked for when the document is applied. */
  token: z.boolean().default(false),
});

const licenceListSchema = z.array(lineSchema).max(1000);

const licencePolicySchema = z.strictObject({
  /** Null for all. */
  allow: licenceListSchema.nullable().default(null),
  deny: licenceListSchema.default([]),
  unknown: z.enum(['allow', 'warn', 'refuse'], { error: 'allow, warn or refuse' }).default('warn'),
});

function section<T extends z.ZodType>(item: T, most: number) {
  return z.array(item).max(most, `at most ${most}`).optional();
}

/**
 * What an organization's Plugboard is, without secrets, tokens, ids, moments, or anything of the
 * machine that it runs on. A section that is absent is none of the document's business: it is neither
 * compared nor changed; an empty one says that there is nothing of the kind.
 */
export const lockDocumentSchema = z
  .strictObject({
    version: z.literal(1, 'this Plugboard reads version 1'),
    licencePolicy: licencePolicySchema.optional(),
    sources: section(catalogSourceSchema, 1000),
    toolboxes: section(
      z.strictObject({ slug: slugSchema, name: displayNameSchema, environment: environmentSchema }),
      1000,
    ),
    templates: section(
      z.strictObject({
        server: lineSchema,
        slug: slugSchema,
        title: displayNameSchema,
        settings: instanceSettingsSchema,
      }),
      10_000,
    ),
    layers: section(
      z.strictObject({
        server: lineSchema,
        environment: environmentSchema,
        settings: instanceSettingsSchema,
      }),
      10_000,
    ),
    instances: section(instanceSchema, 10_000),
    agents: section(z.strictObject({ slug: slugSchema, name: displayNameSchema }), 100_000),
    grants: section(grantSchema, 100_000),
  })
  .superRefine((document, context) => {
    const unsafe = findUnsafePart(document);
    if (unsafe) context.addIssue({ code: 'custom', ...unsafe });
    for (const issue of findRepeated(document)) context.addIssue({ code: 'custom', ...issue });
  });

export type LockDocument = z.output<typeof lockDocumentSchema>;
export type LockInstance = NonNullable<LockDocument['instances']>[number];
export type LockGrant = NonNullable<LockDocument['grants']>[number];
export type LockCatalogSource = NonNullable<LockDocument['sources']>[number];

interface Issue {
  readonly path: (string | number)[];
  readonly message: string;
}

/** What stands in a list a second time. */
function findRepeated(document: LockDocument): Issue[] {
  const issues: Issue[] = [];
  const check = <T>(path: (string | number)[], items: readonly T[], keyOf: (item: T) => string) => {
    const seen = new Set<string>();
    for (const [index, item] of items.entries()) {
      const key = keyOf(item);
      if (seen.has(key)) issues.push({ path: [...path, index], message: `${key} is there twice` });
      seen.add(key);
    }
  };
  const bySlug = ({ slug }: { slug: string }) => slug;
  const byOffering = ({ kind, name }: { kind: string; name: string }) => `${kind} ${name}`;
  check(['sources'], document.sources ?? [], bySlug);
  check(['toolboxes'], document.toolboxes ?? [], bySlug);
  check(['templates'], document.templates ?? [], ({ server, slug }) => `${server} ${slug}`);
  check(['layers'], document.layers ?? [], (layer) => `${layer.server} ${layer.environment}`);
  check(['instances'], document.instances ?? [], bySlug);
  for (const [index, instance] of (document.instances ?? []).entries()) {
    const at = ['instances', index];
    check([...at, 'secrets'], instance.secrets, (name) => name);
    check([...at, 'definitions'], instance.definitions, byOffering);
    check([...at, 'levels'], instance.levels, byOffering);
  }
  check(['agents'], document.agents ?? [], bySlug);
  return issues;
}
