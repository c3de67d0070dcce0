import { z } from 'zod';

import type { VersionRow } from './queries.ts';

/** Where the registry API keeps what a registry says about an entry, its publisher aside. */
const registryKey = 'io.modelcontextprotocol.registry/official';
/** Which source of Plugboard's catalog an entry comes from. */
const sourceKey = 'dev.plugboard/source';

export interface ServerResponse {
  readonly server: unknown;
  readonly _meta: Readonly<Record<string, unknown>>;
}

const metaSchema = z.record(z.string(), z.unknown());

/** The words of a registry about an entry; the API's document allows no others. */
const officialSchema = z.object({ statusChangedAt: z.string().optional() }).catch({});

/**
 * An entry as the registry API has it: the document as its source sent it, and beside it what the
 * source's registry said, with the status that it has here.
 */
export function presentVersion(row: VersionRow): ServerResponse {
  const said = row.registry_meta === null ? {} : metaSchema.parse(JSON.parse(row.registry_meta));
  const { statusChangedAt } = officialSchema.parse(said[registryKey]);
  return {
    server: JSON.parse(row.document),
    _meta: {
      ...said,
      [registryKey]: {
        status: row.status,
        ...(row.status_message !== null && { statusMessage: row.status_message.slice(0, 500) }),
        ...(statusChangedAt !== undefined && { statusChangedAt }),
        ...(row.published_at && { publishedAt: row.published_at.toISOString() }),
        updatedAt: (row.updated_at ?? row.synced_at).toISOString(),
        isLatest: row.is_latest,
      },
      [sourceKey]: { source: row.source, syncedAt: row.synced_at.toISOString() },
    },
  };
}
