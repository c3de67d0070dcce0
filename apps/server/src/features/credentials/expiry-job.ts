import type { AppServices } from '../../app/services.ts';
import { defineJob, type JobPayload } from '../../jobs/job.ts';
import { listOrganizationIds, withTenant } from '../../store/tenant.ts';
import { ownerOf } from './credential-owner.ts';
import { credentialColumns } from './credential-row.ts';

const dayMs = 86_400_000;
/** Days that are left when the audit log is told; 0 is the day on which it has expired. */
const toldAt = [14, 7, 3, 1, 0];

/** Puts on record, now and then before it happens, which credentials expire. */
export const credentialExpiryJob = defineJob<JobPayload>({
  name: 'credentials.tell_expiring',
  everyMinutes: 24 * 60,
  retry: { limit: 0, delaySeconds: 0 },
  async run(_, { services, signal }) {
    for (const organizationId of await listOrganizationIds(services.db)) {
      if (signal.aborted) return;
      await tellExpiring(services, organizationId);
    }
  },
});

/** Resolves with how many were told of. */
export async function tellExpiring(
  { db, audit, clock }: Pick<AppServices, 'db' | 'audit' | 'clock'>,
  organizationId: string,
): Promise<number> {
  const now = clock();
  const rows = await withTenant(db, organizationId, (tx) =>
    tx
      .selectFrom('credentials')
      .select(credentialColumns)
      .where('destroyed_at', 'is', null)
      .where('kind', '!=', 'oauth')
      .where('expires_at', '>', new Date(now - dayMs))
      .where('expires_at', '<=', new Date(now + 14 * dayMs))
      .execute(),
  );
  let told = 0;
  for (const row of rows) {
    const expiresAt = row.expires_at?.getTime() ?? 0;
    const daysLeft = Math.max(0, Math.ceil((expiresAt - now) / dayMs));
    if (!toldAt.includes(daysLeft)) continue;
    const { id, name, provider } = row;
    await audit.append(organizationId, {
      kind: daysLeft === 0 ? 'credential.expired' : 'credential.expiring',
      at: now,
      change: {
        id,
        name,
        provider,
        owner: ownerOf(row),
        daysLeft,
        expiresAt: new Date(expiresAt).toISOString(),
      },
    });
    told += 1;
  }
  return told;
}
