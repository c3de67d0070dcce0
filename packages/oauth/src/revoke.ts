import type { Secret } from '@plugboard/vault';
import * as oauth from 'oauth4webapi';

import type { OAuthClient } from './client.ts';
import type { AuthorizationServer } from './facts.ts';
import { clientAuth, libraryClient, libraryOptions } from './library.ts';
import type { OAuthNetwork } from './network.ts';
import { translate } from './translate.ts';

export interface RevokeInput extends OAuthNetwork {
  readonly server: AuthorizationServer;
  readonly client: OAuthClient;
  /** Revoking a refresh token ends the whole grant at most servers, so revoke that where there is one. */
  readonly token: Secret;
  readonly hint: 'access_token' | 'refresh_token';
}

/**
 * Revokes at the server (RFC 7009); a token it does not know counts as revoked. False when it has no
 * such endpoint, so only forgetting is left.
 */
export async function revokeToken(input: RevokeInput): Promise<boolean> {
  const { server, client, token, hint } = input;
  if (server.metadata.revocation_endpoint === undefined) return false;
  const auth = await clientAuth(server, client);
  const known = libraryClient(client, input.now);
  try {
    const response = await oauth.revocationRequest(server.metadata, known, auth, token.reveal(), {
      ...libraryOptions(input),
      additionalParameters: { token_type_hint: hint },
    });
    await oauth.processRevocationResponse(
      response.status === 204 ? new Response(null, { status: 200 }) : response,
    );
    return true;
  } catch (error) {
    throw translate(error);
  }
}
