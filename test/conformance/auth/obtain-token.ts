import {
  type AuthorizationServer,
  discover,
  discoverAuthorizationServer,
  type OAuthClient,
  type OAuthNetwork,
  requestIdJag,
  requestJwtBearer,
} from '@plugboard/oauth';
import { Secret } from '@plugboard/vault';

import type { AuthContext } from './scenarios.ts';

const network: OAuthNetwork = {
  fetch: async (url, { body, ...request }) => fetch(url, { ...request, body: body ?? null }),
  signal: AbortSignal.timeout(20_000),
  allowHttp: true,
};

/** A token for an assertion: one that a workload has, or one that an identity provider gives for a person. */
export async function obtainToken(url: string, context: AuthContext): Promise<string> {
  const { resource, server } = await discover({ ...network, resource: url });
  const asking = { ...network, server, resource: resource.resource, scopes: [] };
  const { valid_jwt: workload, idp_issuer: issuer, idp_id_token: idToken } = context;
  if (workload !== undefined) {
    const client = clientAt(server, context.client_id);
    const assertion = new Secret(workload);
    return (await requestJwtBearer({ ...asking, client, assertion })).accessToken.reveal();
  }
  if (issuer === undefined || idToken === undefined) throw new Error('no assertion to be had');
  const provider = await discoverAuthorizationServer({ ...network, issuer });
  const client = clientAt(server, context.client_id, context.client_secret);
  const { assertion } = await requestIdJag({
    ...network,
    server: provider,
    client: clientAt(provider, context.idp_client_id),
    subjectToken: new Secret(idToken),
    subjectTokenType: 'id_token',
    audience: { issuer: server.issuer, clientId: client.clientId },
    resource: resource.resource,
    scopes: [],
  });
  return (await requestJwtBearer({ ...asking, client, assertion })).accessToken.reveal();
}

function clientAt({ issuer }: AuthorizationServer, clientId = '', secret?: string): OAuthClient {
  return {
    issuer,
    method: 'preregistered',
    clientId,
    authMethod: secret === undefined ? 'none' : 'client_secret_basic',
    clientSecret: secret === undefined ? undefined : new Secret(secret),
    privateKey: undefined,
    expiresAt: undefined,
  };
}
