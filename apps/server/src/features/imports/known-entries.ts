import {
  bundledServers,
  catalogMetaKey,
  type ImportedServer,
  type ServerJson,
  serverJsonSchema,
} from '@plugboard/catalog';
import { sql } from 'kysely';

import type { TenantDb } from '../tenant-db.ts';

/** Entries looked at besides the bundled ones, at most. */
const maxEntries = 2000;

/**
 * The catalog's entries that may be one of these servers: bundled ones, then those of the
 * organization's sources in their order, the latest version of each.
 */
export async function knownEntries(
  db: TenantDb,
  servers: readonly ImportedServer[],
): Promise<readonly ServerJson[]> {
  const bundled = bundledServers().map(({ server }) => server);
  const words = [...new Set(servers.flatMap(wordsOf))];
  if (words.length === 0) return bundled;
  const rows = await db
    .selectFrom('catalog_versions')
    .innerJoin('catalog_sources', 'catalog_sources.id', 'catalog_versions.source_id')
    .where('catalog_sources.enabled', '=', true)
    .where('catalog_sources.kind', '<>', 'bundled')
    .where('catalog_versions.status', '<>', 'deleted')
    .where(
      sql<boolean>`exists (select from unnest(${words}::text[]) word where strpos(lower(document), word) > 0)`,
    )
    .orderBy('catalog_sources.priority')
    .orderBy('catalog_versions.is_latest', 'desc')
    .orderBy('catalog_versions.published_at', 'desc')
    .select(['catalog_versions.name', 'catalog_versions.document'])
    .limit(maxEntries)
    .execute();
  const found = new Map<string, ServerJson>();
  for (const { name, document } of rows) {
    if (found.has(name)) continue;
    const parsed = serverJsonSchema.safeParse(JSON.parse(document));
    if (parsed.success) found.set(name, withoutFacts(parsed.data));
  }
  return [...bundled, ...found.values()];
}

/** Plugboard's own facts are believed of bundled entries alone. */
function withoutFacts(entry: ServerJson): ServerJson {
  const { [catalogMetaKey]: _, ...meta } = entry._meta ?? {};
  return { ...entry, _meta: meta };
}

/** A piece of text that an entry for the server has to hold, in lower case. */
function wordsOf({ run }: ImportedServer): string[] {
  switch (run.kind) {
    case 'package':
      return run.registry === 'npm' ? [`"${run.name}"`] : [run.name.toLowerCase()];
    case 'image':
      return [
        run.image
          .replace(/@sha256:.*$/, '')
          .replace(/:[^/:]*$/, '')
          .toLowerCase(),
      ];
    case 'remote': {
      const host = URL.parse(run.url.text)?.host;
      return host === undefined || host === '' ? [] : [host.toLowerCase()];
    }
    case 'entry':
      return [run.name.toLowerCase()];
    case 'command':
      return [];
  }
}
