import { api } from '../../http/api/context.ts';
import { withTenant } from '../../store/tenant.ts';
import { selectOfferingsOf } from '../access/queries.ts';
import { requireInstance } from '../instances/queries.ts';
import { requirePermission } from '../members/require.ts';
import { presentDefinition, presentOffering } from './present.ts';
import { requireOffering, setLevel } from './service.ts';

const routes = api.offerings;

export const offeringsRouter = routes.router({
  list: routes.list.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'instance.read');
    return withTenant(services.db, actor.organizationId, async (db) => {
      const instance = await requireInstance(db, input.instance);
      const rows = await selectOfferingsOf(db, [instance.id]);
      return {
        instance: instance.slug,
        ...(instance.defined_at && { definedAt: instance.defined_at.toISOString() }),
        offerings: rows
          .filter((row) => input.kind === undefined || row.kind === input.kind)
          .map((row) => presentOffering(row, instance.slug)),
      };
    });
  }),
  definition: routes.definition.handler(({ context: { actor, services }, input }) => {
    requirePermission(actor, 'instance.read');
    return withTenant(services.db, actor.organizationId, async (db) => {
      const instance = await requireInstance(db, input.instance);
      return presentDefinition(await requireOffering(db, instance, input));
    });
  }),
  setLevel: routes.setLevel.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'level.set');
    const { instance, offering } = await setLevel(services, actor, input, input.level);
    return presentOffering(offering, instance.slug);
  }),
  resetLevel: routes.resetLevel.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'level.set');
    const { instance, offering } = await setLevel(services, actor, input, undefined);
    return presentOffering(offering, instance.slug);
  }),
});
