import { AppError } from '@plugboard/contracts';

import { api } from '../../http/api/context.ts';
import { requirePermission } from '../members/require.ts';

const routes = api.overview;

export const overviewRouter = routes.router({
  get: routes.get.handler(({ context: { actor } }) => {
    requirePermission(actor, 'overview.read');
    throw new AppError('unavailable', 'The overview is not there yet.');
  }),
});
