import {
  type AuthorizationServer,
  type OAuthClient,
  type ResolvedProvider,
  revokeToken,
} from '@plugboard/oauth';
import type { Secret } from '@plugboard/vault';

import type { ConnectionNetwork } from './network.ts';

export type Revocation = 'revoked' | 'unsupported' | 'failed';

export interface RevokingParty {
  readonly server: AuthorizationServer;
  readonly client: OAuthClient;
  readonly definition: ResolvedProvider | undefined;
  readonly network: ConnectionNetwork;
}

/** Revokes tokens in the way that their service has, which is not always RFC 7009. */
export async function revokeTokens(
  { server, client, definition, network }: RevokingParty,
  {
    access,
    refresh,
  }: { readonly access?: Secret | undefined; readonly refresh?: Secret | undefined },
): Promise<Revocation> {
  const revocation = definition?.revocation;
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
  let outcome: Revocation = 'unsupported';
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
): Promise<Revocation> {
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
): Promise<Revocation> {
  const { status } = await fetch(url, {
    method: 'POST',
    redirect: 'manual',
    headers: { authorization: `Bearer ${token?.reveal() ?? ''}` },
    signal: AbortSignal.any([signal, AbortSignal.timeout(10_000)]),
  });
  return status >= 200 && status < 300 ? 'revoked' : 'failed';
}
