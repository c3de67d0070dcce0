import { hash } from 'node:crypto';

import { agentScope, resourceUrl } from '@plugboard/gateway';
import {
  type Configuration,
  errors,
  interactionPolicy,
  type KoaContextWithOIDC,
} from 'oidc-provider';

import type { AppServices } from '../../app/services.ts';
import { createDocumentFetch } from './clients/fetch-document.ts';
import { exchangeGrant } from './grants/exchange-grant.ts';
import { lifetimes } from './lifetimes.ts';
import { canonicalResource } from './resources.ts';

/** What is spoken, and for how long what is given out is good. */
export function configurationOf({
  server,
  log,
}: Pick<AppServices, 'log' | 'server'>): Configuration {
  const { base } = server.urls;
  const { Prompt, Check } = interactionPolicy;
  const policy = interactionPolicy.base();
  policy.clear();
  // A person is asked each time: what others permitted before, or on this machine, says nothing.
  policy.add(
    new Prompt(
      { name: 'consent', requestable: true },
      new Check('not_asked', 'a person must permit this', 'interaction_required', (ctx) => {
        const { result } = ctx.oidc;
        return result?.consent === undefined || result.login === undefined;
      }),
    ),
  );
  policy.add(new Prompt({ name: 'login', requestable: true }));

  return {
    clients: [
      {
        client_id: 'agent',
        client_name: 'An agent with a token of its own',
        token_endpoint_auth_method: 'none',
        grant_types: [exchangeGrant],
        response_types: [],
        redirect_uris: [],
      },
    ],
    clientAuthMethods: ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    clientDefaults: {
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      id_token_signed_response_alg: 'Ed25519',
    },
    enabledJWA: {
      idTokenSigningAlgValues: ['Ed25519'],
      clientAuthSigningAlgValues: ['ES256', 'RS256', 'PS256', 'Ed25519', 'EdDSA'],
    },
    scopes: [agentScope],
    claims: { sub: null },
    responseTypes: ['code'],
    pkce: { required: () => true },
    allowOmittingSingleRegisteredRedirectUri: false,
    rotateRefreshToken: true,
    issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    expiresWithSession: async () => false,
    loadExistingGrant: async (ctx: KoaContextWithOIDC) => {
      const grantId = ctx.oidc.result?.consent?.grantId;
      return grantId === undefined ? undefined : ctx.oidc.provider.Grant.find(grantId);
    },
    // No cookie is read there, so whichever page asks gets what any program would.
    clientBasedCORS: () => true,
    ttl: {
      AccessToken: lifetimes.accessToken,
      ClientCredentials: lifetimes.accessToken,
      AuthorizationCode: lifetimes.code,
      RefreshToken: lifetimes.refreshToken,
      Grant: lifetimes.grant,
      Interaction: lifetimes.interaction,
      Session: lifetimes.interaction,
      IdToken: lifetimes.accessToken,
    },
    routes: {
      authorization: '/oauth/authorize',
      token: '/oauth/token',
      registration: '/oauth/register',
      revocation: '/oauth/revoke',
      jwks: '/oauth/jwks',
    },
    interactions: {
      policy,
      url: async (_ctx, { uid }) =>
        `${new URL(base).pathname.replace(/\/$/, '')}/oauth/interaction/${uid}`,
    },
    fetch: createDocumentFetch(server.allowPrivateClients),
    features: {
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      dPoP: { enabled: false },
      revocation: {
        enabled: true,
        // Who holds a token may give it back, but not learn whether it is another client's.
        allowedPolicy: async (_ctx, client, token) => token.clientId === client.clientId,
      },
      clientCredentials: { enabled: true },
      registration: {
        enabled: true,
        issueRegistrationAccessToken: false,
        idFactory: () => `dcr_${hash('sha256', crypto.randomUUID(), 'hex').slice(0, 32)}`,
      },
      clientIdMetadataDocument: {
        enabled: true,
        ack: 'draft-02',
        cacheDuration: { min: 60, max: 3600 },
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: async (_ctx, _client, oneOf) =>
          Array.isArray(oneOf) ? oneOf[0]! : (oneOf ?? resourceUrl(base, '/mcp')),
        useGrantedResource: async () => true,
        async getResourceServerInfo(_ctx, indicator) {
          const audience = canonicalResource(base, indicator);
          if (audience === undefined) {
            log.debug({ indicator }, 'a client asked for a token of what is no endpoint here');
            throw new errors.InvalidTarget('resource is not the URL of an endpoint here');
          }
          return { scope: agentScope, audience, accessTokenFormat: 'opaque' };
        },
      },
    },
  };
}
