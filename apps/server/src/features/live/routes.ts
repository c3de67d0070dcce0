import { api } from '../../http/api/context.ts';
import { requirePermission } from '../members/require.ts';

const routes = api.live;

export const liveRouter = routes.router({
  watch: routes.watch.handler(({ context: { actor, authenticate, services, signal } }) => {
    requirePermission(actor, 'live.watch');
    return services.live.watch(actor, { again: authenticate, signal });
  }),
});
