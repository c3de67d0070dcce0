import { type Level, levelCovers } from '@plugboard/contracts';
import type { AccessCell, AccessMatrix } from '@plugboard/contracts/api';
import { sql } from 'kysely';

import { plainCard, readServerCards } from '../instances/server-cards.ts';
import type { Actor } from '../members/policy.ts';
import type { TenantDb } from '../tenant-db.ts';

/** Agents by toolboxes and instances, with what is granted where. */
export async function readMatrix(db: TenantDb, actor: Actor): Promise<AccessMatrix> {
  const agents = await db
    .selectFrom('agents')
    .select(['id', 'slug', 'name', 'member_id'])
    .where('revoked_at', 'is', null)
    .orderBy('slug')
    .execute();
  const toolboxes = await db
    .selectFrom('toolboxes')
    .select(['id', 'slug', 'name', 'environment'])
    .orderBy('slug')
    .execute();
  const known = new Set(agents.map(({ id }) => id));
  const cells = (await selectPlaces(db)).filter(({ agent_id: id }) => known.has(id));
  return {
    agents: agents.map(({ member_id: memberId, ...agent }) => ({
      ...agent,
      ...(memberId !== null && { memberId }),
    })),
    toolboxes,
    instances: await readInstances(db, actor),
    cells: cellsOf(cells),
  };
}

async function readInstances(db: TenantDb, actor: Actor): Promise<AccessMatrix['instances']> {
  const rows = await db
    .selectFrom('instances')
    .select(['id', 'slug', 'server_name as server', 'toolbox_id as toolboxId', 'stopped_at'])
    .orderBy('slug')
    .execute();
  const cards = await readServerCards(
    db,
    actor,
    rows.map(({ server }) => server),
  );
  const counts = Map.groupBy(await countLevels(db), (count) => count.instance_id);
  return rows.map(({ stopped_at: stoppedAt, ...instance }) => {
    const tools = { read: 0, write: 0, execute: 0, admin: 0 };
    for (const { level, count } of counts.get(instance.id) ?? []) tools[level] = count;
    const { title } = cards.get(instance.server) ?? plainCard(instance.server);
    return { ...instance, title, tools, stopped: stoppedAt !== null };
  });
}

/** How many tools need each level, by the levels in force. */
function countLevels(db: TenantDb) {
  return db
    .selectFrom('offerings as o')
    .leftJoin('level_overrides as l', (join) =>
      join
        .onRef('l.organization_id', '=', 'o.organization_id')
        .onRef('l.instance_id', '=', 'o.instance_id')
        .onRef('l.kind', '=', 'o.kind')
        .onRef('l.name', '=', 'o.name'),
    )
    .where('o.kind', '=', 'tool')
    .select((eb) => [
      'o.instance_id',
      eb.fn.coalesce('l.level', 'o.level').as('level'),
      sql<number>`count(*)::int`.as('count'),
    ])
    .groupBy(['o.instance_id', sql`coalesce(l.level, o.level)`])
    .execute();
}

type Place = Awaited<ReturnType<typeof selectPlaces>>[number];

/** Grants that have not run out, without the names of tools. */
function selectPlaces(db: TenantDb) {
  return db
    .selectFrom('grants')
    .select([
      'agent_id',
      'toolbox_id',
      'instance_id',
      'effect',
      'level',
      'expires_at',
      sql<boolean>`offering_name is not null`.as('is_exception'),
    ])
    .where(sql<boolean>`coalesce(expires_at > now(), true)`)
    .orderBy('id')
    .execute();
}

function cellsOf(places: readonly Place[]): AccessCell[] {
  const cells = Map.groupBy(places, (each) =>
    [each.agent_id, each.toolbox_id, each.instance_id].join(' '),
  );
  return [...cells.values()].flatMap((some) => {
    const [first] = some;
    return first ? [cellOf(first, some)] : [];
  });
}

function cellOf(place: Place, grants: readonly Place[]): AccessCell {
  const own = grants.filter((grant) => !grant.is_exception);
  const allows = own.filter(({ effect }) => effect === 'allow');
  const denies = own.filter(({ effect }) => effect === 'deny');
  const level = highest(allows);
  const denyLevel = denies.reduce<Level | undefined>(
    (low, grant) => (low === undefined || levelCovers(low, grant.level) ? grant.level : low),
    undefined,
  );
  const expiresAt = latestEnd(allows.filter((grant) => grant.level === level));
  return {
    agentId: place.agent_id,
    ...(place.toolbox_id === null
      ? { scope: 'instance', id: place.instance_id ?? '' }
      : { scope: 'toolbox', id: place.toolbox_id }),
    level,
    ...(expiresAt && { expiresAt: expiresAt.toISOString() }),
    denies: denies.length,
    ...(denyLevel && { denyLevel }),
    exceptions: grants.length - own.length,
  };
}

function highest(grants: readonly Place[]): Level | null {
  return grants.reduce<Level | null>(
    (high, { level }) => (high === null || levelCovers(level, high) ? level : high),
    null,
  );
}

/** Undefined when one of them never ends. */
function latestEnd(grants: readonly Place[]): Date | undefined {
  let latest: Date | undefined;
  for (const { expires_at: at } of grants) {
    if (at === null) return undefined;
    if (!latest || at > latest) latest = at;
  }
  return latest;
}
