import { AppError, type ChangeEvent } from '@plugboard/contracts';

import type { AppServices } from '../../app/services.ts';
import { type ChangeServices, commitChange } from '../change.ts';
import { endSessionsOf } from '../people/end-sessions.ts';
import type { TenantDb } from '../tenant-db.ts';
import { type Actor, mayManage, type Role } from './policy.ts';
import { type MemberRow, requireAnotherOwner, requireMember, selectAgentsOf } from './queries.ts';
import { requirePermission } from './require.ts';

export type MemberServices = ChangeServices & Pick<AppServices, 'keyring'>;

/** Sessions of who gains rights end: one that was seen before must not carry them. */
export async function setRole(
  services: MemberServices,
  actor: Actor,
  { member: ref, role }: { readonly member: string; readonly role: Role },
): Promise<MemberRow> {
  const row = await commitChange(services, actor, async (db) => {
    const member = await requireMember(db, ref);
    requirePermission(actor, 'member.set_role', { memberId: member.id });
    requireManaging(actor, member.role);
    requireManaging(actor, role);
    if (member.role === 'owner' && role !== 'owner') await requireAnotherOwner(db, member.id);
    await db.updateTable('members').set({ role }).where('id', '=', member.id).execute();
    return {
      result: { ...member, role },
      record: {
        kind: 'member.role_set',
        change: { id: member.id, before: member.role, after: role },
      },
      events: await eventsFor(db, actor, member.id),
    };
  });
  if (row.user_id !== null && row.id !== actor.memberId) await endSessionsOf(services, row.user_id);
  return row;
}

/** From now on nothing of theirs opens anything here: no session, no API key, none of their agents. */
export function suspendMember(
  services: MemberServices,
  actor: Actor,
  ref: string,
): Promise<MemberRow> {
  requirePermission(actor, 'member.suspend');
  return commitChange(services, actor, async (db) => {
    const member = await requireMember(db, ref);
    requirePermission(actor, 'member.suspend', { memberId: member.id });
    requireManaging(actor, member.role);
    if (member.role === 'owner') await requireAnotherOwner(db, member.id);
    const at = member.suspended_at ?? new Date(services.clock());
    await db.updateTable('members').set({ suspended_at: at }).where('id', '=', member.id).execute();
    return {
      result: { ...member, suspended_at: at },
      record: { kind: 'member.suspended', change: { id: member.id, name: member.name } },
      events: await eventsFor(db, actor, member.id),
    };
  });
}

export function reinstateMember(
  services: MemberServices,
  actor: Actor,
  ref: string,
): Promise<MemberRow> {
  requirePermission(actor, 'member.reinstate');
  return commitChange(services, actor, async (db) => {
    const member = await requireMember(db, ref);
    requirePermission(actor, 'member.reinstate', { memberId: member.id });
    requireManaging(actor, member.role);
    await db
      .updateTable('members')
      .set({ suspended_at: null })
      .where('id', '=', member.id)
      .execute();
    return {
      result: { ...member, suspended_at: null },
      record: { kind: 'member.reinstated', change: { id: member.id, name: member.name } },
      events: await eventsFor(db, actor, member.id),
    };
  });
}

/** Throws `AppError('forbidden')` unless the member may give, take or touch this role. */
export function requireManaging(actor: Actor, role: Role): void {
  if (mayManage(actor, role)) return;
  throw new AppError('forbidden', `Only an owner may do this with an owner's role or membership.`, {
    details: { reason: 'role', role: actor.role },
  });
}

/** For caches of who may do what, and the open sessions of agents that act for the member. */
export async function eventsFor(
  db: TenantDb,
  { organizationId }: Pick<Actor, 'organizationId'>,
  memberId: string,
): Promise<readonly ChangeEvent[]> {
  const { concerned } = await selectAgentsOf(db, memberId);
  return concerned.map((agentId) => ({ kind: 'identity', organizationId, agentId }) as const);
}
