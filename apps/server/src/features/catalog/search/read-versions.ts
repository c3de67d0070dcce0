import {
  type EntrySource,
  type EntryVersion,
  type ServerJson,
  serverJsonSchema,
} from '@plugboard/catalog';
import { sql } from 'kysely';

import type { TenantDb } from '../../tenant-db.ts';

/** A version as it is chosen among others, without what makes it large. */
export interface VersionRow extends EntryVersion {
  readonly name: string;
  readonly statusMessage: string | undefined;
  readonly updatedAt: string | undefined;
  readonly hasReadme: boolean;
}

/** What one version says. */
export interface VersionDocument {
  readonly server: ServerJson;
  /** Parsed, but not looked at. */
  readonly tools: readonly unknown[];
}

/** All versions that enabled sources have of some servers. */
export async function readVersions(
  db: TenantDb,
  names: readonly string[],
): Promise<readonly VersionRow[]> {
  const sources = new Map<string, EntrySource>(
    (
      await db
        .selectFrom('catalog_sources')
        .where('enabled', '=', true)
        .select(['id', 'slug', 'kind', 'location', 'audience', 'priority'])
        .execute()
    ).map((source) => [source.id, { ...source, location: source.location ?? undefined }]),
  );
  const rows = await db
    .selectFrom('catalog_versions')
    .where(sql<boolean>`name = any(${names}::text[])`)
    .select([
      'source_id',
      'name',
      'version',
      'status',
      'status_message',
      'is_latest',
      'published_at',
      'updated_at',
    ])
    .select(sql<boolean>`readme is not null`.as('has_readme'))
    .execute();
  return rows.flatMap((row) => {
    const source = sources.get(row.source_id);
    if (!source) return [];
    return {
      source,
      name: row.name,
      version: row.version,
      status: row.status,
      statusMessage: row.status_message ?? undefined,
      isLatest: row.is_latest,
      publishedAt: row.published_at?.toISOString(),
      updatedAt: row.updated_at?.toISOString(),
      hasReadme: row.has_readme,
    };
  });
}

/** The documents of some versions, by `versionKey`; those that cannot be read are left out. */
export async function readDocuments(
  db: TenantDb,
  versions: readonly VersionRow[],
): Promise<ReadonlyMap<string, VersionDocument>> {
  const { rows } = await sql<{
    source_id: string;
    name: string;
    version: string;
    document: string;
    tools: string | null;
  }>`
    select v.source_id, v.name, v.version, v.document, v.tools
    from unnest(
      ${versions.map(({ source }) => source.id)}::uuid[],
      ${versions.map(({ name }) => name)}::text[],
      ${versions.map(({ version }) => version)}::text[]
    ) as wanted (source_id, name, version)
    join catalog_versions v
      on v.organization_id = current_organization()
      and v.source_id = wanted.source_id and v.name = wanted.name and v.version = wanted.version
  `.execute(db);
  const documents = new Map<string, VersionDocument>();
  for (const row of rows) {
    const server = serverJsonSchema.safeParse(parseJson(row.document)).data;
    if (!server) continue;
    const tools = parseJson(row.tools ?? '[]');
    documents.set(versionKey(row.source_id, row.name, row.version), {
      server,
      tools: Array.isArray(tools) ? tools : [],
    });
  }
  return documents;
}

export function versionKey(sourceId: string, name: string, version: string): string {
  return JSON.stringify([sourceId, name, version]);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
