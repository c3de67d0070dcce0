import type { Agent } from '@plugboard/contracts/api';

import { api } from '../../http/api/context.ts';
import { withTenant } from '../../store/tenant.ts';
import { requirePermission } from '../members/require.ts';
import { clientsRouter } from './clients/routes.ts';
import { tokensRouter } from '../tokens/routes.ts';
import { type AgentRow, selectAgents } from './queries.ts';
import { createAgent, renameAgent, revokeAgent } from './service.ts';

const routes = api.agents;

export const agentsRouter = routes.router({
  list: routes.list.handler(async ({ context: { actor, services } }) => {
    requirePermission(actor, 'agent.read');
    const rows = await withTenant(services.db, actor.organizationId, selectAgents);
    return { agents: rows.map(presentAgent) };
  }),
  create: routes.create.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'agent.create');
    return presentAgent(await createAgent(services, actor, input));
  }),
  change: routes.change.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'agent.change');
    return presentAgent(await renameAgent(services, actor, input));
  }),
  revoke: routes.revoke.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'agent.revoke');
    return { id: await revokeAgent(services, actor, input.agent) };
  }),
  clients: clientsRouter,
  tokens: tokensRouter,
});

function presentAgent(row: AgentRow): Agent {
  return {
    id: row.id,
    slug: row.slug,
    name: row.name,
    ...(row.member_id !== null && { memberId: row.member_id }),
    createdAt: row.created_at.toISOString(),
    tokens: row.tokens,
    grants: row.grants,
    ...(row.last_seen_at && { lastSeenAt: row.last_seen_at.toISOString() }),
  };
}
