import { AppError, newId } from '@plugboard/contracts';
import type { GrantsPreview, GrantsSet } from '@plugboard/contracts/api';
import { sql } from 'kysely';

import { withTenant } from '../../store/tenant.ts';
import { type Author, type ChangeServices, commitChange } from '../change.ts';
import type { TenantDb } from '../tenant-db.ts';
import { effectsOf, presentEffects } from './grant-effects.ts';
import { grantRecord } from './grant-record.ts';
import { deleteGrants, type GrantRow, insertGrants, selectGrantsOfAgents } from './queries.ts';
import { findWanted, type GrantChangeInput, placeKey, type WantedGrants } from './wanted-grants.ts';

export interface SetGrants {
  readonly changes: readonly GrantChangeInput[];
  /** Whether agents may gain what is dangerous. */
  readonly confirm?: boolean | undefined;
}

type NewGrantRow = Omit<GrantRow, 'created_at'>;

/** What becomes of grants. */
interface GrantsPlan {
  readonly wanted: readonly WantedGrants[];
  /** All of the agents that are named, but for those that ran out. */
  readonly before: readonly GrantRow[];
  readonly after: readonly NewGrantRow[];
  readonly created: readonly NewGrantRow[];
  /** Also those of these places that ran out. */
  readonly revoked: readonly GrantRow[];
  /** By place. */
  readonly changed: ReadonlyMap<string, { readonly live: readonly GrantRow[] }>;
}

/**
 * Makes the grants at each place that is named to be those that are wanted, all or nothing. Changes of
 * the same agents wait for each other. Rejects as `findWanted` does, and with `conflict` when agents
 * gain something dangerous and that is not confirmed.
 */
export async function setGrants(
  services: ChangeServices,
  author: Author,
  { changes, confirm }: SetGrants,
): Promise<GrantsSet> {
  const { organizationId } = author;
  const set = await commitChange(services, author, async (db) => {
    const plan = await planGrants(db, changes, services.clock());
    const records = [
      ...plan.revoked.map((row) => grantRecord('grant.revoked', row)),
      ...plan.created.map((row) => grantRecord('grant.created', row)),
    ];
    const [first, ...others] = records;
    if (!first) return undefined;
    if (confirm !== true) await refuseDangerous(db, plan, services.clock());
    const revoked = plan.revoked.map(({ id }) => id);
    await deleteGrants(db, revoked);
    await insertGrants(
      db,
      plan.created.map((row) => toNewGrant(organizationId, row)),
    );
    const agentIds = new Set([...plan.revoked, ...plan.created].map((row) => row.agent_id));
    return {
      result: presentSet(plan),
      record: [first, ...others],
      events: [...agentIds].map((agentId) => ({ kind: 'access', organizationId, agentId })),
    };
  });
  return set ?? { changed: 0, before: [] };
}

/** What agents would gain and lose by it; nothing is done. Rejects as `findWanted` does. */
export function previewGrants(
  services: Pick<ChangeServices, 'db' | 'clock'>,
  { organizationId }: Author,
  { changes }: SetGrants,
): Promise<GrantsPreview> {
  return withTenant(services.db, organizationId, async (db) => {
    const now = services.clock();
    const wanted = await findWanted(db, changes);
    const plan = planOf(wanted, await selectGrantsOfAgents(db, agentsOf(wanted)), now);
    return presentEffects(await effectsOf(db, plan, now));
  });
}

async function planGrants(
  db: TenantDb,
  changes: readonly GrantChangeInput[],
  now: number,
): Promise<GrantsPlan> {
  const wanted = await findWanted(db, changes);
  const agentIds = agentsOf(wanted);
  // In one order, so that two of these never wait for each other; whoever reads agents does not wait.
  await db
    .selectFrom('agents')
    .select('id')
    .where('id', '=', sql<string>`any(${agentIds}::uuid[])`)
    .orderBy('id')
    .forNoKeyUpdate()
    .execute();
  return planOf(wanted, await selectGrantsOfAgents(db, agentIds), now);
}

