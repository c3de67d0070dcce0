import { defineJob } from '../../jobs/job.ts';
import { listOrganizationIds, withTenant } from '../../store/tenant.ts';

const dayMs = 24 * 3_600_000;

/**
 * Removes what has run out: records of the authorization server, clients that nobody permitted
 * anything, and rows of exchanged tokens, which are many and short.
 */
export const sweepOAuthJob = defineJob<Record<string, never>>({
  name: 'oauth.sweep',
  everyMinutes: 15,
  retry: { limit: 2, delaySeconds: 60 },
  async run(_payload, { services: { db, clock } }) {
    const now = clock();
    await db.deleteFrom('oauth_records').where('expires_at', '<', new Date(now)).execute();
    for (const organizationId of await listOrganizationIds(db)) {
      await withTenant(db, organizationId, (tx) =>
        tx
          .deleteFrom('agent_tokens')
          .where('parent_id', 'is not', null)
          .where('expires_at', '<', new Date(now - dayMs))
          .execute(),
      );
    }
  },
});
