import { sql } from 'kysely';

import { defineJob, type JobPayload } from '../../../jobs/job.ts';
import { listOrganizationIds, withTenant } from '../../../store/tenant.ts';

/** Providers end grants that nobody uses: the shortest known takes weeks. */
const unusedDays = 7;
const atOnce = 100;

/**
 * Renews connections that nobody has used for a week, so that they are good when somebody does. Those
 * in use are renewed by the processes that use them.
 */
export const keepConnectionsAliveJob = defineJob<JobPayload>({
  name: 'connections.keep_alive',
  everyMinutes: 60,
  retry: { limit: 0, delaySeconds: 0 },
  async run(_, { services, signal }) {
    for (const organizationId of await listOrganizationIds(services.db)) {
      const due = await withTenant(services.db, organizationId, (tx) =>
        tx
          .selectFrom('connections')
          .select('id')
          .where('state', '=', 'connected')
          .where('refresh_at', '<', sql<Date>`now()`)
          .where('refreshed_at', '<', sql<Date>`now() - make_interval(days => ${unusedDays})`)
          .orderBy('refresh_at')
          .limit(atOnce)
          .execute(),
      );
      for (const { id: connectionId } of due) {
        if (signal.aborted) return;
        // Its failure is on record with the connection itself.
        await services.accessTokens.renew({ organizationId, connectionId }).catch(() => undefined);
      }
    }
  },
});