function agentsOf(wanted: readonly WantedGrants[]): string[] {
  return [...new Set(wanted.map(({ place }) => place.agent_id))];
}

function planOf(
  wanted: readonly WantedGrants[],
  rows: readonly GrantRow[],
  now: number,
): GrantsPlan {
  const isLive = ({ expires_at: at }: GrantRow): boolean => at === null || at.getTime() > now;
  const byPlace = Map.groupBy(rows, placeKey);
  const created: NewGrantRow[] = [];
  const revoked: GrantRow[] = [];
  const changed = new Map<string, { live: readonly GrantRow[] }>();
  for (const { place, grants } of wanted) {
    const key = placeKey(place);
    const present = byPlace.get(key) ?? [];
    const left = new Map(grants.map((grant) => [grantKey(grant.level, grant.expiresAt), grant]));
    const gone = present.filter((row) => {
      // Of two that are the same one is enough.
      return !isLive(row) || !left.delete(grantKey(row.level, row.expires_at));
    });
    const missing = [...left.values()];
    revoked.push(...gone);
    created.push(
      ...missing.map(({ level, expiresAt }) => ({
        ...place,
        id: newId(),
        level,
        expires_at: expiresAt,
      })),
    );
    const live = present.filter(isLive);
    if (missing.length > 0 || gone.some(isLive)) changed.set(key, { live });
  }
  const goneIds = new Set(revoked.map(({ id }) => id));
  const before = rows.filter(isLive);
  const after = [...before.filter(({ id }) => !goneIds.has(id)), ...created];
  return { wanted, before, after, created, revoked, changed };
}

function grantKey(level: string, expiresAt: Date | null): string {
  return `${level} ${expiresAt?.getTime() ?? ''}`;
}

async function refuseDangerous(db: TenantDb, plan: GrantsPlan, now: number): Promise<void> {
  const { totals } = presentEffects(await effectsOf(db, plan, now));
  if (totals.dangerous === 0) return;
  throw new AppError(
    'conflict',
    `Agents would gain ${totals.dangerous === 1 ? 'a dangerous tool' : `${totals.dangerous} dangerous tools`}. Look at the preview, and send "confirm": true if that is meant.`,
    { details: { dangerous: totals.dangerous, gains: totals.gains } },
  );
}

function toNewGrant(organizationId: string, row: NewGrantRow) {
  const { offering_kind: kind, offering_name: name } = row;
  return {
    id: row.id,
    organizationId,
    agentId: row.agent_id,
    effect: row.effect,
    level: row.level,
    toolboxId: row.toolbox_id,
    instanceId: row.instance_id,
    offering: kind === null || name === null ? null : { kind, name },
    expiresAt: row.expires_at,
  };
}

function presentSet({ wanted, changed }: GrantsPlan): GrantsSet {
  const before = wanted.flatMap(({ place }): GrantsSet['before'] => {
    const was = changed.get(placeKey(place));
    if (!was) return [];
    const about = { agent: place.agent_id, target: presentTarget(place), effect: place.effect };
    if (was.live.length === 0) return [{ ...about, level: null }];
    return was.live.map(({ level, expires_at: at }) => ({
      ...about,
      level,
      ...(at && { expiresAt: at.toISOString() }),
    }));
  });
  return { changed: changed.size, before };
}

type Target = GrantsSet['before'][number]['target'];

function presentTarget(place: WantedGrants['place']): Target {
  if (place.toolbox_id !== null) return { scope: 'toolbox', toolbox: place.toolbox_id };
  const instance = place.instance_id ?? '';
  const { offering_kind: kind, offering_name: name } = place;
  if (kind === null || name === null) return { scope: 'instance', instance };
  return { scope: 'offering', instance, kind, name };
}
