import { api } from '../../http/api/context.ts';
import { withTenant } from '../../store/tenant.ts';
import { actions, can } from '../members/policy.ts';
import { requirePermission } from '../members/require.ts';
import { readMemberships } from './memberships.ts';
import { proofOf } from './read-session.ts';

/** Who a request speaks for. */
export const meProcedure = api.me.handler(async ({ context: { actor, services } }) => {
  requirePermission(actor, 'me.read');
  const { organizationId, memberId, role } = actor;
  const row = await withTenant(services.db, organizationId, (tx) =>
    tx
      .selectFrom('members as m')
      .innerJoin('organizations as o', 'o.id', 'm.organization_id')
      .leftJoin('users as u', 'u.id', 'm.user_id')
      .where('m.id', '=', memberId)
      .select(['m.name', 'o.name as organization_name', 'u.name as user_name', 'u.email'])
      .executeTakeFirstOrThrow(),
  );
  const membership = { organizationId, organizationName: row.organization_name, memberId, role };
  const { sessionId, userId } = actor;
  const session =
    sessionId === undefined || userId === undefined
      ? undefined
      : await services.db
          .selectFrom('user_sessions')
          .select(['method', 'sso_organization_id', 'sso_provider_id'])
          .where('id', '=', sessionId)
          .executeTakeFirst();
  return {
    ...membership,
    name: row.user_name ?? row.name,
    via: sessionId === undefined ? ('api_key' as const) : ('session' as const),
    ...(row.email !== null && { email: row.email }),
    memberships:
      session === undefined || userId === undefined
        ? [membership]
        : [...(await readMemberships(services.db, userId, proofOf(session))).memberships],
    may: actions.filter((action) => can(actor, action, { organizationId, memberId })),
  };
});
