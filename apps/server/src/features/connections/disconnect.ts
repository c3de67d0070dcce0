import type { OAuthClient } from '@plugboard/oauth';

import { withTenant } from '../../store/tenant.ts';
import { commitChange } from '../change.ts';
import { bindingEvents, selectBindings } from '../credentials/bindings/queries.ts';
import type { CredentialFields } from '../credentials/vault.ts';
import type { Actor } from '../members/policy.ts';
import { openClient, selectClient } from './clients/client-row.ts';
import { openNetwork } from './network.ts';
import { ownerOf, requireChange } from './owner.ts';
import { type KnownProvider, requireProvider } from './providers/known-provider.ts';
import { type ConnectionRow, lockConnection, requireConnection } from './queries.ts';
import { databaseNow } from './refresh/connection-state.ts';
import { type Revocation, revokeTokens } from './revoke-tokens.ts';
import type { ConnectionServices } from './services.ts';
import { storedServer } from './stored-server.ts';

export interface Disconnected {
  readonly id: string;
  readonly revoked: Revocation;
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
  const revoked =
    opened && client
      ? await revoke(services, { row, client, provider, fields: opened.fields }, signal).catch(
          (): Revocation => 'failed',
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
  readonly client: OAuthClient;
  readonly provider: KnownProvider | undefined;
  readonly fields: CredentialFields;
}

async function revoke(
  { clock }: ConnectionServices,
  { row, client, provider, fields }: Revoking,
  signal: AbortSignal,
): Promise<Revocation> {
  const server = storedServer(row);
  await using network = await openNetwork({
    allowPrivateNetwork: row.allow_private_network,
    clock,
    signal,
    provider: provider?.definition,
    tokenEndpoint: server.metadata.token_endpoint,
    revocationEndpoint: server.metadata.revocation_endpoint,
  });
  return await revokeTokens(
    { server, client, definition: provider?.definition, network },
    { access: fields['access_token'], refresh: fields['refresh_token'] },
  );
}
