import { defineJob, type JobPayload } from '../../jobs/job.ts';
import { listOrganizationIds } from '../../store/tenant.ts';
import { removeUnusedBundles } from './remove-unused-bundles.ts';

/** Removes bundles that nobody installed, or that went with their last instance. */
export const removeUnusedBundlesJob = defineJob<JobPayload>({
  name: 'bundles.remove_unused',
  everyMinutes: 24 * 60,
  retry: { limit: 0, delaySeconds: 0 },
  async run(_, { services, signal }) {
    for (const organizationId of await listOrganizationIds(services.db)) {
      if (signal.aborted) return;
      await removeUnusedBundles(services, organizationId);
    }
  },
});
