import { sql } from 'kysely';

import { defineJob, type JobPayload } from '../../../jobs/job.ts';
import type { AppServices } from '../../../app/services.ts';
import { listOrganizationIds, withTenant } from '../../../store/tenant.ts';
import type { TenantDb } from '../../tenant-db.ts';
import { syncSourceJob } from './sync-job.ts';
import { queueSync, staleMoment } from './sync-rows.ts';

/** Syncs what is due, and goes on with what a process left when it died. */
export const scheduleSyncsJob = defineJob<JobPayload>({
  name: 'catalog.schedule',
  everyMinutes: 1,
  retry: { limit: 0, delaySeconds: 0 },
  run: (_, { services }) => scheduleSyncs(services),
});

export interface ScheduleOptions {
  /** No other process can be at work: what seems to run belongs to one that died. */
  readonly alone?: boolean;
}

/** Hands in every sync that is due or was left. */
export async function scheduleSyncs(
  services: Pick<AppServices, 'db' | 'jobs' | 'server'>,
  { alone = false }: ScheduleOptions = {},
): Promise<void> {
  const { db, jobs, server } = services;
  for (const organizationId of await listOrganizationIds(db)) {
    const ids = await withTenant(db, organizationId, async (tx) => {
      await requeueLeft(tx, alone);
      if (server.catalogSync === 'scheduled') await queueDue(tx, organizationId);
      return selectWaiting(tx);
    });
    // A job too many does nothing, for a sync is claimed once.
    for (const syncId of ids) await jobs.send(syncSourceJob, { organizationId, syncId });
  }
}

async function requeueLeft(db: TenantDb, alone: boolean): Promise<void> {
  await db
    .updateTable('catalog_syncs')
    .set({ state: 'queued', claim: null })
    .where('state', '=', 'running')
    .$if(!alone, (query) => query.where('beat_at', '<', staleMoment()))
    .execute();
}

async function queueDue(db: TenantDb, organizationId: string): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select s.id from catalog_sources s
    where s.enabled and s.every_ms is not null and not exists (
      select from catalog_syncs y where y.source_id = s.id and (
        y.state in ('queued', 'running')
        or y.queued_at > now() - make_interval(secs => s.every_ms / 1000.0)))
  `.execute(db);
  for (const { id } of rows) await queueSync(db, { organizationId, sourceId: id });
}

async function selectWaiting(db: TenantDb): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('catalog_syncs')
    .select('id')
    .where('state', '=', 'queued')
    .execute();
  return rows.map(({ id }) => id);
}
