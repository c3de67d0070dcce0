import type { OAuthClient } from '../client.ts';
import type { AuthorizationServer, AuthorizationServerMetadata } from '../facts.ts';

/** An authorization server with everything it needs, at an origin. */
export function buildServer(
  issuer: string,
  metadata: Partial<AuthorizationServerMetadata> = {},
): AuthorizationServer {
  return { issuer, source: 'oauth', metadata: buildMetadata(issuer, metadata) };
}

export function buildMetadata(
  issuer: string,
  metadata: Partial<AuthorizationServerMetadata> = {},
): AuthorizationServerMetadata {
  return {
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    registration_endpoint: `${issuer}/register`,
    revocation_endpoint: `${issuer}/revoke`,
    jwks_uri: `${issuer}/jwks`,
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
    ...metadata,
    issuer,
  };
}

export function buildClient(issuer: string, client: Partial<OAuthClient> = {}): OAuthClient {
  return {
    issuer,
    method: 'preregistered',
    clientId: 'plugboard',
    authMethod: 'none',
    clientSecret: undefined,
    privateKey: undefined,
    expiresAt: undefined,
    ...client,
  };
}
