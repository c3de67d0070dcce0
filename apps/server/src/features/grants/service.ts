import { AppError, type Level, newId, type OfferingKind } from '@plugboard/contracts';

import type { TenantDb } from '../tenant-db.ts';
import { selectAgent } from '../agents/queries.ts';
import { type Author, type ChangeServices, commitChange } from '../change.ts';
import { noSuch, refColumn } from '../reference.ts';
import { selectToolbox } from '../toolboxes/queries.ts';
import { grantRecord } from './grant-record.ts';
import { deleteGrant, type GrantRow, insertGrant, selectGrant } from './queries.ts';

/** What a grant is about, by slugs or ids. */
export type TargetInput =
  | { readonly scope: 'toolbox'; readonly toolbox: string }
  | { readonly scope: 'instance'; readonly instance: string }
  | {
      readonly scope: 'offering';
      readonly instance: string;
      readonly kind: OfferingKind;
      readonly name: string;
    };

export interface CreateGrantInput {
  readonly agent: string;
  readonly target: TargetInput;
  readonly level: Level;
  readonly effect: 'allow' | 'deny';
  /** ISO 8601. */
  readonly expiresAt?: string | undefined;
}

export function createGrant(
  services: ChangeServices,
  author: Author,
  input: CreateGrantInput,
): Promise<GrantRow> {
  const { organizationId } = author;
  const { effect, level } = input;
  return commitChange(services, author, async (db) => {
    const agent = await selectAgent(db, input.agent);
    if (!agent) throw noSuch('agent', input.agent);
    const { toolbox, instance, offering } = await locate(db, input.target);
    const id = newId();
    const expiresAt = input.expiresAt === undefined ? null : new Date(input.expiresAt);
    const { created_at: createdAt } = await insertGrant(db, {
      id,
      organizationId,
      agentId: agent.id,
      effect,
      level,
      toolboxId: toolbox?.id ?? null,
      instanceId: instance?.id ?? null,
      offering,
      expiresAt,
    });
    const result = {
      id,
      agent_id: agent.id,
      agent_slug: agent.slug,
      effect,
      level,
      toolbox_id: toolbox?.id ?? null,
      toolbox_slug: toolbox?.slug ?? null,
      instance_id: instance?.id ?? null,
      instance_slug: instance?.slug ?? null,
      offering_kind: offering?.kind ?? null,
      offering_name: offering?.name ?? null,
      expires_at: expiresAt,
      created_at: createdAt,
    };
    return {
      result,
      record: grantRecord('grant.created', result),
      events: [{ kind: 'access', organizationId, agentId: agent.id }],
    };
  });
}

export function revokeGrant(services: ChangeServices, author: Author, id: string): Promise<string> {
  const { organizationId } = author;
  return commitChange(services, author, async (db) => {
    const row = await selectGrant(db, id);
    if (!row || !(await deleteGrant(db, id))) throw noSuch('grant', id);
    return {
      result: id,
      record: grantRecord('grant.revoked', row),
      events: [{ kind: 'access', organizationId, agentId: row.agent_id }],
    };
  });
}

interface Slugged {
  readonly id: string;
  readonly slug: string;
}

interface Location {
  readonly toolbox?: Slugged;
  readonly instance?: Slugged;
  readonly offering: { readonly kind: OfferingKind; readonly name: string } | null;
}

async function locate(db: TenantDb, target: TargetInput): Promise<Location> {
  if (target.scope === 'toolbox') {
    const toolbox = await selectToolbox(db, target.toolbox);
    if (!toolbox) throw noSuch('toolbox', target.toolbox);
    return { toolbox, offering: null };
  }
  const instance = await db
    .selectFrom('instances')
    .select(['id', 'slug'])
    .where(refColumn(target.instance), '=', target.instance)
    .executeTakeFirst();
  if (!instance) throw noSuch('instance', target.instance);
  if (target.scope === 'instance') return { instance, offering: null };
  const { kind, name } = target;
  await requireOffering(db, instance, kind, name);
  return { instance, offering: { kind, name } };
}

/** A grant on a name that is not there is most often a typing error, and a deny would not deny. */
export async function requireOffering(
  db: TenantDb,
  instance: Slugged,
  kind: OfferingKind,
  name: string,
): Promise<void> {
  const offered = await db
    .selectFrom('offerings')
    .select('name')
    .where('instance_id', '=', instance.id)
    .where('kind', '=', kind)
    .orderBy('position')
    .execute();
  if (offered.some((offering) => offering.name === name)) return;
  const noun = kind.replace('_', ' ');
  const some = offered.slice(0, 10).map((offering) => offering.name);
  throw new AppError(
    'not_found',
    `Instance "${instance.slug}" offers no ${noun} "${name}". ${
      some.length > 0
        ? `It offers ${some.join(', ')}${offered.length > 10 ? ', …' : ''}.`
        : `It offers no ${noun}s.`
    }`,
  );
}
