import type { Secret } from '@plugboard/vault';
import { importJWK, type JWK } from 'jose';
import type { CryptoKey } from 'oauth4webapi';

import { OAuthFailure } from './failure.ts';

/** A private key as it is kept: a JWK in JSON, with its `alg`. */
export interface PrivateJwk extends JWK {
  readonly alg: string;
}

/** Reads a kept key; what is no asymmetric private key is refused. */
export function readPrivateJwk(key: Secret): PrivateJwk {
  const jwk: unknown = JSON.parse(key.reveal());
  if (isPrivateJwk(jwk)) return jwk;
  throw new OAuthFailure(
    'client',
    'key_malformed',
    'The key must be a private JWK (EC, RSA or OKP) that has "alg".',
  );
}

/** The public half, as it may be shown to anybody. */
export function publicHalf({ kty, crv, x, y, n, e }: JWK): JWK {
  const parts = Object.entries({ kty, crv, x, y, n, e }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(parts);
}

/** A key for signing or checking. `isExtractable` only where a public half must be read back. */
export async function importKey(jwk: JWK, alg: string, isExtractable = false): Promise<CryptoKey> {
  const key = await importJWK(jwk, alg, { extractable: isExtractable });
  if (key instanceof Uint8Array) throw new TypeError('A symmetric key is no key to sign with.');
  return key;
}

function isPrivateJwk(jwk: unknown): jwk is PrivateJwk {
  if (typeof jwk !== 'object' || jwk === null) return false;
  const isAsymmetric = 'kty' in jwk && ['EC', 'RSA', 'OKP'].includes(String(jwk.kty));
  return isAsymmetric && 'd' in jwk && 'alg' in jwk && typeof jwk.alg === 'string';
}
