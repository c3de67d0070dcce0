import { AppError } from '@plugboard/contracts';
import { z } from 'zod';

/** Revisions of the manifest that are read. */
const versions = ['0.1', '0.2', '0.3', '0.4'] as const;

const textSchema = z.string().max(20_000);
const shortSchema = z.string().min(1).max(300);

const commandSchema = z.looseObject({
  command: z.string().max(4096).optional(),
  args: z.array(z.string().max(32_768)).max(200).optional(),
  env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string().max(32_768)).optional(),
});

const configurationSchema = z.looseObject({
  type: z.enum(['string', 'number', 'boolean', 'directory', 'file']),
  title: textSchema.optional(),
  description: textSchema.optional(),
  required: z.boolean().optional(),
  default: z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]).optional(),
  multiple: z.boolean().optional(),
  sensitive: z.boolean().optional(),
  min: z.number().optional(),
  max: z.number().optional(),
});

const manifestSchema = z.looseObject({
  name: shortSchema,
  version: z.string().min(1).max(100),
  description: textSchema,
  display_name: textSchema.optional(),
  author: z.looseObject({ name: shortSchema, url: z.string().optional() }),
  license: z.string().max(300).optional(),
  homepage: z.string().max(2048).optional(),
  repository: z.looseObject({ type: z.string(), url: z.string() }).optional(),
  keywords: z.array(z.string()).max(200).optional(),
  server: z.looseObject({
    type: z.enum(['node', 'python', 'binary', 'uv']),
    entry_point: z.string().min(1).max(1024),
    mcp_config: commandSchema
      .extend({ platform_overrides: z.record(z.string(), commandSchema).optional() })
      .optional(),
  }),
  tools: z
    .array(z.looseObject({ name: z.string(), description: z.string().optional() }))
    .max(2000)
    .optional(),
  user_config: z
    .record(z.string().regex(/^[A-Za-z0-9_.-]{1,100}$/), configurationSchema)
    .optional(),
  compatibility: z
    .looseObject({
      platforms: z.array(z.string()).optional(),
      runtimes: z.looseObject({ node: z.string().optional() }).optional(),
    })
    .optional(),
});

/** What a bundle says of itself: its `manifest.json`, revisions 0.1 to 0.4. Unknown fields are kept. */
export type BundleManifest = z.infer<typeof manifestSchema>;

/** One of the things a bundle wants to be told by whoever installs it. */
export type BundleConfiguration = z.infer<typeof configurationSchema>;

/** Reads a manifest. Throws `AppError('invalid_input')` naming the field at fault. */
export function parseManifest(text: string): BundleManifest {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw new AppError('invalid_input', "The bundle's manifest.json is not JSON.", { cause });
  }
  const revision = revisionOf(value);
  if (!versions.some((version) => version === revision)) {
    throw new AppError(
      'invalid_input',
      `The bundle's manifest_version is ${revision === undefined ? 'missing' : JSON.stringify(revision).slice(0, 40)}; ${versions.join(', ')} can be read.`,
    );
  }
  const parsed = manifestSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.map(String).join('.').slice(0, 200);
  throw new AppError(
    'invalid_input',
    `The bundle's manifest.json is not right at ${field === undefined || field === '' ? 'its top' : field}: ${issue?.message ?? 'unknown'}.`,
    { cause: parsed.error },
  );
}

/** Early bundles called it `dxt_version`. */
function revisionOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  if ('manifest_version' in value) return value.manifest_version;
  return 'dxt_version' in value ? value.dxt_version : undefined;
}
