import { z } from 'zod';

import { categories } from '../catalog-meta.ts';

/** Where facts of a source that `server.json` has no field for lie in the `_meta` of an entry. */
export const sourceMetaKey = 'dev.plugboard/source';

/**
 * What a source says of a server beyond its `server.json`. Every fact may be missing, and none was
 * checked: `dev.plugboard/catalog` of a bundled entry outranks it.
 */
export const sourceMetaSchema = z.looseObject({
  category: z.enum(categories).optional(),
  keywords: z.array(z.string().max(100)).max(100).optional(),
  /** An https URL of a picture. */
  icon: z.string().max(2048).optional(),
  stars: z.int().nonnegative().optional(),
  downloads: z.int().nonnegative().optional(),
  publisher: z.string().max(200).optional(),
  /** As the source says it; usually an SPDX expression. */
  license: z.string().max(200).optional(),
  tools: z
    .array(z.object({ name: z.string().max(200), description: z.string().optional() }))
    .max(2000)
    .optional(),
  /** In full, where `server.json` has room for 100 characters of it only. */
  description: z.string().optional(),
  /** The commit of the repository that the entry stands for. */
  commit: z.string().max(100).optional(),
  /** Providers with whom a person signs in for it. */
  oauth: z.array(z.string().max(100)).max(20).optional(),
  /** Hosts that it says it reaches, without a scheme; empty for none. */
  hosts: z.array(z.string().max(300)).max(500).optional(),
});

export type SourceMeta = z.infer<typeof sourceMetaSchema>;
