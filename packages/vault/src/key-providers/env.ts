import { createSecretKey, type KeyObject } from 'node:crypto';

import { AppError } from '@plugboard/contracts';

import { parseKeyText } from '../key-text.ts';
import { masterKeyId } from '../master-key-id.ts';
import type { Secret } from '../secret.ts';
import type { KeyProvider } from './key-provider.ts';

const makeOne = 'openssl rand -base64 32';

/** The master key as text from the environment: 32 bytes in base64 or hexadecimal. */
export function createEnvProvider(variable: string, text: Secret | undefined): KeyProvider {
  const key = readKeyText(variable, text);
  const id = masterKeyId(key);
  return {
    kind: 'env',
    providerKey: undefined,
    first: async () => ({ id, key, wrapped: undefined }),
    async create() {
      throw new AppError(
        'invalid_input',
        `The master key comes from ${variable}, which Plugboard cannot change. Make a new one (${makeOne}), set it as ${variable}, set ${variable}_PREVIOUS to the one in force now, and restart: the rotation begins by itself.`,
      );
    },
    open: async (stored) => (stored.id === id ? key : undefined),
  };
}

function readKeyText(variable: string, given: Secret | undefined): KeyObject {
  const text = given?.reveal().trim();
  if (text === undefined) {
    throw new AppError(
      'invalid_input',
      `Set ${variable} to the master key, or choose another provider. Make one with: ${makeOne}`,
    );
  }
  const bytes = parseKeyText(text);
  if (bytes) {
    const key = createSecretKey(bytes);
    bytes.fill(0);
    return key;
  }
  throw new AppError(
    'invalid_input',
    `${variable} must be 32 bytes in base64 or 64 hexadecimal digits; it has ${text.length} characters of another form. Make one with: ${makeOne}`,
  );
}
