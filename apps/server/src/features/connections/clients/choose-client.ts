import { AppError, newId } from '@plugboard/contracts';
import {
  type AuthorizationServer,
  chooseRegistration,
  type OAuthClient,
  register,
} from '@plugboard/oauth';

import { withTenant } from '../../../store/tenant.ts';
import { type Author, commitChange } from '../../change.ts';
import type { TenantDb } from '../../tenant-db.ts';
import type { ConnectionNetwork } from '../network.ts';
import { type ConnectionServices, redirectUri } from '../services.ts';
import { clientKey, clientKeyAlgorithm } from './client-key.ts';
import {
  clientKeysUrl,
  clientMetadataUrl,
  clientName,
  signingMetadataUrl,
} from './client-metadata.ts';
import { clientMetadata, type ClientRow, openClient, sealClientSecrets } from './client-row.ts';

export interface ChooseClientInput {
  readonly server: AuthorizationServer;
  /** The row of the provider whose own client is to be taken. */
  readonly providerId: string | undefined;
  /** Words for whoever has to register one by hand. */
  readonly providerTitle: string;
  readonly network: ConnectionNetwork;
  /** The row of a client that the server says it does not know: not taken again. */
  readonly forgotten?: string | undefined;
}

export interface ChosenClient {
  readonly rowId: string;
  readonly client: OAuthClient;
}

/**
 * Plugboard's client at an authorization server: one that an admin entered, else our metadata document,
 * else one registered before, else one registered now. Clients are kept by issuer, and none is ever
 * used at another. Throws `AppError('conflict')` when a person has to register one.
 */
export async function chooseClient(
  services: ConnectionServices,
  author: Author,
  input: ChooseClientInput,
): Promise<ChosenClient> {
  const { server, providerId, network } = input;
  const rows = await selectClients(services, author.organizationId, server.issuer);
  const entered =
    rows.find(
      (row) => row.method === 'preregistered' && row.provider_id === (providerId ?? null),
    ) ?? rows.find((row) => row.method === 'preregistered');
  const known = entered ?? rows.find((row) => isUsable(services, row, input.forgotten));
  const signing = await signingOf(services, server);
  const choice = chooseRegistration(
    {
      server,
      known: known && (await openClient(services, known)),
      clientMetadataUrl: clientMetadataUrl(services),
      signing: signing && {
        clientMetadataUrl: signing.metadataUrl,
        privateKey: signing.privateKey,
      },
    },
    services.clock,
  );
  if (choice.choice === 'use') {
    if (known && known.client_id === choice.client.clientId) {
      return { rowId: known.id, client: choice.client };
    }
    const same = rows.find(
      (row) => row.method === 'cimd' && row.client_id === choice.client.clientId,
    );
    if (same) return { rowId: same.id, client: choice.client };
    return keepClient(services, author, choice.client);
  }
  if (choice.choice === 'ask') {
    throw new AppError(
      'conflict',
      `${input.providerTitle} registers no clients by itself: an owner or admin has to register Plugboard there and enter the client id (plugboard provider set).`,
      { details: { reason: 'client_wanted', issuer: server.issuer } },
    );
  }
  const client = await register({
    ...network.oauth,
    server,
    clientName,
    clientUri: services.server.urls.base,
    redirectUris: [redirectUri(services)],
    grantTypes: ['authorization_code', 'refresh_token'],
    jwksUri: signing?.keysUrl,
    privateKey: signing?.privateKey,
    // No scopes: they would be all that it may ever ask for, and a resource's are not always the server's.
  });
  return keepClient(services, author, client);
}

/** Our key, for a server that takes what it signs and can read its public half. */
async function signingOf(services: ConnectionServices, { metadata }: AuthorizationServer) {
  const [metadataUrl, keysUrl] = [signingMetadataUrl(services), clientKeysUrl(services)];
  const algorithms = metadata.token_endpoint_auth_signing_alg_values_supported;
  const takesOurs =
    metadata.token_endpoint_auth_methods_supported?.includes('private_key_jwt') === true &&
    (!Array.isArray(algorithms) || algorithms.includes(clientKeyAlgorithm));
  if (!takesOurs || metadataUrl === undefined || keysUrl === undefined) return undefined;
  return { metadataUrl, keysUrl, privateKey: (await clientKey(services)).privateKey };
}

function selectClients(
  { db }: Pick<ConnectionServices, 'db'>,
  organizationId: string,
  issuer: string,
): Promise<readonly ClientRow[]> {
  return withTenant(db, organizationId, (tx) =>
    tx
      .selectFrom('oauth_clients')
      .selectAll()
      .where('issuer', '=', issuer)
      .where('replaced_at', 'is', null)
      .execute(),
  );
}

/** One registered by itself, unless it ended, was forgotten, or is for another redirect URI. */
function isUsable(services: ConnectionServices, row: ClientRow, forgotten?: string): boolean {
  if (row.method !== 'dcr' || row.id === forgotten) return false;
  if (row.expires_at !== null && row.expires_at.getTime() <= services.clock()) return false;
  return clientMetadata(row).redirectUri === redirectUri(services);
}

/** Connections that were made with the one before it go on with that one. */
async function keepClient(
  services: ConnectionServices,
  author: Author,
  client: OAuthClient,
): Promise<ChosenClient> {
  const { organizationId } = author;
  const { issuer, method, clientId } = client;
  const id = newId();
  // Our own key is not kept with each client: it is the installation's.
  const sealedSecrets = await sealClientSecrets(services, organizationId, id, {
    ...client,
    privateKey: undefined,
  });
  await commitChange(services, author, async (db) => {
    const before = await replaceClient(db, { issuer, method }, new Date(services.clock()));
    await db
      .insertInto('oauth_clients')
      .values({
        id,
        organization_id: organizationId,
        issuer,
        method,
        client_id: clientId,
        sealed_secrets: sealedSecrets,
        metadata: JSON.stringify({
          authMethod: client.authMethod,
          redirectUri: redirectUri(services),
        }),
        expires_at: client.expiresAt === undefined ? null : new Date(client.expiresAt),
      })
      .execute();
    return {
      result: id,
      record: {
        kind: 'oauth_client.registered',
        change: { id, issuer, method, clientId, again: before > 0 },
      },
      events: [],
    };
  });
  return { rowId: id, client };
}

async function replaceClient(
  db: TenantDb,
  { issuer, method }: Pick<OAuthClient, 'issuer' | 'method'>,
  at: Date,
): Promise<number> {
  const { numUpdatedRows } = await db
    .updateTable('oauth_clients')
    .set({ replaced_at: at })
    .where('issuer', '=', issuer)
    .where('method', '=', method)
    .where('provider_id', 'is', null)
    .where('replaced_at', 'is', null)
    .executeTakeFirstOrThrow();
  return Number(numUpdatedRows);
}
