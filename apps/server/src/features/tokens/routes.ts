import type { AgentToken } from '@plugboard/contracts/api';

import { api } from '../../http/api/context.ts';
import { selectAgent } from '../agents/queries.ts';
import { withTenant } from '../../store/tenant.ts';
import { requirePermission } from '../members/require.ts';
import { noSuch } from '../reference.ts';
import { type AgentTokenRow, selectTokens } from './queries.ts';
import { createToken, revokeToken } from './service.ts';

const routes = api.agents.tokens;

export const tokensRouter = routes.router({
  list: routes.list.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'agent.read');
    const rows = await withTenant(services.db, actor.organizationId, async (db) => {
      const agent = await selectAgent(db, input.agent);
      if (!agent) throw noSuch('agent', input.agent);
      return selectTokens(db, agent.id);
    });
    return { tokens: rows.map((row) => presentToken(row, services.clock())) };
  }),
  create: routes.create.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'token.create');
    const { row, token } = await createToken(services, actor, input);
    return { ...presentToken(row, services.clock()), token: token.reveal() };
  }),
  revoke: routes.revoke.handler(async ({ context: { actor, services }, input }) => {
    // Members take back what they permitted for agents of their own.
    const { organizationId } = actor;
    const owner = await withTenant(services.db, organizationId, (db) =>
      selectAgent(db, input.agent),
    );
    requirePermission(actor, 'token.revoke', { memberId: owner?.member_id ?? undefined });
    return { id: await revokeToken(services, actor, input) };
  }),
});

function presentToken(row: AgentTokenRow, now: number): AgentToken {
  const expired = row.expires_at !== null && row.expires_at.getTime() <= now;
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    hint: row.hint,
    state: row.revoked_at ? 'revoked' : expired ? 'expired' : 'active',
    createdAt: row.created_at.toISOString(),
    ...(row.expires_at && { expiresAt: row.expires_at.toISOString() }),
    ...(row.revoked_at && { revokedAt: row.revoked_at.toISOString() }),
    ...(row.last_used_at && { lastUsedAt: row.last_used_at.toISOString() }),
    ...(row.client_id !== null && { clientId: row.client_id }),
    ...(row.client_name !== null && { clientName: row.client_name }),
    ...(row.member_id !== null && { memberId: row.member_id }),
    ...(row.resources && { resources: row.resources }),
    ...(row.toolbox_ids && { toolboxIds: row.toolbox_ids }),
  };
}
