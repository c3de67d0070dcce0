import type { KeyObject } from 'node:crypto';

import { open, seal } from './seal.ts';
import { Secret } from './secret.ts';

/** Where a secret belongs. Sealed with it, so a value moved to another place does not open there. */
export interface SecretIdentity {
  readonly ownerId: string;
  readonly instanceId: string;
  readonly name: string;
}

/** AES-256-GCM under a random 96-bit nonce; 29 bytes longer than the UTF-8 of the secret. */
export function sealSecret(ownerKey: KeyObject, identity: SecretIdentity, secret: Secret): Buffer {
  const bytes = Buffer.from(secret.reveal(), 'utf8');
  try {
    return seal(ownerKey, parts(identity), bytes);
  } finally {
    bytes.fill(0);
  }
}

/** Throws `AppError('internal')` when the value was changed, moved, or sealed with another key. */
export function openSecret(
  ownerKey: KeyObject,
  identity: SecretIdentity,
  sealed: Uint8Array,
): Secret {
  const bytes = open(ownerKey, parts(identity), sealed);
  try {
    return new Secret(bytes.toString('utf8'));
  } finally {
    bytes.fill(0);
  }
}

function parts({ ownerId, instanceId, name }: SecretIdentity): readonly string[] {
  return ['secret', ownerId, instanceId, name];
}
