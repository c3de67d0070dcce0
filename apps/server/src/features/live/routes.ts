import type { LiveEvent } from '@plugboard/contracts/api';

import { api } from '../../http/api/context.ts';
import { requirePermission } from '../members/require.ts';

const routes = api.live;

export const liveRouter = routes.router({
  watch: routes.watch.handler(({ context: { actor, services } }) => {
    requirePermission(actor, 'live.watch');
    const { startedAt, version } = services.server;
    return greet(new Date(startedAt).toISOString(), version);
  }),
});

async function* greet(nodeStartedAt: string, version: string): AsyncGenerator<LiveEvent> {
  yield { type: 'hello', nodeStartedAt, version };
}
