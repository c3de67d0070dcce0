import { withTenant } from '../../../store/tenant.ts';
import { api } from '../../../http/api/context.ts';
import { requirePermission } from '../../members/require.ts';
import { requireProvider } from './known-provider.ts';
import { presentProvider, presentProviders } from './present-provider.ts';
import { selectProviderClients } from './provider-row.ts';
import { removeProvider } from './remove-provider.ts';
import { setProvider } from './set-provider.ts';

const routes = api.providers;

export const providersRouter = routes.router({
  list: routes.list.handler(async ({ context: { actor, services } }) => {
    requirePermission(actor, 'provider.read');
    return withTenant(services.db, actor.organizationId, async (tx) => ({
      providers: [...(await presentProviders(services, tx))],
    }));
  }),
  get: routes.get.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'provider.read');
    return withTenant(services.db, actor.organizationId, async (tx) =>
      presentProvider(
        services,
        await requireProvider(tx, input.provider),
        await selectProviderClients(tx),
      ),
    );
  }),
  set: routes.set.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'provider.manage');
    await setProvider(services, actor, input);
    return withTenant(services.db, actor.organizationId, async (tx) =>
      presentProvider(
        services,
        await requireProvider(tx, input.provider),
        await selectProviderClients(tx),
      ),
    );
  }),
  remove: routes.remove.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'provider.manage');
    await removeProvider(services, actor, input.provider);
    return { provider: input.provider };
  }),
});
