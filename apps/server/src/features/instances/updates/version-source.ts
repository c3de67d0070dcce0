import {
  availableUpdates,
  type KnownVersion,
  mayView,
  newestFirst,
  type ServerJson,
  type Viewer,
} from '@plugboard/catalog';
import { isAppError } from '@plugboard/contracts';
import type { InstanceUpdates } from '@plugboard/contracts/api';
import type { PublishedPackage } from '@plugboard/runtime';

import type { AppServices } from '../../../app/services.ts';
import { withTenant } from '../../../store/tenant.ts';
import type { PresentInstance } from '../revisions/present-instance.ts';
import { rememberUpdates } from './remember-updates.ts';

export type VersionServices = Pick<AppServices, 'db' | 'published'>;

/** The versions of what an instance runs, and who tells of them. */
export interface FoundVersions {
  readonly from: InstanceUpdates['from'];
  readonly versions: readonly KnownVersion[];
  readonly repositoryUrl: string | undefined;
}

/** Who wants to know of versions, and how. */
export interface VersionQuery {
  /** Versions of sources that it may not see are none. */
  readonly viewer: Viewer;
  /** Whether the registry is asked although its answer is remembered. */
  readonly fresh?: boolean | undefined;
  readonly signal: AbortSignal;
}

/**
 * Versions by npm's registry for packages, by the catalog for bundles and remotes that it has.
 * Rejects as `Published.versions` does.
 */
export async function findVersions(
  services: VersionServices,
  present: PresentInstance,
  { viewer, ...options }: VersionQuery,
): Promise<FoundVersions> {
  const name = npmPackageOf(present);
  if (name !== undefined) {
    const published = await services.published.versions(name, options);
    const versions = published.versions.map(toKnown);
    return { from: 'npm', versions, repositoryUrl: published.repositoryUrl };
  }
  const { entry } = present.stored;
  if (!entry) return { from: 'nobody', versions: [], repositoryUrl: undefined };
  const versions = await catalogVersions(services, present, entry, viewer);
  if (versions.length === 0) return { from: 'nobody', versions, repositoryUrl: undefined };
  return { from: 'catalog', versions, repositoryUrl: entry.repository?.url };
}

/** The npm package that an instance runs, also of one from before that was written down. */
export function npmPackageOf({ stored }: Pick<PresentInstance, 'stored'>): string | undefined {
  const { package: record, launch } = stored;
  if (record) return record.type === 'npm' ? record.name : undefined;
  if (launch.driver !== 'process') return undefined;
  return /^node_modules\/((?:@[^/]+\/)?[^/.][^/]*)\//.exec(launch.entry.replaceAll('\\', '/'))?.[1];
}

function toKnown(each: PublishedPackage['versions'][number]): KnownVersion {
  return {
    version: each.version,
    ...(each.publishedAt !== undefined && { publishedAt: each.publishedAt }),
    ...(each.deprecated !== undefined && { deprecated: each.deprecated }),
    ...(!each.suitsNode && { unfitEngine: each.nodeEngine ?? '' }),
  };
}

/** A deleted version is none that can be had. */
async function catalogVersions(
  { db }: VersionServices,
  { row }: PresentInstance,
  { name }: ServerJson,
  viewer: Viewer,
): Promise<readonly KnownVersion[]> {
  const rows = await withTenant(db, row.organization_id, (tx) =>
    tx
      .selectFrom('catalog_versions as v')
      .innerJoin('catalog_sources as s', (join) =>
        join.onRef('s.organization_id', '=', 'v.organization_id').onRef('s.id', '=', 'v.source_id'),
      )
      .select(['v.version', 'v.status', 'v.status_message', 'v.published_at', 's.audience'])
      .where('v.name', '=', name)
      .where('v.status', '<>', 'deleted')
      .orderBy('v.published_at')
      .execute(),
  );
  // What is installed is no secret: whoever sees the instance sees its version.
  const seen = rows.filter(
    ({ audience, version }) => mayView(viewer, audience) || version === row.version,
  );
  const byVersion = new Map(
    seen.map(({ version, status, status_message: message, published_at: at }) => [
      version,
      {
        version,
        ...(at && { publishedAt: at.toISOString() }),
        ...(status === 'deprecated' && { deprecated: message ?? 'deprecated' }),
      },
    ]),
  );
  return [...byVersion.values()];
}

/**
 * What an instance could be updated to; what cannot be found out is told, not thrown. `late` ends
 * the asking as `query.signal` does, but that is told, too.
 */
export async function presentUpdates(
  services: VersionServices,
  present: PresentInstance,
  query: VersionQuery,
  late: AbortSignal,
): Promise<InstanceUpdates & { readonly versions: KnownVersion[] }> {
  const { row } = present;
  const about = { id: row.id, slug: row.slug, server: row.server_name, current: row.version };
  try {
    const signal = AbortSignal.any([query.signal, late]);
    const { from, versions } = await findVersions(services, present, { ...query, signal });
    if (from === 'nobody') return { ...about, from, versions: [] };
    await remember(services, present, from, versions);
    const updates = availableUpdates(row.version, versions);
    return {
      ...about,
      from,
      updates: { ...updates, skipped: [...updates.skipped] },
      versions: [...newestFirst(versions)],
    };
  } catch (error) {
    if (query.signal.aborted || !isAppError(error)) throw error;
    const problem = error.code === 'cancelled' ? notInTime : error.message;
    return { ...about, from: 'npm', problem, versions: [] };
  }
}

/** What lists show to every member is what every member may know. */
async function remember(
  services: VersionServices,
  present: PresentInstance,
  from: FoundVersions['from'],
  versions: readonly KnownVersion[],
): Promise<void> {
  const { entry } = present.stored;
  const known =
    from === 'catalog' && entry
      ? await catalogVersions(services, present, entry, 'member')
      : versions;
  await rememberUpdates(services.db, present, known);
}

const notInTime =
  'Registries did not answer about all servers in time. What they answer is kept for some minutes: ask again.';
