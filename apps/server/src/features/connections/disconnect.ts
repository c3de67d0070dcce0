import { type OAuthClient, revokeToken } from '@plugboard/oauth';
import type { Secret } from '@plugboard/vault';

import { withTenant } from '../../store/tenant.ts';
import { commitChange } from '../change.ts';
import { bindingEvents, selectBindings } from '../credentials/bindings/queries.ts';
import type { CredentialFields } from '../credentials/vault.ts';
import type { Actor } from '../members/policy.ts';
import { openClient, selectClient } from './clients/client-row.ts';
import { type ConnectionNetwork, openNetwork } from './network.ts';
import { ownerOf, requireChange } from './owner.ts';
import { type KnownProvider, requireProvider } from './providers/known-provider.ts';
import { type ConnectionRow, lockConnection, requireConnection } from './queries.ts';
import { databaseNow } from './refresh/connection-state.ts';
import type { ConnectionServices } from './services.ts';
import { storedServer } from './stored-server.ts';

export interface Disconnected {
  readonly id: string;
  readonly revoked: 'revoked' | 'unsupported' | 'failed';
  readonly message?: string;
}

/**
 * Revokes a connection's tokens at its provider as far as that goes, and destroys them here in any
 * case: a provider that does not answer keeps nobody from disconnecting.
 */
export async function disconnect(
  services: ConnectionServices,
  actor: Actor,
  ref: string,
  signal: AbortSignal,
): Promise<Disconnected> {
  const { organizationId, memberId } = actor;
  const { row, client, provider } = await withTenant(services.db, organizationId, async (tx) => {
    const connection = await requireConnection(tx, actor, ref);
    await requireChange(tx, actor, ownerOf(connection));
    const clientRow = await selectClient(tx, connection.oauth_client_id);
    return {
      row: connection,
      client: clientRow && (await openClient(services, clientRow)),
      provider:
        connection.provider === null
          ? undefined
          : await requireProvider(tx, connection.provider).catch(() => undefined),
    };
  });
  const opened = await services.vault
    .open({ organizationId, credentialId: row.id }, { for: 'revoke', memberId })
    .catch(() => undefined);
  const revoked = opened
    ? await revoke(services, { row, client, provider, fields: opened.fields }, signal).catch(
        (): Disconnected['revoked'] => 'failed',
      )
    : 'failed';
  await commitChange(services, actor, async (db) => {
    await lockConnection(db, row.id);
    const bindings = await selectBindings(db, { credentialId: row.id });
    await services.vault.destroy(db, { organizationId, credentialId: row.id });
    await db.deleteFrom('instance_credentials').where('credential_id', '=', row.id).execute();
    await db.deleteFrom('connection_agents').where('connection_id', '=', row.id).execute();
    await db
      .updateTable('connections')
      .set({
        state: 'revoked',
        reason: 'revoked',
        refresh_at: null,
        retry_at: null,
        updated_at: databaseNow(),
      })
      .where('id', '=', row.id)
      .execute();
    return {
      result: undefined,
      record: {
        kind: 'connection.removed',
        change: { id: row.id, name: row.name, issuer: row.issuer, revoked },
      },
      events: [
        { kind: 'connection', organizationId, connectionId: row.id },
        ...bindingEvents(organizationId, bindings, 'removed'),
      ],
    };
  });
  if (revoked === 'revoked') return { id: row.id, revoked };
  const where = provider?.definition?.manage ?? row.issuer;
  return {
    id: row.id,
    revoked,
    message: `${
      revoked === 'failed' ? 'The service did not confirm it' : 'The service has no way to do it'
    }: its tokens are destroyed here, but may be good there until they end. End the access at ${where}`,
  };
}

interface Revoking {
  readonly row: ConnectionRow;
  readonly client: OAuthClient | undefined;
  readonly provider: KnownProvider | undefined;
  readonly fields: CredentialFields;
}

async function revoke(
  { clock }: ConnectionServices,
  { row, client, provider, fields }: Revoking,
  signal: AbortSignal,
): Promise<Disconnected['revoked']> {
  if (!client) return 'failed';
  const server = storedServer(row);
  const { access_token: access, refresh_token: refresh } = fields;
  await using network = await openNetwork({
    allowPrivateNetwork: row.allow_private_network,
    clock,
    signal,
    provider: provider?.definition,
    tokenEndpoint: server.metadata.token_endpoint,
    revocationEndpoint: server.metadata.revocation_endpoint,
  });
  const revocation = provider?.definition?.revocation;
  switch (revocation?.shape) {
    case 'none':
      return 'unsupported';
    case 'github':
      return deleteGrant(network, revocation.url ?? '', client, access);
    case 'bearer':
      return postWithToken(network, revocation.url ?? '', access);
    case 'rfc7009':
    case undefined:
      break;
  }
  let outcome: Disconnected['revoked'] = 'unsupported';
  // The refresh token first: many servers end with it what came from it.
  for (const [token, hint] of [
    [refresh, 'refresh_token'],
    [access, 'access_token'],
  ] as const) {
    if (!token) continue;
    const did = await revokeToken({ ...network.oauth, server, client, token, hint });
    if (!did) return 'unsupported';
    outcome = 'revoked';
  }
  return outcome;
}

async function deleteGrant(
  { fetch, signal }: ConnectionNetwork,
  template: string,
  { clientId, clientSecret }: OAuthClient,
  token: Secret | undefined,
): Promise<Disconnected['revoked']> {
  const basic = Buffer.from(`${clientId}:${clientSecret?.reveal() ?? ''}`).toString('base64');
  const { status } = await fetch(template.replace('{client_id}', encodeURIComponent(clientId)), {
    method: 'DELETE',
    redirect: 'manual',
    headers: {
      authorization: `Basic ${basic}`,
      accept: 'application/vnd.github+json',
      'content-type': 'application/json',
      'user-agent': 'plugboard',
    },
    body: JSON.stringify({ access_token: token?.reveal() ?? '' }),
    signal: AbortSignal.any([signal, AbortSignal.timeout(10_000)]),
  });
  // A token that it does not know was revoked before.
  return status === 204 || status === 404 || status === 422 ? 'revoked' : 'failed';
}

async function postWithToken(
  { fetch, signal }: ConnectionNetwork,
  url: string,
  token: Secret | undefined,
): Promise<Disconnected['revoked']> {
  const { status } = await fetch(url, {
    method: 'POST',
    redirect: 'manual',
    headers: { authorization: `Bearer ${token?.reveal() ?? ''}` },
    signal: AbortSignal.any([signal, AbortSignal.timeout(10_000)]),
  });
  return status >= 200 && status < 300 ? 'revoked' : 'failed';
}
