import { api } from '../../http/api/context.ts';
import { withTenant } from '../../store/tenant.ts';
import { requirePermission } from '../members/require.ts';
import { readLicencePolicy, setLicencePolicy } from './licence-policy.ts';

const routes = api.licencePolicy;

export const licencePolicyRouter = routes.router({
  get: routes.get.handler(({ context: { actor, services } }) => {
    requirePermission(actor, 'licence_policy.read');
    return withTenant(services.db, actor.organizationId, readLicencePolicy);
  }),

  set: routes.set.handler(({ context: { actor, services }, input }) => {
    requirePermission(actor, 'licence_policy.set');
    return setLicencePolicy(services, actor, input);
  }),
});
