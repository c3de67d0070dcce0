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

/** The README of a server: its source's, else its npm package's. Rejects with `not_found`. */
export async function showReadme(
  services: Pick<AppServices, 'db' | 'published'>,
  { organizationId, viewer, name, signal }: WantedReadme,
): Promise<CatalogReadme> {
  const server = await withTenant(services.db, organizationId, (tx) =>
    showServer(tx, viewer, name),
  );
  const url = httpsUrl(server.repositoryUrl);
  if (server.readme !== undefined) {
    return { markdown: server.readme, from: 'catalog', ...(url !== undefined && { url }) };
  }
  const published = await publishedReadme(services, server.packages, signal);
  if (published) {
    const source = httpsUrl(published.repositoryUrl) ?? url;
    return {
      markdown: published.markdown,
      from: 'npm',
      ...(source !== undefined && { url: source }),
    };
  }
  throw new AppError(
    'not_found',
    url === undefined
      ? `Nothing tells more of ${server.title}.`
      : `Nothing tells more of ${server.title} here. Its repository may: ${url}`,
  );
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
