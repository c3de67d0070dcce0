import { findMember, onlyMember } from '../json/find-member.ts';
import { scanObject } from '../json/scan.ts';
import { readString } from '../json/string.ts';
import { metaKeys } from '../modern/request-meta.ts';
import { type RequestMetaText, withRequestMeta } from '../modern/splice-meta.ts';
import type { Mirrored } from './carrier.ts';
import type { UpstreamRequest } from './upstream.ts';

/** A request of the modern era as it goes out. */
export interface ModernRequest {
  readonly params: Buffer;
  readonly mirrored: Mirrored;
}

const nameKeys: ReadonlyMap<string, string> = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
  ['tasks/get', 'taskId'],
  ['tasks/update', 'taskId'],
  ['tasks/cancel', 'taskId'],
]);

/**
 * Makes a request speak for itself: one whose `_meta` names no protocol version says `own` of its
 * client, any other stays byte for byte. Throws `JsonSyntaxError` where its params are ambiguous.
 */
export function modernRequest(
  { method, params, headers }: UpstreamRequest,
  own: RequestMetaText,
): ModernRequest {
  const said = params && versionOf(params);
  const complete =
    params === undefined || said === undefined ? withRequestMeta(params, own) : params;
  return {
    params: complete,
    mirrored: {
      version: said ?? own.protocolVersion,
      method,
      name: params && nameOf(method, params),
      params: headers,
    },
  };
}

/** The protocol version that a request claims; undefined where it claims none. */
function versionOf(params: Buffer): string | undefined {
  const meta = findMember(params, { start: 0, end: params.length }, '_meta');
  if (meta === undefined || params[meta.start] !== 0x7b) return undefined;
  const version = findMember(params, meta, metaKeys.protocolVersion);
  return version && readString(params, version);
}

/** What `Mcp-Name` repeats, of the methods that have it. */
function nameOf(method: string, params: Buffer): string | undefined {
  const key = nameKeys.get(method);
  const value = key === undefined ? undefined : onlyMember(scanObject(params), key)?.value;
  return value && readString(params, value);
}
