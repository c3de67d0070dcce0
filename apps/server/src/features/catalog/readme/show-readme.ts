import type { Viewer } from '@plugboard/catalog';
import { AppError } from '@plugboard/contracts';
import type { CatalogReadme } from '@plugboard/contracts/api';

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
  { organizationId, viewer, name }: WantedReadme,
): Promise<CatalogReadme> {
  const server = await withTenant(services.db, organizationId, (tx) =>
    showServer(tx, viewer, name),
  );
  if (server.readme !== undefined) return { markdown: server.readme, from: 'catalog' };
  throw new AppError('not_found', `${server.title} has no README.`);
}
