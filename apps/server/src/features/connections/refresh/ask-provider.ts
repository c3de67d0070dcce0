import { AppError } from '@plugboard/contracts';
import {
  type AuthorizationServer,
  isOAuthFailure,
  type OAuthClient,
  OAuthFailure,
  refreshTokens,
  requestClientCredentials,
  requestIdJag,
  requestJwtBearer,
  type ResolvedProvider,
  type TokenSet,
} from '@plugboard/oauth';

import type { AppServices } from '../../../app/services.ts';
import { withTenant } from '../../../store/tenant.ts';
import { openClient, selectClient } from '../clients/client-row.ts';
import { type ConnectionNetwork, openNetwork } from '../network.ts';
import { type KnownProvider, requireProvider } from '../providers/known-provider.ts';
import { revokeTokens } from '../revoke-tokens.ts';
import type { ConnectionRef } from './access-tokens.ts';
import { type ConnectionState, databaseNow, readConnection } from './connection-state.ts';

export type AskServices = Pick<
  AppServices,
  'db' | 'keyring' | 'installationKey' | 'clock' | 'vault' | 'log'
> & {
  /** Renews the connection to an identity provider where it is time for that. */
  readonly renew: (ref: ConnectionRef) => Promise<void>;
};

interface Party extends AsyncDisposable {
  readonly server: AuthorizationServer;
  readonly client: OAuthClient;
  readonly network: ConnectionNetwork;
  readonly definition: ResolvedProvider | undefined;
  readonly resource: string | undefined;
}

/** New tokens by the grant that the connection is of, bound to the same key as before. */
export async function requestTokens(
  services: AskServices,
  connection: ConnectionState,
  tokens: TokenSet,
  signal: AbortSignal,
): Promise<TokenSet> {
  await using party = await openParty(services, connection, signal);
  const { server, client, network, resource } = party;
  const { dpopKey, scopes } = tokens;
  const asking = { ...network.oauth, server, client, scopes, resource, dpopKey };
  const fresh = await ask();
  if (fresh.tokenType !== tokens.tokenType) {
    throw new OAuthFailure(
      'protocol',
      'token_type_changed',
      'The new token is bound to no key, or to another than before, so it is not used.',
    );
  }
  return fresh;

  async function ask(): Promise<TokenSet> {
    switch (connection.grant) {
      case 'authorization_code':
        return refreshTokens({ ...asking, tokens });
      case 'client_credentials':
        return requestClientCredentials(asking);
      case 'jwt_bearer': {
        const assertion = await requestAssertion(services, connection, party, signal);
        return requestJwtBearer({ ...asking, assertion });
      }
    }
  }
}

/** Revokes what came for a connection that is no more, as far as that goes. */
export async function giveBack(
  services: AskServices,
  connection: ConnectionState,
  tokens: TokenSet,
): Promise<void> {
  try {
    await using party = await openParty(services, connection, AbortSignal.timeout(10_000));
    const { accessToken: access, refreshToken: refresh } = tokens;
    await revokeTokens(party, { access, refresh });
  } catch (error) {
    const reason = isOAuthFailure(error) ? error.reason : 'unknown';
    services.log.warn({ connection: connection.id, reason }, 'tokens could not be given back');
  }
}

/**
 * Puts a registration aside that the provider does not know any more, so that the next sign-in makes
 * another; false for one that an admin must mend.
 */
export async function clientUnknown(
  { db, clock }: AskServices,
  { organizationId, clientRowId }: ConnectionState,
): Promise<boolean> {
  return withTenant(db, organizationId, async (tx) => {
    const row = await selectClient(tx, clientRowId);
    if (row && row.method !== 'dcr') return false;
    await tx
      .updateTable('oauth_clients')
      .set({ replaced_at: new Date(clock()) })
      .where('id', '=', clientRowId)
      .where('replaced_at', 'is', null)
      .execute();
    return true;
  });
}

/** What an enterprise's identity provider vouches for the person with (ID-JAG). */
async function requestAssertion(
  services: AskServices,
  connection: ConnectionState,
  { server, client, resource }: Party,
  signal: AbortSignal,
) {
  const { organizationId, identityId, scopes } = connection;
  if (identityId === null || resource === undefined) throw noIdentity();
  const ref = { organizationId, connectionId: identityId };
  await services.renew(ref);
  const identity = await readConnection(services.db, ref, databaseNow);
  if (!identity) throw noIdentity();
  const credential = { organizationId, credentialId: identityId };
  const { fields } = await services.vault.open(credential, { for: 'refresh' });
  const subjectToken = fields['id_token'];
  if (!subjectToken) throw noIdentity();
  await using theirs = await openParty(services, identity, signal);
  const { assertion } = await requestIdJag({
    ...theirs.network.oauth,
    server: theirs.server,
    client: theirs.client,
    subjectToken,
    subjectTokenType: 'id_token',
    audience: { issuer: server.issuer, clientId: client.clientId },
    resource,
    scopes,
  }).catch((error: unknown) => {
    if (!isOAuthFailure(error, 'gone')) throw error;
    throw new AppError('sign_in_required', 'The identity provider vouches no more.', {
      cause: error,
    });
  });
  return assertion;
}

async function openParty(
  { db, keyring, installationKey, clock }: AskServices,
  connection: ConnectionState,
  signal: AbortSignal,
): Promise<Party> {
  const { organizationId, clientRowId, provider: slug, allowPrivateNetwork } = connection;
  const { row, provider } = await withTenant(db, organizationId, async (tx) => ({
    row: await selectClient(tx, clientRowId),
    provider: slug === null ? undefined : await findProvider(() => requireProvider(tx, slug)),
  }));
  if (!row) throw clientGone();
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- stored by us as one
  const server = connection.server as AuthorizationServer;
  const network = await openNetwork({
    allowPrivateNetwork,
    clock,
    signal,
    provider: provider?.definition,
    tokenEndpoint: server.metadata.token_endpoint,
    revocationEndpoint: server.metadata.revocation_endpoint,
  });
  const takesResource = provider?.definition?.quirks.resource !== 'rejected';
  return {
    server,
    client: await openClient({ keyring, installationKey }, row),
    network,
    definition: provider?.definition,
    resource: takesResource ? (connection.resource ?? undefined) : undefined,
    [Symbol.asyncDispose]: () => network[Symbol.asyncDispose](),
  };
}

/** A provider may have been removed since: what was stored with the connection is enough. */
async function findProvider(
  find: () => Promise<KnownProvider>,
): Promise<KnownProvider | undefined> {
  return find().catch(() => undefined);
}

function noIdentity(): OAuthFailure {
  return new OAuthFailure(
    'gone',
    'identity_gone',
    'The connection to the identity provider that vouched is gone or has no ID token.',
  );
}

function clientGone(): OAuthFailure {
  return new OAuthFailure('client', 'client_gone', 'The registration of the connection is gone.');
}
