import { AppError } from '@plugboard/contracts';
import type { BeginConnectionInput } from '@plugboard/contracts/api';
import {
  createDpopKey,
  requestClientCredentials,
  requestIdJag,
  requestJwtBearer,
  type TokenSet,
} from '@plugboard/oauth';

import { withTenant } from '../../store/tenant.ts';
import type { Actor } from '../members/policy.ts';
import { chooseClient } from './clients/choose-client.ts';
import { openClient, selectClient } from './clients/client-row.ts';
import { readInput } from './flow/begin.ts';
import { storeConnection } from './flow/store-connection.ts';
import { storedServer } from './stored-server.ts';
import { openNetwork } from './network.ts';
import { ownerOf, requireChange } from './owner.ts';
import { requireConnection } from './queries.ts';
import type { ConnectionServices } from './services.ts';
import { findTarget } from './target.ts';

/**
 * Connects without a browser: for Plugboard itself (`client_credentials`), or for a person for whom an
 * enterprise's identity provider vouches (`jwt_bearer` with an ID-JAG). Resolves with the
 * connection's id.
 */
export async function connectDirectly(
  services: ConnectionServices,
  actor: Actor,
  input: BeginConnectionInput,
  signal: AbortSignal,
): Promise<string> {
  const { organizationId } = actor;
  const found = await withTenant(services.db, organizationId, (tx) => readInput(tx, actor, input));
  const target = await findTarget(services, { ...found.target, organizationId }, signal);
  const { server, provider, allowPrivateNetwork } = target;
  await using network = await openNetwork({
    allowPrivateNetwork,
    clock: services.clock,
    signal,
    provider: provider?.definition,
    tokenEndpoint: server.metadata.token_endpoint,
  });
  const { rowId, client } = await chooseClient(services, actor, {
    server,
    providerId: provider?.row?.id,
    providerTitle: provider?.title ?? target.title,
    network,
  });
  const dpopKey =
    target.dpopAlgorithms === undefined ? undefined : await createDpopKey(target.dpopAlgorithms);
  const asking = { ...network.oauth, server, client, scopes: target.scopes, dpopKey };
  let tokens: TokenSet;
  let identityId: string | undefined;
  if (input.grant === 'client_credentials') {
    if (client.authMethod === 'none') {
      throw new AppError(
        'conflict',
        `A client without a secret or key obtains nothing by itself: register one at ${target.title} and enter it (plugboard provider set).`,
        { details: { reason: 'secret_wanted' } },
      );
    }
    tokens = await requestClientCredentials({ ...asking, resource: target.resourceParameter });
  } else {
    const { resource } = target;
    if (resource === undefined || input.identity === undefined) {
      throw new AppError(
        'invalid_input',
        'A connection by an identity provider needs a resource, and as identity the connection to the provider.',
      );
    }
    const identity = await openIdentity(services, actor, input.identity);
    identityId = identity.id;
    await using theirs = await openNetwork({
      allowPrivateNetwork: identity.allowPrivateNetwork,
      clock: services.clock,
      signal,
    });
    const { assertion } = await requestIdJag({
      ...theirs.oauth,
      server: identity.server,
      client: identity.client,
      subjectToken: identity.idToken,
      subjectTokenType: 'id_token',
      audience: { issuer: server.issuer, clientId: client.clientId },
      resource,
      scopes: target.scopes,
    });
    tokens = await requestJwtBearer({ ...asking, resource, assertion });
  }
  return storeConnection(services, actor, {
    intent: {
      owner: found.owner,
      name: input.name,
      title: target.title,
      provider: provider?.slug,
      resource: target.resource,
      resourceParameter: target.resourceParameter,
      server: { ...server },
      clientRowId: rowId,
      scopes: [...target.scopes],
      allowPrivateNetwork,
      instanceId: found.instanceId,
    },
    tokens,
    account: undefined,
    grant: input.grant,
    permitted: [],
    identityId,
    requestId: undefined,
  });
}

/** Who vouches: a connection of the same owner's that has an ID token. */
async function openIdentity(services: ConnectionServices, actor: Actor, ref: string) {
  const { organizationId, memberId } = actor;
  const { row, client } = await withTenant(services.db, organizationId, async (tx) => {
    const connection = await requireConnection(tx, actor, ref);
    await requireChange(tx, actor, ownerOf(connection));
    const clientRow = await selectClient(tx, connection.oauth_client_id);
    if (!clientRow) throw new AppError('conflict', 'The client of that connection is gone.');
    return { row: connection, client: await openClient(services, clientRow) };
  });
  const { fields } = await services.vault.open(
    { organizationId, credentialId: row.id },
    { for: 'refresh', memberId },
  );
  const idToken = fields['id_token'];
  if (!idToken) {
    throw new AppError(
      'conflict',
      `"${row.name}" has no ID token. Connect to the identity provider with the scope openid.`,
    );
  }
  return {
    id: row.id,
    client,
    idToken,
    allowPrivateNetwork: row.allow_private_network,
    server: storedServer(row),
  };
}
