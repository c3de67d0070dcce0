import type { TokenSet } from '@plugboard/oauth';

import type { CredentialFields } from '../../credentials/vault.ts';

/** The fields of a connection's credential; a key is kept only where the tokens are bound to it. */
export function tokenFields(tokens: TokenSet): CredentialFields {
  const { accessToken, refreshToken, idToken, dpopKey, tokenType } = tokens;
  return {
    access_token: accessToken,
    ...(refreshToken && { refresh_token: refreshToken }),
    ...(idToken && { id_token: idToken }),
    ...(dpopKey && tokenType === 'DPoP' && { dpop_key: dpopKey }),
  };
}

/** The tokens that fields hold; undefined when they hold none, as those of no connection do. */
export function tokensOf(
  fields: CredentialFields,
  { scopes, expiresAt }: Pick<TokenSet, 'scopes' | 'expiresAt'>,
): TokenSet | undefined {
  const accessToken = fields['access_token'];
  if (!accessToken) return undefined;
  const dpopKey = fields['dpop_key'];
  return {
    accessToken,
    tokenType: dpopKey ? 'DPoP' : 'Bearer',
    refreshToken: fields['refresh_token'],
    idToken: fields['id_token'],
    expiresAt,
    scopes,
    dpopKey,
  };
}
