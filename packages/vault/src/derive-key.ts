import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';

import { keyBytes } from './key-text.ts';

/** A key for one purpose alone, by HKDF-SHA256 (RFC 5869) with the purpose as `info`. */
export function deriveKey(masterKey: KeyObject, purpose: string): KeyObject {
  if (purpose === '') throw new Error('A derived key needs a purpose.');
  return createSecretKey(
    Buffer.from(hkdfSync('sha256', masterKey, Buffer.alloc(0), `plugboard/${purpose}`, keyBytes)),
  );
}
