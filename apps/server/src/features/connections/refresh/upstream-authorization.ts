import type { Refusal, UpstreamAuthorization } from '@plugboard/protocol';
import { Secret } from '@plugboard/vault';

import type { OpenPurpose } from '../../credentials/vault.ts';
import type { AccessToken, AccessTokens, ConnectionRef } from './access-tokens.ts';

type Headers = Readonly<Record<string, string>>;

/**
 * Authorizes the requests of one connection to a server with a connection's tokens: the newest for
 * each, refreshed while it lives, and bound to a key where the token is (RFC 9449). A refusal is
 * answered once with another token; what a person must mend rejects with `AppError('sign_in_required')`.
 */
export function createUpstreamAuthorization(
  { accessTokens, clock }: { readonly accessTokens: AccessTokens; readonly clock: () => number },
  ref: ConnectionRef,
  purpose: OpenPurpose,
): UpstreamAuthorization {
  /** The server's last `DPoP-Nonce`. */
  let nonce: string | undefined;
  /** Made once for each token, not for each request. */
  let made: { readonly token: AccessToken; readonly headers: Headers } | undefined;

  function headersFor(token: AccessToken, method: string, url: string): Headers | Promise<Headers> {
    if (token.dpopKey) return boundHeaders(token, token.dpopKey, method, url);
    if (made?.token !== token) {
      made = { token, headers: { authorization: `Bearer ${token.token.reveal()}` } };
    }
    return made.headers;
  }

  async function boundHeaders(
    { token }: AccessToken,
    key: Secret,
    method: string,
    url: string,
  ): Promise<Headers> {
    const { dpopProof } = await import('@plugboard/oauth');
    const proof = await dpopProof({ key, method, url, accessToken: token, nonce, now: clock });
    return { authorization: `DPoP ${token.reveal()}`, dpop: proof };
  }

  return {
    headers({ method, url }) {
      const token = accessTokens.get(ref, purpose);
      return token instanceof Promise
        ? token.then((got) => headersFor(got, method, url))
        : headersFor(token, method, url);
    },

    async refused({ status, challenge, dpopNonce, sent }: Refusal) {
      if (sent === undefined) return false;
      const { readChallenge } = await import('@plugboard/oauth');
      const bound = /^dpop /i.test(sent);
      const said = readChallenge(challenge, bound);
      const token = new Secret(sent.replace(/^\S+ +/, ''));
      if (dpopNonce !== undefined && bound) {
        nonce = dpopNonce;
        // Others that were sent at the same time hear the same one. A request is sent once more at most.
        if (said?.error === 'use_dpop_nonce') return true;
      }
      if (status === 403) {
        if (said?.error === 'insufficient_scope') {
          await accessTokens.needScopes(ref, said.scopes ?? []);
          // They were granted since: what was sent is the token of before.
          const newest = await accessTokens.get(ref, purpose);
          return newest.token.reveal() !== token.reveal();
        }
        return false;
      }
      return (await accessTokens.refused(ref, token)) !== undefined;
    },
  };
}
