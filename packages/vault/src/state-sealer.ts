import type { KeyObject } from 'node:crypto';

import { isAppError } from '@plugboard/contracts';

import { open, seal } from './seal.ts';

/** Seals short-lived state that others keep for us. */
export interface StateSealer {
  /** Base64url text. `context` must be the same at opening; it is not in the text. */
  seal(plain: Buffer, context: string): string;
  /** Undefined for a text that was changed in any way, is not ours, or belongs to another context. */
  open(sealed: string, context: string): Buffer | undefined;
}

/** AES-256-GCM with the context authenticated; `key` is one from `deriveKey`, for this use alone. */
export function createStateSealer(key: KeyObject): StateSealer {
  return {
    seal: (plain, context) => seal(key, ['state', context], plain).toString('base64url'),
    open(sealed, context) {
      const bytes = Buffer.from(sealed, 'base64url');
      // The decoder skips what is not base64url; one text only may stand for one state.
      if (bytes.toString('base64url') !== sealed) return undefined;
      try {
        return open(key, ['state', context], bytes);
      } catch (error) {
        if (isAppError(error, 'internal')) return undefined;
        throw error;
      }
    },
  };
}
