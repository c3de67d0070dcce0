import { sql } from 'kysely';

import { isRemote } from '../instances/queries.ts';
import type { TenantDb } from '../tenant-db.ts';

/** Grants of an agent that have not run out. */
export function selectGrantsOf(db: TenantDb, agentId: string) {
  return db
    .selectFrom('grants')
    .select([
      'id',
      'effect',
      'level',
      'toolbox_id',
      'instance_id',
      'offering_kind',
      'offering_name',
      'expires_at',
    ])
    .where('agent_id', '=', agentId)
    .where(sql<boolean>`coalesce(expires_at > now(), true)`)
    .orderBy('id')
    .execute();
}

/** All instances as access decisions see them, by slug. */
export function instancesWithToolbox(db: TenantDb) {
  return db
    .selectFrom('instances')
    .innerJoin('toolboxes', 'toolboxes.id', 'instances.toolbox_id')
    .select([
      'instances.id',
      'instances.slug',
      'instances.toolbox_id',
      'toolboxes.slug as toolbox_slug',
      'instances.hello',
      'instances.era',
      'instances.asks_clients',
      'instances.stopped_at',
      'instances.account',
      isRemote,
    ])
    .orderBy('instances.slug');
}

/** Instances in one of the toolboxes or among the ids, by slug. */
export async function selectReachedInstances(
  db: TenantDb,
  toolboxIds: readonly string[],
  instanceIds: readonly string[],
) {
  return instancesWithToolbox(db)
    .where((eb) =>
      eb.or([
        eb('instances.toolbox_id', '=', sql<string>`any(${toolboxIds}::uuid[])`),
        eb('instances.id', '=', sql<string>`any(${instanceIds}::uuid[])`),
      ]),
    )
    .execute();
}

/** The levels of what instances offer, in the same order, without definitions but those asked for. */
export function selectLevelsOf(
  db: TenantDb,
  instanceIds: readonly string[],
  { hints }: { readonly hints: boolean },
) {
  const definition = hints
    ? sql<string>`case when offerings.definition like '%"destructiveHint"%' then offerings.definition else '' end`
    : sql<string>`''`;
  return withOverrides(db, instanceIds).select(definition.as('definition')).execute();
}

/** What instances offer, with the level that each needs. */
export function selectOfferingsOf(db: TenantDb, instanceIds: readonly string[]) {
  return withOverrides(db, instanceIds)
    .select((eb) => [
      'offerings.definition',
      'offerings.hash',
      'offerings.level as declared_level',
      eb('level_overrides.level', 'is not', null).as('overridden'),
    ])
    .execute();
}

function withOverrides(db: TenantDb, instanceIds: readonly string[]) {
  return (
    db
      .selectFrom('offerings')
      .leftJoin('level_overrides', (join) =>
        join
          .onRef('level_overrides.organization_id', '=', 'offerings.organization_id')
          .onRef('level_overrides.instance_id', '=', 'offerings.instance_id')
          .onRef('level_overrides.kind', '=', 'offerings.kind')
          .onRef('level_overrides.name', '=', 'offerings.name'),
      )
      .select((eb) => [
        'offerings.instance_id',
        'offerings.kind',
        'offerings.name',
        eb.fn.coalesce('level_overrides.level', 'offerings.level').as('level'),
      ])
      .where('offerings.instance_id', '=', sql<string>`any(${instanceIds}::uuid[])`)
      .orderBy('offerings.instance_id')
      // Tools first.
      .orderBy('offerings.kind', 'desc')
      .orderBy('offerings.position')
  );
}
