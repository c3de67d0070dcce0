import { z } from 'zod';

/** Host name, optionally `*.` before it and `:port` after it. */
const hostPatternSchema = z
  .string()
  .max(260, 'at most 260 characters')
  .regex(
    /^(?:\*\.)?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?$/i,
    'a host such as "api.example.com", "*.example.com" or "api.example.com:8443", without scheme or path',
  );

/** Which hosts a server may reach. */
export const networkPolicySchema = z.discriminatedUnion(
  'mode',
  [
    z.strictObject({ mode: z.literal('off') }),
    z.strictObject({
      mode: z.literal('allow'),
      hosts: z.array(hostPatternSchema).min(1, 'name at least one host').max(100),
    }),
    z.strictObject({ mode: z.literal('open') }),
  ],
  { error: 'a network policy has the mode off, allow (with hosts) or open' },
);

/** What a server may use at most. */
export const limitsSchema = z.strictObject({
  memoryMb: z.int().min(32, 'at least 32').max(65_536, 'at most 65536'),
  cpus: z.number().min(0.05, 'at least 0.05').max(64, 'at most 64'),
  pids: z.int().min(8, 'at least 8').max(4096, 'at most 4096'),
});

/** A folder of the host shown to a server at the same path. */
export const mountSchema = z.strictObject({
  path: z
    .string()
    .max(4096)
    .regex(/^\/[^\u0000]*$/, 'an absolute path of a folder of the host'), // oxlint-disable-line no-control-regex -- NUL is what it refuses
  writable: z.boolean(),
});

const environmentNameSchema = z
  .string()
  .max(200)
  .regex(
    /^[A-Za-z_][A-Za-z0-9_]*$/,
    'an environment variable name: letters, digits and underscores',
  );

const plainValueSchema = z
  .string()
  .max(32_768, 'at most 32768 characters')
  .refine((value) => !value.includes('\0'), 'must not contain a NUL character');

/** Environment variables of a process. */
export const environmentVariablesSchema = z.record(environmentNameSchema, plainValueSchema);

const headerNameSchema = z
  .string()
  .max(200)
  .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'an HTTP header name');

const headerValueSchema = z
  .string()
  .max(8192, 'at most 8192 characters')
  .regex(
    /^[\t\u0020-\u007e\u0080-\u00ff]*$/,
    'an HTTP header value: one line, no control characters',
  );

/** HTTP headers sent to a remote server. */
export const headersSchema = z.record(headerNameSchema, headerValueSchema);

/** Values to seal: environment variables for a process, headers for a remote. */
export const secretsSchema = z.record(headerNameSchema, plainValueSchema);

export const argumentsSchema = z.array(plainValueSchema).max(200, 'at most 200 arguments');

export const remoteTransportSchema = z.enum(['streamable-http', 'sse'], {
  error: 'a transport is streamable-http or sse',
});
