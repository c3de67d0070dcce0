import { AppError } from '@plugboard/contracts';

import { commitChange } from '../../change.ts';
import type { Actor, Role } from '../../members/policy.ts';
import { requirePermission } from '../../members/require.ts';
import type { MemberServices } from '../../members/service.ts';
import type { TenantDb } from '../../tenant-db.ts';
import { endSessionsHere } from './accounts.ts';
import { giveRoles } from './group-roles.ts';
import { type ScimGroupRow, selectGroupMembers } from './groups.ts';

export interface MapGroupInput {
  /** Its id, or its name as the directory has it. */
  readonly group: string;
  readonly role: Role | null;
}

/** Says what the members of a group are from now on. Owners alone do, so a directory gives what they said. */
export async function mapGroup(
  services: MemberServices,
  actor: Actor,
  { group: ref, role }: MapGroupInput,
): Promise<{ row: ScimGroupRow; members: number }> {
  requirePermission(actor, 'provisioning.manage');
  const { organizationId, memberId } = actor;
  const { row, members, userIds } = await commitChange(services, actor, async (tx) => {
    const { id, role: before } = await findGroup(tx, ref);
    const row = await tx
      .updateTable('scim_groups')
      .set({ role })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow();
    const members = (await selectGroupMembers(tx, id)).map((each) => each.id);
    const cause = { organizationId, memberId, groupId: id };
    const given = await giveRoles(services, tx, cause, members);
    return {
      result: { row, members: members.length, userIds: given.userIds },
      record: {
        kind: 'scim.group_mapped',
        change: { id, name: row.display_name, before, after: role, members: members.length },
      },
      events: given.events,
    };
  });
  for (const userId of userIds) await endSessionsHere(services, organizationId, userId);
  return { row, members };
}

async function findGroup(tx: TenantDb, ref: string): Promise<ScimGroupRow> {
  const row = await tx
    .selectFrom('scim_groups')
    .selectAll()
    .where((eb) =>
      eb.or([
        eb(eb.cast<string>('id', 'text'), '=', ref.toLowerCase()),
        eb(eb.fn('lower', ['display_name']), '=', ref.toLowerCase()),
      ]),
    )
    .forUpdate()
    .executeTakeFirst();
  if (row) return row;
  throw new AppError(
    'not_found',
    `There is no group "${ref}" that the directory has sent. Look at: plugboard scim groups`,
  );
}
