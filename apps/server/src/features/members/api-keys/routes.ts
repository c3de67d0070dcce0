import type { ApiKey } from '@plugboard/contracts/api';

import { api } from '../../../http/api/context.ts';
import { withTenant } from '../../../store/tenant.ts';
import { requirePermission } from '../require.ts';
import { type ApiKeyRow, createApiKey, revokeApiKey, selectApiKeys } from './service.ts';

const routes = api.apiKeys;

export const apiKeysRouter = routes.router({
  list: routes.list.handler(async ({ context: { actor, services }, input }) => {
    const memberId = input?.all === true ? undefined : actor.memberId;
    requirePermission(actor, 'api_key.read', { memberId });
    const rows = await withTenant(services.db, actor.organizationId, (tx) =>
      selectApiKeys(tx, memberId),
    );
    return { keys: rows.map((row) => presentApiKey(row, services.clock())) };
  }),
  create: routes.create.handler(async ({ context: { actor, services }, input }) => {
    const { row, key } = await createApiKey(services, actor, input);
    return { ...presentApiKey(row, services.clock()), key: key.reveal() };
  }),
  revoke: routes.revoke.handler(async ({ context: { actor, services }, input }) => ({
    id: await revokeApiKey(services, actor, input.key),
  })),
});

export function presentApiKey(row: ApiKeyRow, now: number): ApiKey {
  const expired = row.expires_at !== null && row.expires_at.getTime() <= now;
  return {
    id: row.id,
    memberId: row.member_id,
    memberName: row.member_name,
    name: row.name,
    state: row.revoked_at !== null ? 'revoked' : expired ? 'expired' : 'active',
    createdAt: row.created_at.toISOString(),
    ...(row.expires_at && { expiresAt: row.expires_at.toISOString() }),
    ...(row.revoked_at && { revokedAt: row.revoked_at.toISOString() }),
  };
}
