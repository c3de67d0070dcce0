import { AppError } from '@plugboard/contracts';

import { findPath } from '../json/find-member.ts';
import { readString } from '../json/string.ts';
import { mirroredHeaders } from '../modern/mirrored-headers.ts';
import { metaKeys } from '../modern/request-meta.ts';
import { type RequestMetaText, withRequestMeta } from '../modern/splice-meta.ts';
import type { UpstreamRequest } from './upstream.ts';

/**
 * The params of a request that speaks for itself: where `_meta` names no protocol version it says
 * `own` of its client, else they stay byte for byte. Throws `JsonSyntaxError` where that is ambiguous.
 */
export function modernParams(params: Buffer | undefined, own: RequestMetaText): Buffer {
  return params === undefined || versionOf(params) === undefined
    ? withRequestMeta(params, own)
    : params;
}

/**
 * The headers that HTTP wants of a modern request (MCP 2026-07-28, transports, request metadata),
 * names in lower case; `params` are those that go out. Throws `AppError('invalid_input')` for what no
 * header can carry.
 */
export function modernHeaders(
  { method, headers: given }: UpstreamRequest,
  params: Buffer,
): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(given ?? {})) {
    // None of them may take the place of a header that is ours or holds credentials.
    if (!/^mcp-param-[!#$%&'*+.^_`|~\w-]+$/i.test(name) || !/^[\x20-\x7e\t]*$/.test(value)) {
      throw new AppError('invalid_input', 'a parameter has a header that HTTP cannot carry');
    }
    headers[name.toLowerCase()] = value;
  }
  const version = versionOf(params) ?? '';
  if (!/^[\x21-\x7e]{1,64}$/.test(version)) {
    throw new AppError('invalid_input', 'a protocol version must be visible ASCII');
  }
  return { ...headers, 'mcp-protocol-version': version, ...mirroredHeaders(method, params) };
}

/** The protocol version that a request claims; undefined where it claims none. */
function versionOf(params: Buffer): string | undefined {
  const whole = { start: 0, end: params.length };
  const version = findPath(params, whole, ['_meta', metaKeys.protocolVersion]);
  return version && readString(params, version);
}
