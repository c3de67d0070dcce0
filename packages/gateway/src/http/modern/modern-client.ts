import { createHash } from 'node:crypto';

import {
  type Envelope,
  findPath,
  metaKeys,
  ModernError,
  type RequestMeta,
  rpcCodes,
  textOf,
} from '@plugboard/protocol';

import type { CallClient } from '../../call/call-client.ts';

/** What a client may say of itself with one request, in bytes each. */
const maxBytes = 64 * 1024;

/**
 * The client that made a request, by what the request itself says. Throws `ModernError` when that is
 * more than anybody needs to say.
 */
export function modernClient(agentId: string, request: Envelope, meta: RequestMeta): CallClient {
  const capabilities = rawMeta(request, metaKeys.clientCapabilities);
  const info = rawMeta(request, metaKeys.clientInfo);
  return {
    era: 'modern',
    // Only a connection of its own needs it.
    get key() {
      const digest = createHash('sha256')
        .update(capabilities ?? '{}')
        .digest('base64url');
      return `${agentId}:${digest}`;
    },
    capabilities: meta.clientCapabilities,
    info: info?.toString(),
    logLevel: meta.logLevel,
    ask: undefined,
  };
}

function rawMeta({ bytes, params }: Envelope, key: string): Buffer | undefined {
  const range = params && findPath(bytes, params, ['_meta', key]);
  if (range && range.end - range.start > maxBytes) {
    throw new ModernError(
      rpcCodes.invalidParams,
      `${key} in "params" may have ${maxBytes} bytes at most.`,
    );
  }
  return range && textOf(bytes, range);
}
