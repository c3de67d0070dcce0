import { isUtf8 } from 'node:buffer';

/**
 * Request headers by their names in lower case, as Node gives them: characters beyond ASCII are bytes
 * in Latin-1, white space around values is gone, and repeated ones are joined by commas.
 */
export type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

const prefix = '=?base64?';
const suffix = '?=';

/**
 * A text as a header's value: as it is where every server will read it so, else its UTF-8 in base64
 * between `=?base64?` and `?=` (MCP 2026-07-28, transports, value encoding).
 */
export function encodeHeaderValue(text: string): string {
  const isPlain =
    /^[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?$/.test(text) &&
    !(text.startsWith(prefix) && text.endsWith(suffix));
  return isPlain ? text : `${prefix}${Buffer.from(text).toString('base64')}${suffix}`;
}

/**
 * What `encodeHeaderValue` made, undone: text without the sentinel is itself. Undefined where the
 * sentinel holds no canonical base64 of valid UTF-8.
 */
export function decodeHeaderValue(value: string): string | undefined {
  if (!value.startsWith(prefix) || !value.endsWith(suffix)) return value;
  const encoded = value.slice(prefix.length, -suffix.length);
  const bytes = Buffer.from(encoded, 'base64');
  // Node reads base64 leniently; only what it would write itself has one meaning.
  if (bytes.toString('base64') !== encoded || !isUtf8(bytes)) return undefined;
  return bytes.toString();
}

/** A header's one value, white space around it aside; undefined when it is absent. */
export function headerValue(headers: RequestHeaders, name: string): string | undefined {
  const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
  if (value === undefined) return undefined;
  const text = typeof value === 'string' ? value : value.join(', ');
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isBlank(unit: number): boolean {
  return unit === 0x20 || unit === 0x09;
}
