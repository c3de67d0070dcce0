import { createHash } from 'node:crypto';

import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose';

export interface DpopExpectation {
  /** Of the Authorization header. */
  readonly scheme: string;
  readonly token: string;
  /** The thumbprint of the key that the token is bound to. */
  readonly jkt: string | undefined;
  readonly nonce: string | undefined;
}

const seen = new Set<string>();

/** Checks a proof as RFC 9449 section 4.3 wants it; resolves with the error code to refuse with. */
export async function checkDpop(
  request: Request,
  { scheme, token, jkt, nonce }: DpopExpectation,
): Promise<string | undefined> {
  const proof = request.headers.get('dpop');
  if (!/^dpop$/i.test(scheme) || jkt === undefined) return 'invalid_token';
  if (proof === null) return 'invalid_dpop_proof';
  try {
    const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, {
      typ: 'dpop+jwt',
      maxTokenAge: '5 minutes',
      clockTolerance: 5,
    });
    const ath = createHash('sha256').update(token).digest('base64url');
    const url = new URL(request.url);
    const isFor = payload['htm'] === request.method && payload['htu'] === url.origin + url.pathname;
    if (!isFor || payload['ath'] !== ath) return 'invalid_dpop_proof';
    if ((await calculateJwkThumbprint(protectedHeader.jwk!)) !== jkt) return 'invalid_token';
    if (nonce !== undefined && payload['nonce'] !== nonce) return 'use_dpop_nonce';
    if (payload.jti === undefined || seen.has(payload.jti)) return 'invalid_dpop_proof';
    seen.add(payload.jti);
    return undefined;
  } catch {
    return 'invalid_dpop_proof';
  }
}
