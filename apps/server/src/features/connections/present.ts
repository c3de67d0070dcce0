import type { ConnectionView } from '@plugboard/contracts/api';
import { findProvider } from '@plugboard/oauth';

import type { TenantDb } from '../tenant-db.ts';
import { accountOf } from './flow/store-connection.ts';
import { type ConnectionRow, reasonOf, wantedScopes } from './queries.ts';
import { wordsFor } from './refusals.ts';
import type { ConnectionServices } from './services.ts';

/** Connections as the API shows them: never a token, nor anything of one. */
export async function presentConnections(
  { server }: Pick<ConnectionServices, 'server'>,
  db: TenantDb,
  rows: readonly ConnectionRow[],
): Promise<ConnectionView[]> {
  if (rows.length === 0) return [];
  const ids = rows.map(({ id }) => id);
  const [members, agents, organization, permissions, bindings, providers] = [
    await db.selectFrom('members').select(['id', 'name']).execute(),
    await db.selectFrom('agents').select(['id', 'slug']).execute(),
    await db.selectFrom('organizations').select('name').executeTakeFirst(),
    await db
      .selectFrom('connection_agents')
      .innerJoin('agents', 'agents.id', 'connection_agents.agent_id')
      .where('connection_agents.connection_id', 'in', ids)
      .select(['connection_agents.connection_id', 'agents.id', 'agents.slug'])
      .orderBy('agents.slug')
      .execute(),
    await db
      .selectFrom('instance_credentials')
      .innerJoin('instances', 'instances.id', 'instance_credentials.instance_id')
      .where('instance_credentials.credential_id', 'in', ids)
      .select(['instance_credentials.credential_id', 'instances.id', 'instances.slug', 'slot'])
      .orderBy('instances.slug')
      .execute(),
    await db.selectFrom('oauth_providers').select(['slug', 'title']).execute(),
  ];

  function ownerOf(row: ConnectionRow): ConnectionView['owner'] {
    const { owner_kind: kind } = row;
    if (kind === 'organization') return { kind, name: organization?.name ?? 'the organization' };
    const id = row.member_id ?? row.agent_id ?? '';
    const member = members.find((one) => one.id === id)?.name;
    return { kind, id, name: member ?? agents.find((one) => one.id === id)?.slug ?? id };
  }

  function titleOf(slug: string): string {
    return providers.find((one) => one.slug === slug)?.title ?? findProvider(slug)?.title ?? slug;
  }

  return rows.map((row) => {
    const owner = ownerOf(row);
    const account = accountOf(row.account);
    const reason = reasonOf(row);
    return {
      id: row.id,
      name: row.name,
      ...(row.provider !== null && {
        provider: { slug: row.provider, title: titleOf(row.provider) },
      }),
      issuer: row.issuer,
      ...(row.resource !== null && { resource: row.resource }),
      owner,
      grant: row.grant_type,
      scopes: row.scopes,
      ...(account && { account }),
      state: row.state,
      ...(reason !== undefined && { reason: { code: reason, message: wordsFor(reason) } }),
      wantedScopes: [...wantedScopes(row)],
      ...((row.state === 'needs_sign_in' || reason === 'scopes') && {
        signIn: { by: owner, url: `${server.urls.base}/connect/${row.id}` },
      }),
      blockedCalls: row.blocked_calls,
      renewable: row.refresh_at !== null || row.access_expires_at === null,
      ...(row.access_expires_at && { accessExpiresAt: row.access_expires_at.toISOString() }),
      ...(row.refreshed_at && { refreshedAt: row.refreshed_at.toISOString() }),
      ...(row.owner_kind === 'member' && {
        agents: permissions
          .filter((one) => one.connection_id === row.id)
          .map(({ id, slug }) => ({ id, slug })),
      }),
      instances: bindings
        .filter((one) => one.credential_id === row.id)
        .map(({ id, slug, slot }) => ({ id, slug, slot })),
      createdAt: row.created_at.toISOString(),
      updatedAt: row.updated_at.toISOString(),
    };
  });
}

export async function presentConnection(
  services: Pick<ConnectionServices, 'server'>,
  db: TenantDb,
  row: ConnectionRow,
): Promise<ConnectionView> {
  const [view] = await presentConnections(services, db, [row]);
  if (!view) throw new Error('one connection was given');
  return view;
}
