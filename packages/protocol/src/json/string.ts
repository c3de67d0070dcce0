import { JsonSyntaxError } from './json-syntax-error.ts';
import type { Range } from './range.ts';
import { skipString } from './skip-string.ts';

const quote = 0x22;
const backslash = 0x5c;

/** Decodes the JSON string that begins with the quote at `start`. */
export function decodeString(bytes: Buffer, start: number, end: number): string {
  let at = start + 1;
  while (at < end) {
    const byte = bytes[at]!;
    if (byte === quote) return bytes.toString('latin1', start + 1, at);
    if (byte === backslash || byte >= 0x80 || byte < 0x20) break;
    at += 1;
  }
  const text = bytes.toString('utf8', start, skipString(bytes, start, end));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw Object.assign(new JsonSyntaxError('a string is not valid JSON', start), { cause });
  }
  if (typeof value !== 'string') throw new JsonSyntaxError('expected a string', start);
  return value;
}

/** The decoded string at `range`, or undefined when another kind of value stands there. */
export function readString(bytes: Buffer, range: Range): string | undefined {
  return bytes[range.start] === quote ? decodeString(bytes, range.start, range.end) : undefined;
}
