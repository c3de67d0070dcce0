import { removalOf, insertionOf, lastMember } from '../json/members.ts';
import { splice } from '../json/splice.ts';
import { metaKeys } from './request-meta.ts';

/** What a request is to say of its client, each as JSON text where it is not a plain string. */
export interface RequestMetaText {
  readonly protocolVersion: string;
  /** Raw JSON text of an object. */
  readonly clientCapabilities: string;
  /** Raw JSON text of an object. */
  readonly clientInfo?: string | undefined;
  readonly logLevel?: string | undefined;
}

const keys: ReadonlySet<string> = new Set(Object.values(metaKeys));

/**
 * Raw `params` with `_meta` saying `meta` of the client and nothing else of it: what was there under
 * the four keys is replaced, everything else stays byte for byte.
 */
export function withRequestMeta(params: Buffer | undefined, meta: RequestMetaText): Buffer {
  const members = membersOf(meta);
  if (params === undefined) return Buffer.from(`{"_meta":{${members}}}`);
  const bare = withoutRequestMeta(params);
  const whole = { start: 0, end: bare.length };
  const existing = lastMember(bare, whole, '_meta');
  if (existing === undefined) {
    return splice(bare, [insertionOf(bare, whole, `"_meta":{${members}}`)]);
  }
  return bare[existing.start] === 0x7b
    ? splice(bare, [insertionOf(bare, existing, members)])
    : splice(bare, [{ range: existing, replacement: `{${members}}` }]);
}

/** Raw `params` without the four keys in `_meta`; everything else stays byte for byte. */
export function withoutRequestMeta(params: Buffer): Buffer {
  const existing = lastMember(params, { start: 0, end: params.length }, '_meta');
  if (existing === undefined || params[existing.start] !== 0x7b) return params;
  const edits = removalOf(params, existing, keys);
  return edits.length === 0 ? params : splice(params, edits);
}

function membersOf(meta: RequestMetaText): string {
  const members = [
    `"${metaKeys.protocolVersion}":${JSON.stringify(meta.protocolVersion)}`,
    `"${metaKeys.clientCapabilities}":${meta.clientCapabilities}`,
  ];
  if (meta.clientInfo !== undefined) members.push(`"${metaKeys.clientInfo}":${meta.clientInfo}`);
  if (meta.logLevel !== undefined) {
    members.push(`"${metaKeys.logLevel}":${JSON.stringify(meta.logLevel)}`);
  }
  return members.join(',');
}
