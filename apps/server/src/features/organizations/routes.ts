import { api } from '../../http/api/context.ts';
import { withTenant } from '../../store/tenant.ts';
import { requirePermission } from '../members/require.ts';
import { changeOrganization, createOrganization, readOrganization } from './service.ts';

const routes = api.organization;

export const organizationRouter = routes.router({
  get: routes.get.handler(({ context: { actor, services } }) => {
    requirePermission(actor, 'organization.read');
    return withTenant(services.db, actor.organizationId, readOrganization);
  }),
  change: routes.change.handler(({ context: { actor, services }, input }) =>
    changeOrganization(services, actor, input),
  ),
  create: routes.create.handler(async ({ context: { actor, services }, input }) => {
    const { organization, key } = await createOrganization(services, actor, input.name);
    return { ...organization, ...(key && { key: key.reveal() }) };
  }),
});
