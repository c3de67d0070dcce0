import type {
  AccessSnapshot,
  AccessSource,
  Grant,
  OfferedInstance,
  Offering,
} from '@plugboard/gateway';

import type { Kysely } from 'kysely';

import type { Database } from '../../store/schema.ts';
import type { TenantDb } from '../tenant-db.ts';
import { withTenant } from '../../store/tenant.ts';
import { selectBarredMembers } from '../connections/may-use-connection.ts';
import {
  selectGrantsOf,
  selectLevelsOf,
  selectOfferingsOf,
  selectReachedInstances,
} from './queries.ts';

/** Reads what decides an agent's access. */
export function createAccessSource(db: Kysely<Database>): AccessSource {
  return {
    load: (organizationId, agentId) =>
      withTenant(db, organizationId, (tx) => loadAccess(tx, agentId)),
  };
}

export async function loadAccess(db: TenantDb, agentId: string): Promise<AccessSnapshot> {
  const { grants, instances } = await loadReach(db, agentId);
  const barred = await selectBarredMembers(db, agentId);
  const offered = await withOfferings(db, instances);
  if (barred.size === 0) return { grants, instances: offered };
  return {
    grants,
    instances: offered.map((each) => ({ ...each, barredMembers: barred.get(each.id) })),
  };
}

/** An agent's grants, and the instances that some allow of them reaches. */
export async function loadReach(db: TenantDb, agentId: string) {
  const grants = (await selectGrantsOf(db, agentId)).map(toGrant);
  const allowed = grants.filter((grant) => grant.effect === 'allow').map((grant) => grant.target);
  const toolboxIds = allowed.flatMap((target) =>
    target.scope === 'toolbox' ? [target.toolboxId] : [],
  );
  const instanceIds = allowed.flatMap((target) =>
    target.scope === 'toolbox' ? [] : [target.instanceId],
  );
  return { grants, instances: await selectReachedInstances(db, toolboxIds, instanceIds) };
}

type InstanceRow = Awaited<ReturnType<typeof selectReachedInstances>>[number];

/** Adds to instances what each offers, in the server's own order. */
export async function withOfferings(
  db: TenantDb,
  instances: readonly InstanceRow[],
): Promise<OfferedInstance[]> {
  return withRows(instances, await selectOfferingsOf(db, idsOf(instances)));
}

/**
 * The same without definitions, which decisions do not need, for many instances at once; with `hints`
 * those that say whether they destroy something have theirs.
 */
export async function withLevels(
  db: TenantDb,
  instances: readonly InstanceRow[],
  wanted: { readonly hints: boolean } = { hints: false },
): Promise<OfferedInstance[]> {
  return withRows(instances, await selectLevelsOf(db, idsOf(instances), wanted));
}

function idsOf(instances: readonly InstanceRow[]): string[] {
  return instances.map(({ id }) => id);
}

type OfferingRow = Awaited<ReturnType<typeof selectLevelsOf>>[number];

function withRows(
  instances: readonly InstanceRow[],
  rows: readonly OfferingRow[],
): OfferedInstance[] {
  const offerings = new Map<string, Offering[]>(instances.map(({ id }) => [id, []]));
  for (const row of rows) {
    offerings.get(row.instance_id)?.push({
      kind: row.kind,
      name: row.name,
      definition: Buffer.from(row.definition),
      level: row.level,
    });
  }
  return instances.map((row) => ({
    id: row.id,
    slug: row.slug,
    toolboxId: row.toolbox_id,
    toolboxSlug: row.toolbox_slug,
    hello: row.hello === null ? undefined : Buffer.from(row.hello),
    era: row.era ?? undefined,
    isRemote: row.is_remote,
    stopped: row.stopped_at !== null,
    account: row.account,
    asksClients: row.asks_clients,
    offerings: offerings.get(row.id) ?? [],
  }));
}

type GrantRow = Awaited<ReturnType<typeof selectGrantsOf>>[number];

/** A stored grant as decisions are made with it. */
export function toGrant(row: GrantRow): Grant {
  return {
    id: row.id,
    effect: row.effect,
    level: row.level,
    target: toTarget(row),
    expiresAt: row.expires_at?.getTime(),
  };
}

function toTarget(row: GrantRow): Grant['target'] {
  if (row.toolbox_id !== null) return { scope: 'toolbox', toolboxId: row.toolbox_id };
  const instanceId = row.instance_id ?? '';
  const { offering_kind: kind, offering_name: name } = row;
  if (kind === null || name === null) return { scope: 'instance', instanceId };
  return { scope: 'offering', instanceId, kind, name };
}
