import { AppError } from '@plugboard/contracts';

import { api } from '../../http/api/context.ts';
import { withTenant } from '../../store/tenant.ts';
import { requirePermission } from '../members/require.ts';
import { noSuch } from '../reference.ts';
import { connectDirectly } from './direct-grant.ts';
import { disconnect } from './disconnect.ts';
import { beginConnection, beginReconnect, requestUrl } from './flow/begin.ts';
import { requestState } from './flow/request-state.ts';
import { selectRequest } from './flow/requests.ts';
import { setPermission } from './permission.ts';
import { presentConnection, presentConnections } from './present.ts';
import { requireConnection, selectConnectionById, selectConnections } from './queries.ts';
import { recordingRefusals, wordsFor } from './refusals.ts';

const routes = api.connections;

export const connectionsRouter = routes.router({
  list: routes.list.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'connection.read');
    return withTenant(services.db, actor.organizationId, async (tx) => {
      const rows = (await selectConnections(tx, actor)).filter(
        (row) =>
          (input?.state === undefined || row.state === input.state) &&
          (input?.mine !== true || row.member_id === actor.memberId),
      );
      return { connections: await presentConnections(services, tx, rows) };
    });
  }),
  get: routes.get.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'connection.read');
    return withTenant(services.db, actor.organizationId, async (tx) =>
      presentConnection(services, tx, await requireConnection(tx, actor, input.connection)),
    );
  }),
  begin: routes.begin.handler(async ({ context: { actor, services, signal }, input }) => {
    requirePermission(actor, 'connection.connect_own');
    if (input.grant === 'authorization_code') {
      return recordingRefusals(services, actor, () =>
        beginConnection(services, actor, input, { signal }),
      );
    }
    const id = await recordingRefusals(services, actor, () =>
      connectDirectly(services, actor, input, signal),
    );
    return withTenant(services.db, actor.organizationId, async (tx) => ({
      requestId: id,
      connection: await presentConnection(services, tx, await requireConnection(tx, actor, id)),
    }));
  }),
  request: routes.request.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'connection.connect_own');
    return withTenant(services.db, actor.organizationId, async (tx) => {
      const row = await selectRequest(tx, input.request);
      // Whoever else asks learns nothing, not even that there is one.
      if (row?.member_id !== actor.memberId) throw noSuch('request', input.request);
      const state = requestState(row, services.clock());
      const connected =
        state === 'connected' && row.connection_id !== null
          ? await selectConnectionById(tx, row.connection_id)
          : undefined;
      return {
        id: row.id,
        state,
        ...(connected && { connection: await presentConnection(services, tx, connected) }),
        ...(row.failure !== null && {
          problem: { code: row.failure, message: wordsFor(row.failure) },
        }),
        authorizeUrl: requestUrl(services, row.id),
        expiresAt: row.expires_at.toISOString(),
      };
    });
  }),
  reconnect: routes.reconnect.handler(async ({ context: { actor, services, signal }, input }) => {
    requirePermission(actor, 'connection.connect_own');
    return recordingRefusals(services, actor, () =>
      beginReconnect(services, actor, input, { signal }),
    );
  }),
  remove: routes.remove.handler(async ({ context: { actor, services, signal }, input }) => {
    requirePermission(actor, 'connection.connect_own');
    return disconnect(services, actor, input.connection, signal);
  }),
  allow: routes.allow.handler(async ({ context: { actor, services }, input }) =>
    permission(services, actor, input, true),
  ),
  deny: routes.deny.handler(async ({ context: { actor, services }, input }) =>
    permission(services, actor, input, false),
  ),
});

async function permission(
  services: Parameters<typeof setPermission>[0],
  actor: Parameters<typeof setPermission>[1],
  input: { readonly connection: string; readonly agent: string },
  permitted: boolean,
) {
  const { id } = await setPermission(services, actor, input, permitted);
  return withTenant(services.db, actor.organizationId, async (tx) => {
    const row = await selectConnectionById(tx, id);
    if (!row) throw new AppError('not_found', 'The connection was removed meanwhile.');
    return presentConnection(services, tx, row);
  });
}
