import type { AgentClient } from '@plugboard/contracts/api';

import { api } from '../../../http/api/context.ts';
import { withTenant } from '../../../store/tenant.ts';
import { requirePermission } from '../../members/require.ts';
import { noSuch } from '../../reference.ts';
import { selectAgent } from '../queries.ts';
import { type AgentClientRow, createAgentClient, revokeAgentClient } from './service.ts';

const routes = api.agents.clients;

export const clientsRouter = routes.router({
  list: routes.list.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'agent_client.read');
    const rows = await withTenant(services.db, actor.organizationId, async (db) => {
      const agent = await selectAgent(db, input.agent);
      if (!agent) throw noSuch('agent', input.agent);
      const clients = db.selectFrom('agent_clients').selectAll().where('agent_id', '=', agent.id);
      return clients.orderBy('created_at').execute();
    });
    return { clients: rows.map((row) => presentClient(row, services.clock())) };
  }),
  create: routes.create.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'agent_client.create');
    const { row, secret } = await createAgentClient(services, actor, input);
    return {
      ...presentClient(row, services.clock()),
      ...(secret && { clientSecret: secret.reveal() }),
      tokenEndpoint: `${services.server.urls.base}/oauth/token`,
    };
  }),
  revoke: routes.revoke.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'agent_client.revoke');
    return { clientId: await revokeAgentClient(services, actor, input) };
  }),
});

function presentClient(row: AgentClientRow, now: number): AgentClient {
  const expired = row.expires_at !== null && row.expires_at.getTime() <= now;
  return {
    clientId: row.client_id,
    name: row.name,
    method: row.secret_hash ? 'secret' : 'private_key_jwt',
    state: row.revoked_at ? 'revoked' : expired ? 'expired' : 'active',
    createdAt: row.created_at.toISOString(),
    ...(row.expires_at && { expiresAt: row.expires_at.toISOString() }),
    ...(row.revoked_at && { revokedAt: row.revoked_at.toISOString() }),
  };
}
