import { isAppError } from '@plugboard/contracts';
import { openSecret, sealSecret, type SecretIdentity } from '@plugboard/vault';

import type { SetKey } from './owner-key-set.ts';

/** A value under the first of the keys: as it was where it is already; undefined when none opens it. */
export function resealValue(
  keys: readonly SetKey[],
  identity: SecretIdentity,
  sealed: Buffer,
): Buffer | undefined {
  const [newest] = keys;
  if (!newest) return undefined;
  for (const { key } of keys) {
    try {
      const secret = openSecret(key, identity, sealed);
      return key === newest.key ? sealed : sealSecret(newest.key, identity, secret);
    } catch (error) {
      if (!isAppError(error, 'internal')) throw error;
    }
  }
  return undefined;
}
