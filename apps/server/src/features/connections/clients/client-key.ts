import { createECDH, hash, hkdfSync, type KeyObject } from 'node:crypto';

import { Secret } from '@plugboard/vault';

import type { ConnectionServices } from '../services.ts';

type Services = Pick<ConnectionServices, 'installationKey'>;

/** Where the public half is, for authorization servers. */
export const clientKeysPath = '/connect/jwks.json';

export const clientKeyAlgorithm = 'ES256';

/** Of P-256 (FIPS 186-5). */
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

interface ClientKey {
  /** A private JWK in JSON, as `OAuthClient.privateKey` has it. */
  readonly privateKey: Secret;
  readonly publicJwk: Readonly<Record<string, string>>;
}

/**
 * The key with which Plugboard as a client says who it is (`private_key_jwt`): always the same for an
 * installation, on every node, and never stored.
 */
export async function clientKey({ installationKey }: Services): Promise<ClientKey> {
  return clientKeyFrom(await installationKey('oauth-client'));
}

function clientKeyFrom(installationKey: KeyObject): ClientKey {
  const info = 'plugboard oauth client p-256';
  // Sixteen bytes more than the order has, so that no number is likelier than another (FIPS 186-5 A.2.1).
  const bits = Buffer.from(hkdfSync('sha256', installationKey.export(), '', info, 48));
  const scalar = (BigInt(`0x${bits.toString('hex')}`) % (order - 1n)) + 1n;
  const d = Buffer.from(scalar.toString(16).padStart(64, '0'), 'hex');
  const ecdh = createECDH('prime256v1');
  ecdh.setPrivateKey(d);
  const point = ecdh.getPublicKey();
  const x = point.subarray(1, 33).toString('base64url');
  const y = point.subarray(33).toString('base64url');
  // RFC 7638: these members in this order.
  const kid = hash('sha256', JSON.stringify({ crv: 'P-256', kty: 'EC', x, y }), 'base64url');
  const publicJwk = { kty: 'EC', crv: 'P-256', x, y, kid, alg: clientKeyAlgorithm, use: 'sig' };
  return {
    privateKey: new Secret(JSON.stringify({ ...publicJwk, d: d.toString('base64url') })),
    publicJwk,
  };
}
