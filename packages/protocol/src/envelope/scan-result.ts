import { JsonSyntaxError } from '../json/json-syntax-error.ts';
import { skipKey, skipValue, skipWhitespace } from '../json/skip-value.ts';
import { decodeString } from '../json/string.ts';

const isErrorKey = Buffer.from('"isError"');
const comma = 0x2c;
const backslash = 0x5c;
const closeBrace = 0x7d;

export interface ScannedResult {
  /** Offset behind the result. */
  readonly end: number;
  /** Whether it is an object with `isError: true` in itself; of several the last counts. */
  readonly isError: boolean;
}

/** Skips a result as `skipValue` would and on the way looks for a tool's `isError`. */
export function scanResult(bytes: Buffer, start: number, end: number): ScannedResult {
  if (start >= end || bytes[start] !== 0x7b) {
    return { end: skipValue(bytes, start, end), isError: false };
  }
  let isError = false;
  let at = skipWhitespace(bytes, start + 1, end);
  if (at < end && bytes[at] === closeBrace) return { end: at + 1, isError };
  for (;;) {
    const value = skipKey(bytes, at, end);
    const valueEnd = skipValue(bytes, value, end);
    if (isKey(bytes, at, value)) isError = bytes[value] === 0x74;
    at = skipWhitespace(bytes, valueEnd, end);
    if (at < end && bytes[at] === closeBrace) return { end: at + 1, isError };
    if (at >= end || bytes[at] !== comma) throw new JsonSyntaxError('expected "," or "}"', at);
    at = skipWhitespace(bytes, at + 1, end);
  }
}

/** Whether the key at `at` reads `isError`, with or without escapes. */
function isKey(bytes: Buffer, at: number, value: number): boolean {
  for (let i = 0; i < isErrorKey.length; i += 1) {
    const byte = bytes[at + i];
    if (byte === backslash) return decodeString(bytes, at, value) === 'isError';
    if (byte !== isErrorKey[i]) return false;
  }
  return true;
}
