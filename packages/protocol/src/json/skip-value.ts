import { JsonSyntaxError } from './json-syntax-error.ts';
import { skipScalar } from './skip-scalar.ts';
import { skipString } from './skip-string.ts';

/** How deep objects and arrays may nest. */
export const maxDepth = 512;

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** The closing byte of each open container. Shared by all scans: they are synchronous and never nest. */
const closers = new Uint8Array(maxDepth);

/** Returns the offset of the first byte at or after `at` that is not JSON whitespace, or `end`. */
export function skipWhitespace(bytes: Buffer, at: number, end: number): number {
  let position = at;
  while (position < end) {
    const byte = bytes[position]!;
    if (byte > 0x20) return position;
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return position;
    position += 1;
  }
  return position;
}

/**
 * Returns the offset behind the JSON value that begins at `start`, which must not be whitespace.
 *
 * Checks all of the grammar except what stands between a string's quotes. Linear in time, constant
 * in memory, at most `maxDepth` levels deep.
 */
export function skipValue(bytes: Buffer, start: number, end: number): number {
  let depth = 0;
  let at = start;
  for (;;) {
    const byte = at < end ? bytes[at] : undefined;
    if (byte === quote) {
      at = skipString(bytes, at, end);
    } else if (byte === openBrace || byte === openBracket) {
      if (depth === maxDepth) throw new JsonSyntaxError(`more than ${maxDepth} levels deep`, at);
      const closer = byte + 2;
      at = skipWhitespace(bytes, at + 1, end);
      if (at < end && bytes[at] === closer) {
        at += 1;
      } else {
        closers[depth] = closer;
        depth += 1;
        if (closer === closeBrace) at = skipKey(bytes, at, end);
        continue;
      }
    } else {
      at = skipScalar(bytes, at, end);
    }
    // Behind a value: leave what ends here, until something expects another value.
    for (;;) {
      if (depth === 0) return at;
      if (at < end && bytes[at]! <= 0x20) at = skipWhitespace(bytes, at, end);
      const closer = closers[depth - 1]!;
      const next = at < end ? bytes[at] : undefined;
      if (next === comma) {
        at += 1;
        if (at < end && bytes[at]! <= 0x20) at = skipWhitespace(bytes, at, end);
        if (closer === closeBrace) at = skipKey(bytes, at, end);
        break;
      }
      if (next !== closer) throw unexpected(bytes, at, end, closer);
      depth -= 1;
      at += 1;
    }
  }
}

/** Returns the offset of the value that belongs to the object key at `at`. */
export function skipKey(bytes: Buffer, at: number, end: number): number {
  if (at >= end || bytes[at] !== quote) {
    throw new JsonSyntaxError('expected a quoted object key', at);
  }
  let behind = skipString(bytes, at, end);
  if (behind < end && bytes[behind]! <= 0x20) behind = skipWhitespace(bytes, behind, end);
  if (behind >= end || bytes[behind] !== colon) {
    throw new JsonSyntaxError('expected ":" behind an object key', behind);
  }
  const value = behind + 1;
  return value < end && bytes[value]! > 0x20 ? value : skipWhitespace(bytes, value, end);
}

function unexpected(bytes: Buffer, at: number, end: number, closer: number): JsonSyntaxError {
  const kind = closer === closeBracket ? 'array' : 'object';
  if (at >= end) return new JsonSyntaxError(`the text ends inside an ${kind}`, at);
  return new JsonSyntaxError(`expected "," or "${String.fromCharCode(closer)}" in an ${kind}`, at);
}
