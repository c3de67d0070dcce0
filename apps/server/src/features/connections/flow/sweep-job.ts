import { sql } from 'kysely';

import { defineJob, type JobPayload } from '../../../jobs/job.ts';
import { listOrganizationIds, withTenant } from '../../../store/tenant.ts';

/** How long it can be looked up how a request ended; one that nobody came back for ended with its time. */
const keptHours = 24;

/** Removes authorizations that are over: those that were abandoned still have sealed secrets in them. */
export const sweepRequestsJob = defineJob<JobPayload>({
  name: 'connections.sweep_requests',
  everyMinutes: 60,
  retry: { limit: 2, delaySeconds: 60 },
  async run(_, { services: { db }, signal }) {
    for (const organizationId of await listOrganizationIds(db)) {
      if (signal.aborted) return;
      await withTenant(db, organizationId, (tx) =>
        tx
          .deleteFrom('authorization_requests')
          .where(
            sql<boolean>`coalesce(ended_at, expires_at) < now() - make_interval(hours => ${keptHours})`,
          )
          .execute(),
      );
    }
  },
});
