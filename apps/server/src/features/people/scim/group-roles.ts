import type { ChangeEvent } from '@plugboard/contracts';

import type { Role } from '../../members/policy.ts';
import { requireAnotherOwner } from '../../members/queries.ts';
import { eventsFor, type MemberServices } from '../../members/service.ts';
import type { TenantDb } from '../../tenant-db.ts';

/** Of several roles that groups give, the first one here counts. */
const byRank: readonly Role[] = ['owner', 'admin', 'auditor', 'member'];

export interface RolesGiven {
  readonly events: readonly ChangeEvent[];
  /** Of whom the sessions end that were seen before. */
  readonly userIds: readonly string[];
}

/** Who gave rise to it, for the record. */
export interface RoleCause {
  readonly organizationId: string;
  readonly memberId?: string;
  readonly tokenId?: string;
  readonly groupId?: string;
}

/**
 * Gives members the roles that their groups stand for. A role that was set by hand stays, and so does
 * the last owner: `AppError('conflict')`.
 */
export async function giveRoles(
  { audit, clock }: Pick<MemberServices, 'audit' | 'clock'>,
  tx: TenantDb,
  { organizationId, memberId, ...cause }: RoleCause,
  scimUserIds: readonly string[],
): Promise<RolesGiven> {
  if (scimUserIds.length === 0) return { events: [], userIds: [] };
  const rows = await tx
    .selectFrom('scim_users as s')
    .innerJoin('members as m', 'm.id', 's.member_id')
    .where('s.id', 'in', scimUserIds)
    .whereRef('m.role', '=', 's.given_role')
    .select(['s.id', 's.member_id', 'm.role', 'm.user_id'])
    .orderBy('s.id')
    .forUpdate()
    .execute();
  const roles = await rolesOf(tx, scimUserIds);
  const events: ChangeEvent[] = [];
  const userIds: string[] = [];
  for (const { id, member_id: member, role: before, user_id: userId } of rows) {
    const after = byRank.find((role) => roles.get(id)?.has(role)) ?? 'member';
    if (after === before) continue;
    if (before === 'owner') await requireAnotherOwner(tx, member);
    await tx.updateTable('members').set({ role: after }).where('id', '=', member).execute();
    await tx.updateTable('scim_users').set({ given_role: after }).where('id', '=', id).execute();
    await audit.appendWithin(tx, organizationId, {
      kind: 'member.role_set',
      at: clock(),
      ...(memberId !== undefined && { memberId }),
      change: { id: member, before, after, source: 'scim', ...cause },
    });
    events.push(...(await eventsFor(tx, { organizationId }, member)));
    if (userId !== null) userIds.push(userId);
  }
  return { events, userIds };
}

async function rolesOf(
  tx: TenantDb,
  scimUserIds: readonly string[],
): Promise<ReadonlyMap<string, ReadonlySet<Role>>> {
  const rows = await tx
    .selectFrom('scim_group_members as g')
    .innerJoin('scim_groups as s', 's.id', 'g.group_id')
    .where('g.scim_user_id', 'in', scimUserIds)
    .where('s.role', 'is not', null)
    .select(['g.scim_user_id', 's.role'])
    .execute();
  const found = new Map<string, Set<Role>>();
  for (const { scim_user_id: id, role } of rows) {
    if (role !== null) found.set(id, (found.get(id) ?? new Set()).add(role));
  }
  return found;
}
