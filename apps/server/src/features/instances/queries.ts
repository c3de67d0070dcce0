import { sql } from 'kysely';

import { noSuch, refColumn } from '../reference.ts';
import type { TenantDb } from '../tenant-db.ts';

/** An instance with its toolbox and how much it offers. */
export type InstanceRow = Awaited<ReturnType<typeof selectInstances>>[number];

export function selectInstances(db: TenantDb, toolboxId?: string) {
  return withToolbox(db)
    .$if(toolboxId !== undefined, (query) =>
      query.where('instances.toolbox_id', '=', toolboxId ?? ''),
    )
    .orderBy('instances.slug')
    .execute();
}

export function selectInstance(db: TenantDb, ref: string) {
  return withToolbox(db)
    .where(`instances.${refColumn(ref)}`, '=', ref)
    .executeTakeFirst();
}

/** Throws `AppError('not_found')` when there is none. */
export async function requireInstance(db: TenantDb, ref: string): Promise<InstanceRow> {
  const row = await selectInstance(db, ref);
  if (!row) throw noSuch('instance', ref);
  return row;
}

export interface NewInstance {
  readonly id: string;
  readonly organizationId: string;
  readonly toolboxId: string;
  readonly slug: string;
  readonly serverName: string;
  readonly version: string;
  /** JSON text. */
  readonly launch: string;
  /** JSON text. */
  readonly sealedSecrets: string;
  readonly idleMs: number;
  readonly startTimeoutMs: number;
  /** Since when nobody may start it. */
  readonly stoppedAt?: Date | undefined;
}

/** False when the slug is taken. */
export async function insertInstance(db: TenantDb, instance: NewInstance): Promise<boolean> {
  const row = await db
    .insertInto('instances')
    .values({
      id: instance.id,
      organization_id: instance.organizationId,
      toolbox_id: instance.toolboxId,
      slug: instance.slug,
      server_name: instance.serverName,
      version: instance.version,
      launch: instance.launch,
      sealed_secrets: instance.sealedSecrets,
      idle_ms: instance.idleMs,
      start_timeout_ms: instance.startTimeoutMs,
      stopped_at: instance.stoppedAt ?? null,
    })
    .onConflict((conflict) => conflict.columns(['organization_id', 'slug']).doNothing())
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/** What it offers, overrides and grants on it go with it. */
export async function deleteInstance(db: TenantDb, id: string): Promise<void> {
  await db.deleteFrom('instances').where('id', '=', id).execute();
}

/** Whether an instance is spoken to by HTTP. */
export const isRemote = sql<boolean>`instances.launch ->> 'driver' = 'remote'`.as('is_remote');

function withToolbox(db: TenantDb) {
  return db
    .selectFrom('instances')
    .innerJoin('toolboxes', 'toolboxes.id', 'instances.toolbox_id')
    .select([
      'instances.id',
      'instances.organization_id',
      'instances.toolbox_id',
      'toolboxes.slug as toolbox_slug',
      'instances.slug',
      'instances.server_name',
      'instances.version',
      'instances.launch',
      'instances.sealed_secrets',
      'instances.idle_ms',
      'instances.start_timeout_ms',
      'instances.hello',
      'instances.era',
      'instances.asks_clients',
      'instances.account',
      isRemote,
      'instances.defined_at',
      'instances.stopped_at',
      'instances.last_used_at',
      'instances.newer_version',
      'instances.newer_than',
      'instances.created_at',
      offers,
    ]);
}

/** As they were counted when it was last listed; counted now where a previous version listed it. */
const offers = sql`case when instances.offers_at = instances.defined_at then instances.offers
  else (select jsonb_build_object(
    'tools', count(*) filter (where o.kind = 'tool'),
    'prompts', count(*) filter (where o.kind = 'prompt'),
    'resources', count(*) filter (where o.kind = 'resource'),
    'resourceTemplates', count(*) filter (where o.kind = 'resource_template'))
  from offerings o where o.instance_id = instances.id) end`.as('offers');
