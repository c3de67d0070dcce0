import { createPrivateKey, hkdfSync, type KeyObject } from 'node:crypto';

/** PKCS #8 of an Ed25519 key up to its 32 bytes (RFC 8410 section 7). */
const pkcs8Head = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The key that signs what the authorization server signs: always the same for an installation. */
export function signingKeyFrom(installationKey: KeyObject): Record<string, unknown> {
  const seed = Buffer.from(
    hkdfSync('sha256', installationKey.export(), '', 'plugboard oauth signing ed25519', 32),
  );
  const key = createPrivateKey({
    key: Buffer.concat([pkcs8Head, seed]),
    format: 'der',
    type: 'pkcs8',
  });
  return { ...key.export({ format: 'jwk' }), use: 'sig', alg: 'Ed25519' };
}
