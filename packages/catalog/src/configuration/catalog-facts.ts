import { z } from 'zod';

import { type CatalogMeta, catalogMetaKey, catalogMetaSchema } from '../catalog-meta.ts';
import type { ServerJson } from '../server-json.ts';

/** What of Plugboard's own facts bears on configuration. */
export type ConfigurationFacts = Pick<CatalogMeta, 'credentials' | 'presets' | 'launch'>;

const { credentials, presets, launch } = catalogMetaSchema.shape;
const factsSchema = z.object({ credentials, presets, launch });

/** Reads them from the `_meta` of an entry; undefined without, and when they are malformed. */
export function configurationFacts(entry: ServerJson): ConfigurationFacts | undefined {
  return factsSchema.safeParse(entry._meta?.[catalogMetaKey]).data;
}
