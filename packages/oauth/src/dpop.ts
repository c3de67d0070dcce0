import type { Secret } from '@plugboard/vault';

/** A new private key for DPoP (RFC 9449), as a JWK in JSON with `alg`; ES256 by default. */
export async function createDpopKey(algorithms?: readonly string[]): Promise<Secret> {
  throw new Error('not yet');
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
  throw new Error('not yet');
}
