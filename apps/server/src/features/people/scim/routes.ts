import type { ScimGroup, ScimToken } from '@plugboard/contracts/api';

import { api } from '../../../http/api/context.ts';
import { withTenant } from '../../../store/tenant.ts';
import { requirePermission } from '../../members/require.ts';
import { mapGroup } from './map-group.ts';
import { type ScimGroupRow, selectScimGroups } from './groups.ts';
import { createScimToken, revokeScimToken, type ScimTokenRow, selectScimTokens } from './tokens.ts';
import { scimUrl } from './scim-url.ts';

const routes = api.scim;

export const scimRouter = routes.router({
  tokens: {
    list: routes.tokens.list.handler(async ({ context: { actor, services } }) => {
      requirePermission(actor, 'provisioning.read');
      const rows = await withTenant(services.db, actor.organizationId, selectScimTokens);
      return {
        url: scimUrl(services.server),
        tokens: rows.map((row) => presentToken(row, services.clock())),
      };
    }),
    create: routes.tokens.create.handler(async ({ context: { actor, services }, input }) => {
      const { row, token } = await createScimToken(services, actor, input);
      return {
        ...presentToken(row, services.clock()),
        url: scimUrl(services.server),
        token: token.reveal(),
      };
    }),
    revoke: routes.tokens.revoke.handler(async ({ context: { actor, services }, input }) => ({
      id: await revokeScimToken(services, actor, input.token),
    })),
  },
  groups: {
    list: routes.groups.list.handler(async ({ context: { actor, services }, input }) => {
      requirePermission(actor, 'provisioning.read');
      return withTenant(services.db, actor.organizationId, async (tx) => {
        const page = { startIndex: (input?.offset ?? 0) + 1, count: 100 };
        const { rows, total } = await selectScimGroups(tx, undefined, page);
        const counts = await countMembers(
          tx,
          rows.map(({ id }) => id),
        );
        return { total, groups: rows.map((row) => presentGroup(row, counts.get(row.id) ?? 0)) };
      });
    }),
    map: routes.groups.map.handler(async ({ context: { actor, services }, input }) => {
      const { row, members } = await mapGroup(services, actor, input);
      return presentGroup(row, members);
    }),
  },
});

async function countMembers(
  tx: Parameters<typeof selectScimGroups>[0],
  ids: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (ids.length === 0) return new Map();
  const rows = await tx
    .selectFrom('scim_group_members')
    .select((eb) => ['group_id', eb.fn.countAll<string>().as('count')])
    .where('group_id', 'in', ids)
    .groupBy('group_id')
    .execute();
  return new Map(rows.map((row) => [row.group_id, Number(row.count)]));
}

function presentToken(row: ScimTokenRow, now: number): ScimToken {
  const expired = row.expires_at.getTime() <= now;
  return {
    id: row.id,
    name: row.name,
    hint: row.hint,
    state: row.revoked_at !== null ? 'revoked' : expired ? 'expired' : 'active',
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
    ...(row.revoked_at && { revokedAt: row.revoked_at.toISOString() }),
    ...(row.last_used_at && { lastUsedAt: row.last_used_at.toISOString() }),
  };
}

function presentGroup(row: ScimGroupRow, members: number): ScimGroup {
  return { id: row.id, name: row.display_name, role: row.role, members };
}
