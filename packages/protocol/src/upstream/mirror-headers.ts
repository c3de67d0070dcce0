import { AppError } from '@plugboard/contracts';

import { encodeHeaderValue } from '../modern/header-value.ts';
import type { Mirrored } from './carrier.ts';

/**
 * The headers that repeat parts of a modern message (MCP 2026-07-28, transports, request metadata).
 * Throws `AppError('invalid_input')` for what no header can carry: a name is encoded where it must
 * be, a method and a version cannot be.
 */
export function mirrorHeaders(mirrored: Mirrored): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(mirrored.params ?? {})) {
    // None of them may take the place of a header that is ours or holds credentials.
    if (!/^mcp-param-[!#$%&'*+.^_`|~\w-]+$/i.test(name) || !/^[\x20-\x7e\t]*$/.test(value)) {
      throw new AppError(
        'invalid_input',
        'a header for a parameter is not one that HTTP can carry',
      );
    }
    headers[name.toLowerCase()] = value;
  }
  headers['mcp-protocol-version'] = plain(mirrored.version, 'protocol version');
  headers['mcp-method'] = plain(mirrored.method, 'method');
  if (mirrored.name !== undefined) headers['mcp-name'] = encodeHeaderValue(mirrored.name);
  return headers;
}

function plain(text: string, what: string): string {
  if (/^[\x21-\x7e]{1,1024}$/.test(text)) return text;
  throw new AppError(
    'invalid_input',
    `the ${what} must be visible ASCII of at most 1,024 characters`,
  );
}
