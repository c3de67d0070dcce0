import {
  catalogMetaKey,
  chooseVersion,
  type EntrySource,
  findBundled,
  readCatalogMeta,
  type ServerJson,
  serverJsonSchema,
} from '@plugboard/catalog';
import { AppError } from '@plugboard/contracts';

import type { TenantDb } from '../../tenant-db.ts';

/** One version of a server as the catalog has it. */
export interface FoundEntry {
  /** Plugboard's own facts are in its `_meta` only where they can be trusted. */
  readonly entry: ServerJson;
  /** The slug of its source; undefined for what ships with Plugboard and was not read in yet. */
  readonly source: string | undefined;
  readonly status: 'active' | 'deprecated' | 'deleted';
  readonly statusMessage: string | undefined;
}

/**
 * Finds a server's entry by its name: the version asked for, or the one that tells of it. Only admins
 * add servers, and they see every source that is enabled. Undefined when no such source has it; what
 * ships with Plugboard is known also before it was read in.
 */
export async function findEntry(
  db: TenantDb,
  name: string,
  version: string | undefined,
): Promise<FoundEntry | undefined> {
  const rows = await selectVersions(db, name, version);
  const versions = rows.map((row) => ({
    ...row,
    source: sourceOf(row),
    isLatest: row.is_latest,
    publishedAt: row.published_at?.toISOString(),
  }));
  // A version that was asked for by name is found also when it was withdrawn, to say so.
  const chosen = chooseVersion(versions) ?? (version === undefined ? undefined : versions[0]);
  if (!chosen) return (await withholdsBundled(db)) ? undefined : bundledEntry(name, version);
  return {
    entry: withTrustedFacts(readEntry(chosen.document, chosen.source.slug), chosen.source.kind),
    source: chosen.source.slug,
    status: chosen.status,
    statusMessage: chosen.status_message ?? undefined,
  };
}

function selectVersions(db: TenantDb, name: string, version: string | undefined) {
  return db
    .selectFrom('catalog_versions as v')
    .innerJoin('catalog_sources as s', (join) =>
      join.onRef('s.organization_id', '=', 'v.organization_id').onRef('s.id', '=', 'v.source_id'),
    )
    .where('v.name', '=', name)
    .where('s.enabled', '=', true)
    .$if(version !== undefined, (query) => query.where('v.version', '=', version ?? ''))
    .select([
      'v.version',
      'v.document',
      'v.status',
      'v.status_message',
      'v.is_latest',
      'v.published_at',
      's.id as source_id',
      's.slug as source_slug',
      's.kind',
      's.audience',
      's.priority',
    ])
    .execute();
}

/** What ships with Plugboard is a source like any other, which an organization may have disabled. */
async function withholdsBundled(db: TenantDb): Promise<boolean> {
  const source = await db
    .selectFrom('catalog_sources')
    .select('enabled')
    .where('kind', '=', 'bundled')
    .executeTakeFirst();
  return source?.enabled === false;
}

type VersionRow = Awaited<ReturnType<typeof selectVersions>>[number];

function sourceOf(row: VersionRow): EntrySource {
  const { source_id: id, source_slug: slug, kind, audience, priority } = row;
  return { id, slug, kind, location: undefined, audience, priority };
}

function bundledEntry(name: string, version: string | undefined): FoundEntry | undefined {
  const bundled = findBundled(name);
  if (bundled?.server.name !== name) return undefined;
  if (version !== undefined && bundled.server.version !== version) return undefined;
  return { entry: bundled.server, source: undefined, status: 'active', statusMessage: undefined };
}

function readEntry(document: string, source: string): ServerJson {
  const parsed = serverJsonSchema.safeParse(JSON.parse(document));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new AppError(
    'invalid_input',
    `The entry of the source "${source}" cannot be used: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}.`,
  );
}

/**
 * Facts decide how a server is started and what it may reach, so only ours and those of the
 * organization's own folders count. Another source's entry gets ours when it means the same thing.
 */
function withTrustedFacts(entry: ServerJson, kind: EntrySource['kind']): ServerJson {
  if ((kind === 'bundled' || kind === 'folder') && readCatalogMeta(entry)) return entry;
  const { [catalogMetaKey]: _claimed, ...meta } = entry._meta ?? {};
  const bundled = findBundled(entry.name)?.server;
  const same = bundled?.name === entry.name && runsSameThing(entry, bundled);
  return {
    ...entry,
    _meta: { ...meta, ...(same && { [catalogMetaKey]: bundled._meta?.[catalogMetaKey] }) },
  };
}

/** A name alone proves nothing: the packages and addresses must be those that the facts are about. */
function runsSameThing(entry: ServerJson, bundled: ServerJson): boolean {
  const known = new Set(whereaboutsOf(bundled));
  const named = whereaboutsOf(entry);
  return named.length > 0 && named.every((each) => known.has(each));
}

function whereaboutsOf({ packages, remotes }: ServerJson): string[] {
  return [
    ...(packages ?? []).map(({ registryType, identifier }) => `${registryType}:${identifier}`),
    ...(remotes ?? []).map(({ url }) => `remote:${url}`),
  ];
}
