import type { KeyObject } from 'node:crypto';

import { deriveKey } from './derive-key.ts';
import { unwrapKey, wrapKey } from './wrapped-key.ts';

/** A key of the installation for one purpose, sealed under the master key and bound to the purpose. */
export function sealInstallationKey(masterKey: KeyObject, purpose: string, key: KeyObject): Buffer {
  return wrapKey(deriveKey(masterKey, 'installation-keys'), ['installation-key', purpose], key);
}

/** Throws `AppError('internal')` when it was changed, is for another purpose, or of another master key. */
export function openInstallationKey(
  masterKey: KeyObject,
  purpose: string,
  sealed: Uint8Array,
): KeyObject {
  return unwrapKey(
    deriveKey(masterKey, 'installation-keys'),
    ['installation-key', purpose],
    sealed,
  );
}

/** The next master key under the one before it, by which whoever has that one can follow a rotation. */
export function sealNextMasterKey(former: KeyObject, id: string, next: KeyObject): Buffer {
  return wrapKey(deriveKey(former, 'next-master-key'), ['master-key', id], next);
}

/** Throws `AppError('internal')` when it was changed, is of another id, or `former` is not the one before. */
export function openNextMasterKey(former: KeyObject, id: string, sealed: Uint8Array): KeyObject {
  return unwrapKey(deriveKey(former, 'next-master-key'), ['master-key', id], sealed);
}
