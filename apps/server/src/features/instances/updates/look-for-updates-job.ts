import { defineJob, type JobPayload } from '../../../jobs/job.ts';
import { listOrganizationIds } from '../../../store/tenant.ts';

/**
 * Asks once a day what is newer than what is installed, so that lists can tell of it. Where catalogs
 * are read only when somebody says so, registries are asked only then, too.
 */
export const lookForUpdatesJob = defineJob<JobPayload>({
  name: 'instances.look_for_updates',
  everyMinutes: 24 * 60,
  retry: { limit: 0, delaySeconds: 0 },
  async run(_, { services, signal }) {
    if (services.server.catalogSync === 'manual') return;
    // Loaded once a day, not with every start.
    const { lookForUpdates } = await import('./look-for-updates.ts');
    for (const organizationId of await listOrganizationIds(services.db)) {
      await lookForUpdates(services, organizationId, signal);
    }
  },
});
