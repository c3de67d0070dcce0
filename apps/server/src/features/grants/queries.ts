import type { Level, OfferingKind } from '@plugboard/contracts';

import { sql } from 'kysely';

import type { TenantDb } from '../tenant-db.ts';

/** A grant with the names of what it is about. */
export type GrantRow = Awaited<ReturnType<typeof selectGrants>>[number];

export function selectGrants(db: TenantDb, agentId?: string) {
  return withNames(db)
    .$if(agentId !== undefined, (query) => query.where('grants.agent_id', '=', agentId ?? ''))
    .execute();
}

export function selectGrantsOfAgents(db: TenantDb, agentIds: readonly string[]) {
  return withNames(db)
    .where('grants.agent_id', '=', sql<string>`any(${agentIds}::uuid[])`)
    .execute();
}

export function selectGrant(db: TenantDb, id: string) {
  return withNames(db).where('grants.id', '=', id).executeTakeFirst();
}

function withNames(db: TenantDb) {
  return db
    .selectFrom('grants')
    .innerJoin('agents', 'agents.id', 'grants.agent_id')
    .leftJoin('toolboxes', 'toolboxes.id', 'grants.toolbox_id')
    .leftJoin('instances', 'instances.id', 'grants.instance_id')
    .select([
      'grants.id',
      'grants.agent_id',
      'agents.slug as agent_slug',
      'grants.effect',
      'grants.level',
      'grants.toolbox_id',
      'toolboxes.slug as toolbox_slug',
      'grants.instance_id',
      'instances.slug as instance_slug',
      'grants.offering_kind',
      'grants.offering_name',
      'grants.expires_at',
      'grants.created_at',
    ])
    .orderBy('grants.id');
}

export interface NewGrant {
  readonly id: string;
  readonly organizationId: string;
  readonly agentId: string;
  readonly effect: 'allow' | 'deny';
  readonly level: Level;
  readonly toolboxId: string | null;
  readonly instanceId: string | null;
  readonly offering: { readonly kind: OfferingKind; readonly name: string } | null;
  readonly expiresAt: Date | null;
}

export function insertGrant(db: TenantDb, grant: NewGrant) {
  return db
    .insertInto('grants')
    .values(toValues(grant))
    .returning(['created_at'])
    .executeTakeFirstOrThrow();
}

export async function insertGrants(db: TenantDb, grants: readonly NewGrant[]): Promise<void> {
  if (grants.length === 0) return;
  await db.insertInto('grants').values(grants.map(toValues)).execute();
}

function toValues(grant: NewGrant) {
  return {
    id: grant.id,
    organization_id: grant.organizationId,
    agent_id: grant.agentId,
    effect: grant.effect,
    level: grant.level,
    toolbox_id: grant.toolboxId,
    instance_id: grant.instanceId,
    offering_kind: grant.offering?.kind ?? null,
    offering_name: grant.offering?.name ?? null,
    expires_at: grant.expiresAt,
  };
}

export async function deleteGrants(db: TenantDb, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await db
    .deleteFrom('grants')
    .where('id', '=', sql<string>`any(${ids}::uuid[])`)
    .execute();
}

/** Undefined when there was none. */
export function deleteGrant(db: TenantDb, id: string) {
  return db
    .deleteFrom('grants')
    .where('id', '=', id)
    .returning(['id', 'agent_id', 'effect', 'level'])
    .executeTakeFirst();
}
