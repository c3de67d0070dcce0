import { Secret } from '@plugboard/vault';
import { exportJWK, generateKeyPair, SignJWT, type JWTPayload } from 'jose';

export interface SigningKey {
  /** As an authorization server publishes it. */
  readonly jwks: { readonly keys: readonly object[] };
  /** As a client keeps it. */
  readonly secret: Secret;
  sign(claims: JWTPayload, header?: Readonly<Record<string, string>>): Promise<string>;
}

export async function buildSigningKey(alg = 'ES256'): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const [open, closed] = await Promise.all([exportJWK(publicKey), exportJWK(privateKey)]);
  return {
    jwks: { keys: [{ ...open, alg, kid: 'k1', use: 'sig' }] },
    secret: new Secret(JSON.stringify({ ...closed, alg, kid: 'k1' })),
    sign: async (claims, header = {}) =>
      new SignJWT(claims)
        .setProtectedHeader({ ...header, alg: header['alg'] ?? alg, kid: 'k1' })
        .sign(privateKey),
  };
}

/** A JWT with whatever header, signed with nothing or with a text. */
export async function forgeJwt(
  header: Readonly<Record<string, string>>,
  claims: JWTPayload,
  secret?: string,
): Promise<string> {
  if (secret !== undefined) {
    const key = new TextEncoder().encode(secret);
    return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', ...header }).sign(key);
  }
  const parts = [header, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  return `${parts.join('.')}.`;
}
