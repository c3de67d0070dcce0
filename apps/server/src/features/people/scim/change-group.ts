import { newId } from '@plugboard/contracts';

import { commitChange } from '../../change.ts';
import type { MemberServices } from '../../members/service.ts';
import type { TenantDb } from '../../tenant-db.ts';
import { endSessionsHere } from './accounts.ts';
import type { Directory } from './authenticate-scim.ts';
import type { GroupChange } from './group-input.ts';
import { giveRoles } from './group-roles.ts';
import { requireScimGroup, type ScimGroupRow, selectGroupMembers } from './groups.ts';
import { scimError } from './scim-error.ts';
import { refuseSameName } from './uniqueness.ts';

interface Done<T> {
  readonly value: T;
  readonly userIds: readonly string[];
}

export async function createGroup(
  services: MemberServices,
  directory: Directory,
  change: GroupChange & { readonly displayName: string },
): Promise<ScimGroupRow> {
  const { organizationId, tokenId } = directory;
  const { value } = await refuseSameName(() =>
    commitChange(services, { organizationId }, async (tx) => {
      const row = await tx
        .insertInto('scim_groups')
        .values({
          id: newId(),
          organization_id: organizationId,
          display_name: change.displayName,
          external_id: change.externalId ?? null,
        })
        .returningAll()
        .executeTakeFirstOrThrow();
      const { added } = await changeMembers(tx, directory, row.id, change);
      return {
        // A new group stands for no role, so nobody's changes.
        result: { value: row, userIds: [] } satisfies Done<ScimGroupRow>,
        record: {
          kind: 'scim.group_created',
          change: { id: row.id, name: row.display_name, members: added.length, ...by(tokenId) },
        },
        events: [],
      };
    }),
  );
  return value;
}

export async function changeGroup(
  services: MemberServices,
  directory: Directory,
  id: string,
  change: GroupChange,
): Promise<ScimGroupRow> {
  const { organizationId, tokenId } = directory;
  const done = await refuseSameName(() =>
    commitChange(services, { organizationId }, async (tx) => {
      const before = await requireScimGroup(tx, id, { lock: true });
      const row = await tx
        .updateTable('scim_groups')
        .set({
          updated_at: new Date(services.clock()),
          ...(change.displayName !== undefined && { display_name: change.displayName }),
          ...(change.externalId !== undefined && { external_id: change.externalId }),
        })
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirstOrThrow();
      const { added, removed } = await changeMembers(tx, directory, id, change);
      const cause = { ...directory, groupId: id };
      const given = await giveRoles(services, tx, cause, [...added, ...removed]);
      return {
        result: { value: row, userIds: given.userIds } satisfies Done<ScimGroupRow>,
        record: {
          kind: 'scim.group_changed',
          change: {
            id,
            name: { before: before.display_name, after: row.display_name },
            added: added.length,
            removed: removed.length,
            ...by(tokenId),
          },
        },
        events: given.events,
      };
    }),
  );
  return finish(services, organizationId, done);
}

export async function removeGroup(
  services: MemberServices,
  directory: Directory,
  id: string,
): Promise<void> {
  const { organizationId, tokenId } = directory;
  const done = await commitChange(services, { organizationId }, async (tx) => {
    const row = await requireScimGroup(tx, id, { lock: true });
    const members = (await selectGroupMembers(tx, id)).map((each) => each.id);
    await tx.deleteFrom('scim_groups').where('id', '=', id).execute();
    const given = await giveRoles(services, tx, { ...directory, groupId: id }, members);
    return {
      result: { value: undefined, userIds: given.userIds } satisfies Done<undefined>,
      record: {
        kind: 'scim.group_removed',
        change: {
          id,
          name: row.display_name,
          role: row.role,
          members: members.length,
          ...by(tokenId),
        },
      },
      events: given.events,
    };
  });
  await finish(services, organizationId, done);
}

/** Makes the members of a group what a request says; only Users of this directory can be. */
async function changeMembers(
  tx: TenantDb,
  { organizationId }: Directory,
  groupId: string,
  { members, add, remove }: GroupChange,
): Promise<{ added: string[]; removed: string[] }> {
  const present = new Set((await selectGroupMembers(tx, groupId)).map(({ id }) => id));
  const wanted = (members ?? present).difference(remove).union(add);
  const added = [...wanted.difference(present)];
  const removed = [...present.difference(wanted)];
  if (added.length > 0) {
    const known = await tx
      .selectFrom('scim_users')
      .select('id')
      .where('id', 'in', added)
      .forKeyShare()
      .execute();
    if (known.length !== added.length) {
      throw scimError('invalidValue', 'A member named is no User of this directory.');
    }
    await tx
      .insertInto('scim_group_members')
      .values(
        added.map((id) => ({
          organization_id: organizationId,
          group_id: groupId,
          scim_user_id: id,
        })),
      )
      .execute();
  }
  if (removed.length > 0) {
    await tx
      .deleteFrom('scim_group_members')
      .where('group_id', '=', groupId)
      .where('scim_user_id', 'in', removed)
      .execute();
  }
  return { added, removed };
}

async function finish<T>(
  services: MemberServices,
  organizationId: string,
  { value, userIds }: Done<T>,
): Promise<T> {
  for (const userId of userIds) await endSessionsHere(services, organizationId, userId);
  return value;
}

function by(tokenId: string) {
  return { source: 'scim', tokenId } as const;
}
