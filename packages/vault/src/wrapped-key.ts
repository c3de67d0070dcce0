import { createSecretKey, type KeyObject } from 'node:crypto';

import { AppError } from '@plugboard/contracts';

import { keyBytes } from './key-text.ts';
import { open, seal } from './seal.ts';

/** A key sealed under another, bound to what it is. */
export function wrapKey(under: KeyObject, identity: readonly string[], key: KeyObject): Buffer {
  const bytes = key.export();
  try {
    return seal(under, identity, bytes);
  } finally {
    bytes.fill(0);
  }
}

/** Throws `AppError('internal')` when it was changed, moved, or wrapped under another key. */
export function unwrapKey(
  under: KeyObject,
  identity: readonly string[],
  wrapped: Uint8Array,
): KeyObject {
  const bytes = open(under, identity, wrapped);
  try {
    if (bytes.length !== keyBytes) {
      throw new AppError('internal', 'A sealed key has a wrong length.');
    }
    return createSecretKey(bytes);
  } finally {
    bytes.fill(0);
  }
}
