import { createHash, randomUUID } from 'node:crypto';

import { Secret } from '@plugboard/vault';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose';
import * as oauth from 'oauth4webapi';

import { OAuthFailure } from './failure.ts';
import { importKey, publicHalf, readPrivateJwk } from './jwk.ts';

/** What we sign with, best first. */
const algorithms = ['ES256', 'EdDSA', 'ES384', 'ES512', 'PS256', 'RS256'];

/**
 * A new private key for DPoP (RFC 9449), as a JWK in JSON with `alg`: the best of those that a server
 * takes, ES256 where it does not say.
 */
export async function createDpopKey(supported?: readonly string[]): Promise<Secret> {
  const alg = algorithms.find((name) => !supported || supported.includes(name));
  if (alg === undefined) {
    throw new OAuthFailure(
      'unsupported',
      'dpop_algorithms',
      'The server takes keys of no kind that is known here.',
    );
  }
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return new Secret(JSON.stringify({ ...(await exportJWK(privateKey)), alg }));
}

export interface DpopProofInput {
  readonly key: Secret;
  readonly method: string;
  /** Query and fragment are left out, as section 4.2 wants. */
  readonly url: string;
  /** The token it goes with; undefined at a token endpoint. */
  readonly accessToken?: Secret | undefined;
  /** The last `DPoP-Nonce` of this server. */
  readonly nonce?: string | undefined;
  readonly now?: () => number;
}

/** The `DPoP` header of one request; never sent twice. */
export async function dpopProof(input: DpopProofInput): Promise<string> {
  const jwk = readPrivateJwk(input.key);
  const { alg } = jwk;
  const { origin, pathname } = new URL(input.url);
  const now = input.now ?? Date.now;
  return new SignJWT({
    htm: input.method,
    htu: `${origin}${pathname}`,
    jti: randomUUID(),
    ...(input.nonce === undefined ? {} : { nonce: input.nonce }),
    ...(input.accessToken === undefined
      ? {}
      : { ath: createHash('sha256').update(input.accessToken.reveal()).digest('base64url') }),
  })
    .setProtectedHeader({ alg, typ: 'dpop+jwt', jwk: publicHalf(jwk) })
    .setIssuedAt(Math.floor(now() / 1000))
    .sign(await importKey(jwk, alg));
}

/** The key's thumbprint (RFC 7638), which binds a code to it as `dpop_jkt` (RFC 9449 section 10). */
export async function dpopThumbprint(key: Secret): Promise<string> {
  return calculateJwkThumbprint(publicHalf(readPrivateJwk(key)));
}

/** For oauth4webapi, which makes the proofs for token endpoints. */
export async function dpopHandle(key: Secret, client: oauth.Client): Promise<oauth.DPoPHandle> {
  const jwk = readPrivateJwk(key);
  const [privateKey, publicKey] = await Promise.all([
    importKey(jwk, jwk.alg),
    importKey(publicHalf(jwk), jwk.alg, true),
  ]);
  return oauth.DPoP(client, { privateKey, publicKey });
}
