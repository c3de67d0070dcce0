import { bundledDigest } from '@plugboard/catalog/bundled-digest';

import { listOrganizationIds, withTenant } from '../../../store/tenant.ts';
import { runSyncHere } from './sync-job.ts';
import type { SyncServices } from './run-sync.ts';
import { queueSync } from './sync-rows.ts';

/**
 * Brings the bundled servers of every organization up to those of this version. Quick and without a
 * network; does nothing when they are.
 */
export async function seedBundled(services: SyncServices, signal: AbortSignal): Promise<void> {
  const { db } = services;
  const digest = bundledDigest();
  for (const organizationId of await listOrganizationIds(db)) {
    const waiting = await withTenant(db, organizationId, async (tx) => {
      const source = await tx
        .selectFrom('catalog_sources')
        .select(['id', 'watermark'])
        .where('kind', '=', 'bundled')
        .executeTakeFirst();
      if (!source || source.watermark === digest) return undefined;
      return queueSync(tx, { organizationId, sourceId: source.id });
    });
    if (waiting) await runSyncHere(services, organizationId, waiting.sync.id, signal);
  }
}
