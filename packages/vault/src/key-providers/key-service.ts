import { createSecretKey, type KeyObject } from 'node:crypto';

import { AppError } from '@plugboard/contracts';

import { keyBytes } from '../key-text.ts';
import { masterKeyId } from '../master-key-id.ts';
import { randomKey } from './key-file.ts';
import type { KeyProvider, KeyProviderKind } from './key-provider.ts';

/** What a wrapped key is bound to, as texts that a service authenticates and its policies may name. */
export type KeyContext = Readonly<Record<'application' | 'installation' | 'key', string>>;

/** A service that seals and opens a few bytes with a key that never leaves it. Rejects with `AppError`. */
export interface KeyService {
  readonly kind: Exclude<KeyProviderKind, 'file' | 'env'>;
  readonly providerKey: string;
  wrap(plain: Buffer, context: KeyContext): Promise<Buffer>;
  unwrap(wrapped: Uint8Array, context: KeyContext): Promise<Buffer>;
}

/** Master keys of ours that a service wraps. */
export function createServiceProvider(service: KeyService): KeyProvider {
  const { kind, providerKey } = service;

  async function make(installationId: string) {
    const key = randomKey();
    const id = masterKeyId(key);
    const bytes = key.export();
    try {
      const wrapped = await service.wrap(bytes, contextOf(installationId, id));
      return { id, key, wrapped };
    } finally {
      bytes.fill(0);
    }
  }

  return {
    kind,
    providerKey,
    first: make,
    create: make,
    async open({ id, installationId, wrapped }): Promise<KeyObject | undefined> {
      if (!wrapped) return undefined;
      const bytes = await service.unwrap(wrapped, contextOf(installationId, id));
      try {
        const key = bytes.length === keyBytes ? createSecretKey(bytes) : undefined;
        if (key && masterKeyId(key) === id) return key;
      } finally {
        bytes.fill(0);
      }
      throw new AppError(
        'internal',
        `${kind} opened another key than the master key ${id}: the database was changed, or is another installation's. Restore it from a backup.`,
      );
    },
  };
}

function contextOf(installation: string, key: string): KeyContext {
  return { application: 'plugboard', installation, key };
}
