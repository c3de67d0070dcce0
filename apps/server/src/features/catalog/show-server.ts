import {
  compareVersions,
  plainMarkdown,
  readCatalogMeta,
  type ServerJson,
  serverJsonSchema,
  type Viewer,
} from '@plugboard/catalog';
import { AppError } from '@plugboard/contracts';
import type { CatalogDocument, CatalogServer, CatalogVersions } from '@plugboard/contracts/api';
import { sql } from 'kysely';

import type { TenantDb } from '../tenant-db.ts';
import { presentCard, presentTool, readCard, readInstalled } from './cards.ts';
import { readVersions, type VersionRow } from './search/read-versions.ts';
import { visibleTo } from './search/viewer.ts';
import { viewsOf } from './search/views.ts';

/** Everything about one server, as this viewer's sources tell it. */
export async function showServer(
  db: TenantDb,
  viewer: Viewer,
  name: string,
): Promise<CatalogServer> {
  const { rows } = await sql<{
    id: number;
    card: string;
    source_id: string;
    version: string;
    bundled_source_id: string | null;
    bundled_version: string | null;
  }>`
    select s.id, t.card, t.source_id, t.version, t.bundled_source_id, t.bundled_version
    from catalog_servers s join catalog_server_texts t on t.server_id = s.id
    where s.name = ${name} and ${visibleTo(viewer)}
  `.execute(db);
  const [row] = rows;
  if (!row) throw noServer(name);
  const told = await readDocument(db, row.source_id, name, row.version);
  const bundled =
    row.bundled_source_id === null || row.bundled_version === null
      ? undefined
      : await readDocument(db, row.bundled_source_id, name, row.bundled_version);
  const source = await db
    .selectFrom('catalog_sources')
    .where('id', '=', row.source_id)
    .select(['slug', 'title', 'kind'])
    .executeTakeFirst();
  if (!told || !source) throw noServer(name);
  const tools = await db
    .selectFrom('catalog_tools')
    .where('server_id', '=', row.id)
    .select(['name', 'title', 'description', 'level', 'level_from as levelFrom'])
    .orderBy('part')
    .execute();
  const installed = await readInstalled(db, [name]);
  const meta = readCatalogMeta(bundled?.server);
  const readme = told.readme ?? bundled?.readme;
  return {
    ...presentCard(readCard(row.card), installed.get(name)),
    source,
    tools: tools.map(presentTool),
    ...(readme != null && { readme: plainMarkdown(readme) }),
    presets: (meta?.presets ?? []).map(({ id, title, description }) => ({
      id,
      title,
      description,
    })),
    packages: told.server.packages ?? [],
    remotes: told.server.remotes ?? [],
    remarks: meta?.remarks ?? [],
    ...(meta?.measured && { measured: meta.measured }),
  };
}

/** The versions that this viewer's sources have of a server, newest first within each source. */
export async function showVersions(
  db: TenantDb,
  viewer: Viewer,
  name: string,
): Promise<CatalogVersions> {
  const { chosen, versions } = await readVisible(db, viewer, name);
  return {
    name,
    versions: versions.map((each) => ({
      version: each.version,
      source: each.source.slug,
      status: each.status === 'deprecated' ? 'deprecated' : 'active',
      isLatest: each === chosen,
      ...(each.statusMessage !== undefined && { statusMessage: each.statusMessage }),
      ...(each.publishedAt !== undefined && { publishedAt: each.publishedAt }),
      ...(each.updatedAt !== undefined && { updatedAt: each.updatedAt }),
    })),
  };
}

export interface WantedDocument {
  readonly name: string;
  /** The one that is told of when undefined. */
  readonly version?: string | undefined;
  readonly source?: string | undefined;
}

/** The server.json of one version, as its source has it. */
export async function showDocument(
  db: TenantDb,
  viewer: Viewer,
  { name, version, source }: WantedDocument,
): Promise<CatalogDocument> {
  const { chosen, versions } = await readVisible(db, viewer, name);
  const ofSource = versions.filter((each) => source === undefined || each.source.slug === source);
  const wanted =
    version === undefined
      ? (ofSource.find((each) => each === chosen) ?? ofSource[0])
      : ofSource.find((each) => each.version === version);
  const found = wanted && (await readDocument(db, wanted.source.id, name, wanted.version));
  if (!wanted || !found) {
    throw new AppError(
      'not_found',
      `${source === undefined ? 'No source' : `The source "${source}"`} has ${name}${version === undefined ? '' : ` in version ${version}`}. List its versions with: plugboard catalog versions ${name}`,
    );
  }
  return {
    source: wanted.source.slug,
    status: wanted.status === 'deprecated' ? 'deprecated' : 'active',
    server: found.server,
    ...(found.registryMeta && { registryMeta: found.registryMeta }),
  };
}

async function readVisible(db: TenantDb, viewer: Viewer, name: string) {
  const all = await readVersions(db, [name]);
  const view = viewsOf(name, all).find(({ viewers }) => viewers.includes(viewer));
  if (!view) throw noServer(name);
  return { chosen: view.chosen, versions: view.seen.toSorted(bySource) };
}

function bySource(a: VersionRow, b: VersionRow): number {
  return (
    a.source.priority - b.source.priority ||
    (a.source.slug < b.source.slug ? -1 : Number(a.source.slug > b.source.slug)) ||
    compareVersions(b, a)
  );
}

async function readDocument(
  db: TenantDb,
  sourceId: string,
  name: string,
  version: string,
): Promise<
  | {
      server: ServerJson;
      readme: string | null;
      registryMeta: Record<string, unknown> | undefined;
    }
  | undefined
> {
  const row = await db
    .selectFrom('catalog_versions')
    .where('source_id', '=', sourceId)
    .where('name', '=', name)
    .where('version', '=', version)
    .select(['document', 'readme', 'registry_meta'])
    .executeTakeFirst();
  if (!row) return undefined;
  return {
    server: serverJsonSchema.parse(JSON.parse(row.document)),
    readme: row.readme,
    registryMeta: row.registry_meta === null ? undefined : parseObject(row.registry_meta),
  };
}

function parseObject(text: string): Record<string, unknown> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a sync stores an object
  return JSON.parse(text) as Record<string, unknown>;
}

function noServer(name: string): AppError {
  return new AppError(
    'not_found',
    `The catalog has no server "${name}". Look for it with: plugboard catalog search ${name.split('/')[1] ?? name}`,
  );
}
