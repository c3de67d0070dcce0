import type { Member } from '@plugboard/contracts/api';

import { api } from '../../http/api/context.ts';
import { withTenant } from '../../store/tenant.ts';
import { makeResetLink } from '../people/reset-links.ts';
import { invitationsRouter } from './invitations/routes.ts';
import { type Actor, can } from './policy.ts';
import { type MemberRow, selectMembers } from './queries.ts';
import { recordRefusal } from './record-refusal.ts';
import { removeMember } from './remove-member.ts';
import { requirePermission } from './require.ts';
import { reinstateMember, setRole, suspendMember } from './service.ts';

const routes = api.members;

export const membersRouter = routes.router({
  list: routes.list.handler(async ({ context: { actor, services } }) => {
    requirePermission(actor, 'member.read');
    const rows = await withTenant(services.db, actor.organizationId, selectMembers);
    return { members: rows.map((row) => presentMember(row, actor)) };
  }),
  setRole: routes.setRole.handler(async ({ context: { actor, services }, input }) =>
    presentMember(
      await recordRefusal(services, actor, 'member.set_role', () =>
        setRole(services, actor, input),
      ),
      actor,
    ),
  ),
  suspend: routes.suspend.handler(async ({ context: { actor, services }, input }) =>
    presentMember(
      await recordRefusal(services, actor, 'member.suspend', () =>
        suspendMember(services, actor, input.member),
      ),
      actor,
    ),
  ),
  reinstate: routes.reinstate.handler(async ({ context: { actor, services }, input }) =>
    presentMember(
      await recordRefusal(services, actor, 'member.reinstate', () =>
        reinstateMember(services, actor, input.member),
      ),
      actor,
    ),
  ),
  remove: routes.remove.handler(async ({ context: { actor, services }, input }) => ({
    id: await recordRefusal(services, actor, 'member.remove', () =>
      removeMember(services, actor, input),
    ),
  })),
  resetLink: routes.resetLink.handler(({ context: { actor, services }, input }) =>
    recordRefusal(services, actor, 'member.reset_link', () =>
      makeResetLink(services, actor, input),
    ),
  ),
  invitations: invitationsRouter,
});

function presentMember(row: MemberRow, actor: Actor): Member {
  const { organizationId } = actor;
  const showsEmail =
    row.id === actor.memberId || can(actor, 'member.read_email', { organizationId });
  return {
    id: row.id,
    name: row.name,
    role: row.role,
    state: row.suspended_at === null ? 'active' : 'suspended',
    source: row.source,
    createdAt: row.created_at.toISOString(),
    ...(row.email !== null && showsEmail && { email: row.email }),
  };
}
