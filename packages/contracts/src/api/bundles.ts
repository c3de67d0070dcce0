import { z } from 'zod';

import { procedure } from './errors.ts';
import { timestampSchema } from './values.ts';

/** Bytes of a bundle at most. */
export const maxBundleBytes = 200 * 1024 * 1024;

const sha256Schema = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'a SHA-256: 64 lower-case hexadecimal digits');

/** An MCPB bundle that was uploaded. */
export const bundleSchema = z.object({
  sha256: sha256Schema,
  bytes: z.int(),
  name: z.string(),
  version: z.string(),
  title: z.string().optional(),
  description: z.string(),
  author: z.string(),
  license: z.string().optional(),
  /** How it is run: node, binary, python or uv. */
  type: z.string(),
  /** Why it could not be installed here; absent when it could. */
  fault: z.string().optional(),
  /** What of its manifest could not be carried over. */
  problems: z.array(z.string()),
  uploadedAt: timestampSchema,
});

export type BundleView = z.output<typeof bundleSchema>;

const tags = ['bundles'];

/**
 * A bundle is uploaded as the raw body of `POST /bundles`, which answers as `get` does; this contract
 * has no streams of bytes.
 */
export const bundlesContract = {
  list: procedure
    .route({ method: 'GET', path: '/bundles', tags, summary: 'List uploaded bundles' })
    .output(z.object({ bundles: z.array(bundleSchema) })),
  get: procedure
    .route({ method: 'GET', path: '/bundles/{sha256}', tags, summary: 'Show an uploaded bundle' })
    .input(z.strictObject({ sha256: sha256Schema }))
    .output(bundleSchema),
};
