import type { KeyObject } from 'node:crypto';

import { deriveKey } from './derive-key.ts';

/** Names a master key without telling anything of it: 16 hexadecimal digits, derived by HKDF. */
export function masterKeyId(masterKey: KeyObject): string {
  return deriveKey(masterKey, 'fingerprint').export().subarray(0, 8).toString('hex');
}
