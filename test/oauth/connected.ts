import { createHash, randomBytes } from 'node:crypto';

import { newId } from '@plugboard/contracts';
import type { TokenSet } from '@plugboard/oauth';
import { Secret } from '@plugboard/vault';

import type { AppServices } from '../../apps/server/src/app/services.ts';
import type { ConnectionRef } from '../../apps/server/src/features/connections/refresh/access-tokens.ts';
import { tokenFields } from '../../apps/server/src/features/connections/refresh/token-fields.ts';
import { renewAfterMs } from '../../apps/server/src/features/connections/refresh/token-times.ts';
import type { CredentialOwner } from '../../apps/server/src/features/credentials/vault.ts';
import { withTenant } from '../../apps/server/src/store/tenant.ts';
import type { IdentityProvider } from './provider-face.ts';

const redirectUri = 'http://127.0.0.1:9/callback';

/** A client that a test has registered at a provider under the name `plugboard`. */
export const testClient = {
  client_id: 'plugboard',
  token_endpoint_auth_method: 'none',
  application_type: 'native',
  redirect_uris: [redirectUri],
  grant_types: ['authorization_code', 'refresh_token'],
};

export interface ConnectChoices {
  readonly resource: string;
  readonly account?: string;
  readonly scopes?: readonly string[];
  readonly owner?: CredentialOwner;
}

/** Signs in at a provider as a person would, and keeps what comes as a connection. */
export async function connect(
  services: Pick<AppServices, 'db' | 'vault' | 'clock'>,
  provider: IdentityProvider,
  organizationId: string,
  choices: ConnectChoices,
): Promise<ConnectionRef & { readonly tokens: TokenSet }> {
  const { resource, owner = { kind: 'organization' } } = choices;
  const tokens = await authorize(services, provider, choices);
  const { db, vault, clock } = services;
  const connectionId = newId();
  const discovered = await fetch(`${provider.issuer}/.well-known/openid-configuration`);
  const metadata: unknown = await discovered.json();
  await withTenant(db, organizationId, async (tx) => {
    const client = await tx
      .selectFrom('oauth_clients')
      .select('id')
      .where('issuer', '=', provider.issuer)
      .executeTakeFirst();
    const clientRowId = client?.id ?? newId();
    if (!client) {
      await tx
        .insertInto('oauth_clients')
        .values({
          id: clientRowId,
          organization_id: organizationId,
          issuer: provider.issuer,
          method: 'dcr',
          client_id: testClient.client_id,
          metadata: JSON.stringify({ authMethod: 'none' }),
        })
        .execute();
    }
    await vault.insert(tx, {
      id: connectionId,
      organizationId,
      owner,
      kind: 'oauth',
      name: `connection ${connectionId}`,
      fields: tokenFields(tokens),
    });
    const lifetime = (tokens.expiresAt ?? 0) - clock();
    const later = (ms: number) => (tokens.expiresAt ? new Date(clock() + ms) : null);
    await tx
      .insertInto('connections')
      .values({
        id: connectionId,
        organization_id: organizationId,
        credential_id: connectionId,
        issuer: provider.issuer,
        server: JSON.stringify({ issuer: provider.issuer, source: 'oidc', metadata }),
        resource,
        oauth_client_id: clientRowId,
        grant_type: 'authorization_code',
        scopes: [...tokens.scopes],
        allow_private_network: true,
        state: 'connected',
        access_expires_at: later(lifetime),
        refresh_at: later(renewAfterMs(lifetime, 0)),
      })
      .execute();
  });
  return { organizationId, connectionId, tokens };
}

async function authorize(
  { clock }: Pick<AppServices, 'clock'>,
  provider: IdentityProvider,
  { resource, account = 'ann', scopes = ['read'] }: ConnectChoices,
): Promise<TokenSet> {
  const verifier = randomBytes(32).toString('base64url');
  const url = new URL(`${provider.issuer}/auth`);
  url.search = new URLSearchParams({
    client_id: testClient.client_id,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: scopes.join(' '),
    resource,
    state: 'state',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }).toString();
  const back = new URL(await provider.signIn(url.href, { account }));
  const answer = await fetch(`${provider.issuer}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: testClient.client_id,
      code: back.searchParams.get('code') ?? '',
      redirect_uri: redirectUri,
      code_verifier: verifier,
      resource,
    }),
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- RFC 6749 section 5.1
  const given = (await answer.json()) as Record<string, string | number | undefined>;
  if (!answer.ok) throw new Error(JSON.stringify(given));
  const seconds = given['expires_in'];
  return {
    accessToken: new Secret(String(given['access_token'])),
    tokenType: 'Bearer',
    refreshToken:
      given['refresh_token'] === undefined ? undefined : new Secret(String(given['refresh_token'])),
    idToken: undefined,
    expiresAt: seconds === undefined ? undefined : clock() + Number(seconds) * 1000,
    scopes: String(given['scope']).split(' '),
    dpopKey: undefined,
  };
}
