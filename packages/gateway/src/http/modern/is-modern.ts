import type { IncomingMessage } from 'node:http';

import { isModernVersion } from '@plugboard/protocol';

import { valueAt } from '../../call/value-at.ts';

/** Whether a message is of the modern era: by its `_meta`, or by its header where it has none. */
export function isModern(request: IncomingMessage, params: unknown): boolean {
  if (valueAt(params, ['_meta', 'io.modelcontextprotocol/protocolVersion']) !== undefined) {
    return true;
  }
  const header = request.headers['mcp-protocol-version'];
  return typeof header === 'string' && isModernVersion(header);
}
