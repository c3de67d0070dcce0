import type { Viewer } from '@plugboard/catalog';
import { AppError } from '@plugboard/contracts';
import type { CatalogReadme, CatalogServer } from '@plugboard/contracts/api';
import type { PublishedReadme } from '@plugboard/runtime';

import type { AppServices } from '../../../app/services.ts';
import { withTenant } from '../../../store/tenant.ts';
import { showServer } from '../show-server.ts';

export interface WantedReadme {
  readonly organizationId: string;
  readonly viewer: Viewer;
  /** The server's full name. */
  readonly name: string;
  readonly signal: AbortSignal;
}

/**
 * The README of a server: its source's, else its npm package's. Where there is none, a message says
 * so and where one may be. Rejects with `not_found` for a server that there is not.
 */
export async function showReadme(
  services: Pick<AppServices, 'db' | 'published'>,
  { organizationId, viewer, name, signal }: WantedReadme,
): Promise<CatalogReadme> {
  const server = await withTenant(services.db, organizationId, (tx) =>
    showServer(tx, viewer, name),
  );
  const repository = httpsUrl(server.repositoryUrl);
  if (server.readme !== undefined) return shown(server.readme, 'catalog', repository);
  try {
    const found = await publishedReadme(services, server.packages, signal);
    if (found) return shown(found.markdown, 'npm', httpsUrl(found.repositoryUrl) ?? repository);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'install_failed') throw error;
    return { message: error.message, ...(repository !== undefined && { url: repository }) };
  }
  return repository === undefined
    ? { message: `Nothing tells more of ${server.title}.` }
    : {
        message: `${server.title} brings no README. Its repository may have one.`,
        url: repository,
      };
}

function shown(
  markdown: string,
  from: NonNullable<CatalogReadme['from']>,
  url: string | undefined,
): CatalogReadme {
  return { markdown, from, ...(url !== undefined && { url }) };
}

/** Of the npm package that would be installed; what the registry is, the installer's settings say. */
async function publishedReadme(
  { published }: Pick<AppServices, 'published'>,
  packages: CatalogServer['packages'],
  signal: AbortSignal,
): Promise<PublishedReadme | undefined> {
  const npm = packages.find(({ registryType }) => registryType === 'npm');
  const name = npm?.['identifier'];
  const version = npm?.['version'];
  if (typeof name !== 'string') return undefined;
  return published.readme(name, typeof version === 'string' ? version : undefined, { signal });
}

function httpsUrl(text: string | undefined): string | undefined {
  return URL.parse(text ?? '')?.protocol === 'https:' ? text : undefined;
}
