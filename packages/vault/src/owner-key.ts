import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';

import { keyBytes } from './key-text.ts';
import { deriveKey } from './derive-key.ts';
import { unwrapKey, wrapKey } from './wrapped-key.ts';

/** Which key it is and whose. Sealed with it, so a row moved to another owner does not open. */
export interface OwnerKeyIdentity {
  readonly organizationId: string;
  readonly ownerKind: 'organization' | 'member' | 'agent';
  /** The member or agent; the organization itself otherwise. */
  readonly ownerId: string;
  readonly keyId: string;
}

/** A key of an owner, and as it is stored. */
export interface NewOwnerKey {
  readonly key: KeyObject;
  readonly sealed: Buffer;
}

/** A new random key for one owner, sealed under the master key. */
export function createOwnerKey(masterKey: KeyObject, identity: OwnerKeyIdentity): NewOwnerKey {
  const bytes = randomBytes(keyBytes);
  try {
    const key = createSecretKey(bytes);
    return { key, sealed: sealOwnerKey(masterKey, identity, key) };
  } finally {
    bytes.fill(0);
  }
}

/** The same key under another master key. */
export function sealOwnerKey(
  masterKey: KeyObject,
  identity: OwnerKeyIdentity,
  key: KeyObject,
): Buffer {
  return wrapKey(wrappingKey(masterKey), parts(identity), key);
}

/**
 * Throws `AppError('internal')` when the blob was changed, is another owner's or another key's, or
 * was sealed under another master key.
 */
export function openOwnerKey(
  masterKey: KeyObject,
  identity: OwnerKeyIdentity,
  sealed: Uint8Array,
): KeyObject {
  return unwrapKey(wrappingKey(masterKey), parts(identity), sealed);
}

/** One from before keys had names: the only one of its organization. Throws as `openOwnerKey`. */
export function openFirstOwnerKey(
  masterKey: KeyObject,
  organizationId: string,
  sealed: Uint8Array,
): KeyObject {
  return unwrapKey(wrappingKey(masterKey), ['owner-key', organizationId], sealed);
}

function parts({ organizationId, ownerKind, ownerId, keyId }: OwnerKeyIdentity): readonly string[] {
  return ['owner-key', organizationId, ownerKind, ownerId, keyId];
}

function wrappingKey(masterKey: KeyObject): KeyObject {
  return deriveKey(masterKey, 'owner-keys');
}
