import type { OfferedInstance, Offering } from '@plugboard/gateway';
import { sql } from 'kysely';

import { selectReachedInstances } from '../access/queries.ts';
import type { TenantDb } from '../tenant-db.ts';
import type { GrantRow } from './queries.ts';

/**
 * The instances that grants are about, with what they offer. Of definitions only those that say
 * whether they destroy something are read: there may be many.
 */
export async function readAffected(
  db: TenantDb,
  grants: readonly Pick<GrantRow, 'toolbox_id' | 'instance_id'>[],
): Promise<readonly OfferedInstance[]> {
  const toolboxIds = grants.flatMap(({ toolbox_id: id }) => id ?? []);
  const instanceIds = grants.flatMap(({ instance_id: id }) => id ?? []);
  const instances = await selectReachedInstances(
    db,
    [...new Set(toolboxIds)],
    [...new Set(instanceIds)],
  );
  const ids = instances.map(({ id }) => id);
  const rows = Map.groupBy(await selectLevels(db, ids), (row) => row.instance_id);
  return instances.map((row) => ({
    id: row.id,
    slug: row.slug,
    toolboxId: row.toolbox_id,
    toolboxSlug: row.toolbox_slug,
    hello: undefined,
    era: undefined,
    isRemote: row.is_remote,
    account: row.account,
    asksClients: row.asks_clients,
    offerings: (rows.get(row.id) ?? []).map(toOffering),
  }));
}

function selectLevels(db: TenantDb, instanceIds: readonly string[]) {
  return db
    .selectFrom('offerings as o')
    .leftJoin('level_overrides as l', (join) =>
      join
        .onRef('l.organization_id', '=', 'o.organization_id')
        .onRef('l.instance_id', '=', 'o.instance_id')
        .onRef('l.kind', '=', 'o.kind')
        .onRef('l.name', '=', 'o.name'),
    )
    .select((eb) => [
      'o.instance_id',
      'o.kind',
      'o.name',
      eb.fn.coalesce('l.level', 'o.level').as('level'),
      sql<string>`case when o.definition like '%"destructiveHint"%' then o.definition else '' end`.as(
        'definition',
      ),
    ])
    .where('o.instance_id', '=', sql<string>`any(${instanceIds}::uuid[])`)
    .orderBy('o.instance_id')
    .orderBy('o.kind')
    .orderBy('o.position')
    .execute();
}

function toOffering(row: Awaited<ReturnType<typeof selectLevels>>[number]): Offering {
  const { kind, name, level, definition } = row;
  return { kind, name, level, definition: Buffer.from(definition) };
}
