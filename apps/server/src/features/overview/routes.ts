import { api } from '../../http/api/context.ts';
import { requirePermission } from '../members/require.ts';

const routes = api.overview;

export const overviewRouter = routes.router({
  get: routes.get.handler(({ context: { actor, services } }) => {
    requirePermission(actor, 'overview.read');
    return services.overviews.read(actor);
  }),
});
