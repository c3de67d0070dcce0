import {
  availableUpdates,
  type KnownVersion,
  newestFirst,
  type ServerJson,
} from '@plugboard/catalog';
import { isAppError } from '@plugboard/contracts';
import type { InstanceUpdates } from '@plugboard/contracts/api';
import type { PublishedPackage } from '@plugboard/runtime';

import type { AppServices } from '../../../app/services.ts';
import { withTenant } from '../../../store/tenant.ts';
import type { PresentInstance } from '../revisions/present-instance.ts';

export type VersionServices = Pick<AppServices, 'db' | 'published'>;

/** The versions of what an instance runs, and who tells of them. */
export interface FoundVersions {
  readonly from: InstanceUpdates['from'];
  readonly versions: readonly KnownVersion[];
  readonly repositoryUrl: string | undefined;
}

/**
 * Versions by npm's registry for packages, by the catalog for bundles and remotes that it has.
 * Rejects as `Published.versions` does.
 */
export async function findVersions(
  services: VersionServices,
  present: PresentInstance,
  signal: AbortSignal,
): Promise<FoundVersions> {
  const name = npmPackageOf(present);
  if (name !== undefined) {
    const published = await services.published.versions(name, signal);
    const versions = published.versions.map(toKnown);
    return { from: 'npm', versions, repositoryUrl: published.repositoryUrl };
  }
  const { entry } = present.stored;
  if (!entry) return { from: 'nobody', versions: [], repositoryUrl: undefined };
  const versions = await catalogVersions(services, present, entry);
  const repositoryUrl = entry.repository?.url;
  return { from: versions.length === 0 ? 'nobody' : 'catalog', versions, repositoryUrl };
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
): Promise<readonly KnownVersion[]> {
  const rows = await withTenant(db, row.organization_id, (tx) =>
    tx
      .selectFrom('catalog_versions')
      .select(['version', 'status', 'status_message', 'published_at'])
      .where('name', '=', name)
      .where('status', '<>', 'deleted')
      .orderBy('published_at')
      .execute(),
  );
  const byVersion = new Map(
    rows.map(({ version, status, status_message: message, published_at: at }) => [
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

/** What an instance could be updated to; what cannot be found out is told, not thrown. */
export async function presentUpdates(
  services: VersionServices,
  present: PresentInstance,
  signal: AbortSignal,
): Promise<InstanceUpdates & { readonly versions: KnownVersion[] }> {
  const { row } = present;
  const about = { id: row.id, slug: row.slug, server: row.server_name, current: row.version };
  try {
    const { from, versions } = await findVersions(services, present, signal);
    if (from === 'nobody') return { ...about, from, versions: [] };
    const updates = availableUpdates(row.version, versions);
    return {
      ...about,
      from,
      updates: { ...updates, skipped: [...updates.skipped] },
      versions: [...newestFirst(versions)],
    };
  } catch (error) {
    if (!isAppError(error) || error.code === 'cancelled') throw error;
    return { ...about, from: 'npm', problem: error.message, versions: [] };
  }
}
