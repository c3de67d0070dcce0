import { z } from 'zod';

/** The revision of the `server.json` schema described here. */
export const serverJsonSchemaUrl =
  'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json';

/** What a person or the platform fills in before a start. */
const inputSchema = z.looseObject({
  description: z.string().optional(),
  isRequired: z.boolean().optional(),
  isSecret: z.boolean().optional(),
  format: z.enum(['string', 'number', 'boolean', 'filepath']).optional(),
  default: z.string().optional(),
  placeholder: z.string().optional(),
  choices: z.array(z.string()).optional(),
  /** Fixed; may hold `{names}` of `variables`. */
  value: z.string().optional(),
});

const inputWithVariablesSchema = inputSchema.extend({
  variables: z.record(z.string(), inputSchema).optional(),
});

const keyValueSchema = inputWithVariablesSchema.extend({ name: z.string().min(1) });

const argumentSchema = z.discriminatedUnion('type', [
  inputWithVariablesSchema.extend({
    type: z.literal('positional'),
    valueHint: z.string().optional(),
    isRepeated: z.boolean().optional(),
  }),
  inputWithVariablesSchema.extend({
    type: z.literal('named'),
    name: z.string().min(1),
    isRepeated: z.boolean().optional(),
  }),
]);

const httpTransportFields = {
  url: z.string().min(1),
  headers: z.array(keyValueSchema).optional(),
  variables: z.record(z.string(), inputSchema).optional(),
};

const remoteSchema = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('streamable-http'), ...httpTransportFields }),
  z.looseObject({ type: z.literal('sse'), ...httpTransportFields }),
]);

const exactVersion = z
  .string()
  .min(1)
  .max(255)
  .refine(
    (version) => version !== 'latest' && !/^[~^<>=]|[|*]|\s-\s|^[xX]$|\.[xX]\b/.test(version),
    {
      error: 'an exact version such as "1.4.0", not a range or "latest"',
    },
  );

const packageSchema = z
  .looseObject({
    registryType: z.enum(['npm', 'pypi', 'cargo', 'oci', 'nuget', 'mcpb']),
    identifier: z.string().min(1),
    /** Absent for kinds whose identifier holds it, such as images with a tag. */
    version: exactVersion.optional(),
    registryBaseUrl: z.url().optional(),
    fileSha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'a SHA-256 is 64 lower-case hexadecimal digits')
      .optional(),
    runtimeHint: z.string().optional(),
    runtimeArguments: z.array(argumentSchema).optional(),
    packageArguments: z.array(argumentSchema).optional(),
    environmentVariables: z.array(keyValueSchema).optional(),
    transport: z.discriminatedUnion('type', [
      z.looseObject({ type: z.literal('stdio') }),
      ...remoteSchema.options,
    ]),
  })
  .refine((entry) => entry.registryType !== 'mcpb' || entry.fileSha256 !== undefined, {
    path: ['fileSha256'],
    error: 'an mcpb package must name the SHA-256 of its file',
  });

/**
 * A server's entry in `server.json` form, schema 2025-12-11. Fields unknown to it are kept. Whether
 * an entry is active, deprecated or deleted is not in it: that is the registry's to say.
 */
export const serverJsonSchema = z.looseObject({
  $schema: z.string().optional(),
  name: z
    .string()
    .min(3)
    .max(200)
    .regex(/^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/, 'a reverse-DNS namespace, a slash and a name'),
  description: z.string().min(1).max(100),
  version: exactVersion,
  title: z.string().min(1).max(100).optional(),
  websiteUrl: z.url().optional(),
  repository: z
    .looseObject({
      url: z.url(),
      source: z.string(),
      id: z.string().optional(),
      subfolder: z.string().optional(),
    })
    .optional(),
  icons: z.array(z.looseObject({ src: z.url() })).optional(),
  packages: z.array(packageSchema).optional(),
  remotes: z.array(remoteSchema).optional(),
  _meta: z.record(z.string(), z.unknown()).optional(),
});

export type ServerJson = z.infer<typeof serverJsonSchema>;
export type ServerPackage = z.infer<typeof packageSchema>;
export type ServerRemote = z.infer<typeof remoteSchema>;
