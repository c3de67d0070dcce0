import { bundledDigest } from '@plugboard/catalog/bundled-digest';

import type { AppServices } from '../../../app/services.ts';
import { listOrganizationIds, withTenant } from '../../../store/tenant.ts';
import type { TenantDb } from '../../tenant-db.ts';
import { insertFirstSources } from './first-sources.ts';
import { runSyncHere } from './sync-job.ts';
import type { SyncServices } from './run-sync.ts';
import { queueSync } from './sync-rows.ts';

type SeedServices = SyncServices & Pick<AppServices, 'audit' | 'clock'>;

/**
 * Brings the bundled servers of every organization up to those of this version. Quick and without a
 * network; does nothing when they are. Organizations from before there were sources get theirs.
 */
export async function seedBundled(services: SeedServices, signal: AbortSignal): Promise<void> {
  const { db } = services;
  const digest = bundledDigest();
  for (const organizationId of await listOrganizationIds(db)) {
    const waiting = await withTenant(db, organizationId, async (tx) => {
      const source =
        (await selectBundled(tx)) ?? (await addFirstSources(services, tx, organizationId));
      if (!source || source.watermark === digest) return undefined;
      return queueSync(tx, { organizationId, sourceId: source.id });
    });
    if (waiting) await runSyncHere(services, organizationId, waiting.sync.id, signal);
  }
}

function selectBundled(db: TenantDb) {
  return db
    .selectFrom('catalog_sources')
    .select(['id', 'watermark'])
    .where('kind', '=', 'bundled')
    .executeTakeFirst();
}

async function addFirstSources(
  { audit, clock }: SeedServices,
  db: TenantDb,
  organizationId: string,
) {
  await insertFirstSources(db, organizationId);
  const sources = await db.selectFrom('catalog_sources').select('slug').orderBy('slug').execute();
  await audit.appendWithin(db, organizationId, {
    kind: 'sources.begun',
    at: clock(),
    change: { sources: sources.map(({ slug }) => slug) },
  });
  return selectBundled(db);
}
