import { AppError, newId } from '@plugboard/contracts';
import type { Organization } from '@plugboard/contracts/api';
import { issueToken, type Secret } from '@plugboard/vault';
import { sql } from 'kysely';

import type { AppServices } from '../../app/services.ts';
import { listOrganizationIds, withTenant } from '../../store/tenant.ts';
import { insertFirstSources } from '../catalog/sources/first-sources.ts';
import { type ChangeServices, commitChange } from '../change.ts';
import type { Actor } from '../members/policy.ts';
import { requirePermission } from '../members/require.ts';
import type { TenantDb } from '../tenant-db.ts';

export async function readOrganization(db: TenantDb): Promise<Organization> {
  const row = await db
    .selectFrom('organizations as o')
    .leftJoin('organization_settings as s', 's.organization_id', 'o.id')
    .select(['o.id', 'o.slug', 'o.name', 'o.created_at', 's.second_factor_required'])
    .select((eb) =>
      eb
        .selectFrom('members')
        .select(sql<number>`count(*)::int`.as('count'))
        .$asScalar()
        .$notNull()
        .as('members'),
    )
    .executeTakeFirstOrThrow();
  return {
    id: row.id,
    slug: row.slug,
    name: row.name,
    secondFactorRequired: row.second_factor_required ?? false,
    members: row.members,
    createdAt: row.created_at.toISOString(),
  };
}

export interface ChangeOrganizationInput {
  readonly name?: string | undefined;
  readonly secondFactorRequired?: boolean | undefined;
}

export function changeOrganization(
  services: ChangeServices,
  actor: Actor,
  { name, secondFactorRequired }: ChangeOrganizationInput,
): Promise<Organization> {
  requirePermission(actor, 'organization.change');
  const { organizationId } = actor;
  return commitChange(services, actor, async (db) => {
    const before = await readOrganization(db);
    if (name !== undefined) {
      await db
        .updateTable('organizations')
        .set({ name })
        .where('id', '=', organizationId)
        .execute();
    }
    if (secondFactorRequired !== undefined) {
      const set = { second_factor_required: secondFactorRequired };
      await db
        .insertInto('organization_settings')
        .values({ organization_id: organizationId, ...set })
        .onConflict((conflict) => conflict.column('organization_id').doUpdateSet(set))
        .execute();
    }
    const after = await readOrganization(db);
    return {
      result: after,
      record: {
        kind: 'organization.changed',
        change: {
          name: { before: before.name, after: after.name },
          secondFactorRequired: {
            before: before.secondFactorRequired,
            after: after.secondFactorRequired,
          },
        },
      },
      events: [],
    };
  });
}

type CreateServices = ChangeServices & Pick<AppServices, 'keyring'>;

/**
 * Makes an organization whose owner is the one who makes it. Who acts by an API key and never signed in
 * gets a key for it, shown once. Only owners of the installation's first organization may.
 */
export async function createOrganization(
  services: CreateServices,
  actor: Actor,
  name: string,
): Promise<{ organization: Organization; key: Secret | undefined }> {
  requirePermission(actor, 'organization.create');
  const { db, audit, keyring, clock } = services;
  const [first] = await listOrganizationIds(db);
  if (actor.organizationId !== first) {
    throw new AppError(
      'forbidden',
      'Only owners of this installation’s first organization make others. Ask one of them.',
      { details: { reason: 'other_organization' } },
    );
  }
  const { name: ownerName } = await withTenant(db, actor.organizationId, (tx) =>
    tx
      .selectFrom('members')
      .select('name')
      .where('id', '=', actor.memberId)
      .executeTakeFirstOrThrow(),
  );
  const id = newId();
  const memberId = newId();
  const issued = actor.userId === undefined ? issueToken('api', id) : undefined;
  const organization = await withTenant(db, id, async (tx) => {
    await tx.insertInto('organization_directory').values({ id }).execute();
    await tx
      .insertInto('organizations')
      .values({ id, slug: `o-${id}`, name })
      .execute();
    await tx
      .insertInto('members')
      .values({
        id: memberId,
        organization_id: id,
        name: ownerName,
        role: 'owner',
        user_id: actor.userId ?? null,
      })
      .execute();
    await keyring.createFor(tx, id);
    await insertFirstSources(tx, id);
    if (issued) {
      await tx
        .insertInto('api_keys')
        .values({
          id: newId(),
          organization_id: id,
          member_id: memberId,
          name: 'owner',
          hash: issued.hash,
        })
        .execute();
    }
    const made = await readOrganization(tx);
    await audit.appendWithin(tx, id, {
      kind: 'organization.created',
      at: clock(),
      memberId,
      change: { id, name, ownerId: memberId, key: issued?.hint ?? null },
    });
    return made;
  });
  await commitChange(services, actor, () =>
    Promise.resolve({
      result: undefined,
      record: { kind: 'organization.made_another', change: { id, name } },
      events: [],
    }),
  );
  return { organization, key: issued?.token };
}
