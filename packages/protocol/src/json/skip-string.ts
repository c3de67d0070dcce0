import { JsonSyntaxError } from './json-syntax-error.ts';

const quote = 0x22;
const backslash = 0x5c;

/** Bytes looked at one by one before the native search is worth its call. */
const shortest = 32;
const longest = 1024;
/** A jump that gains less than this was not worth its call: look at more bytes one by one next time. */
const worthwhile = 256;

/**
 * Returns the offset behind the string whose opening quote is at `start`.
 *
 * Short strings are walked; long ones are jumped over with the native search for a quote. Each jump
 * begins behind a complete character or escape, and counts back only over the backslashes it
 * jumped, so every byte is seen a bounded number of times whatever the input. What stands between
 * the quotes is not validated.
 */
export function skipString(bytes: Buffer, start: number, end: number): number {
  const near = start + shortest < end ? start + shortest : end;
  for (let at = start + 1; at < near; at += 1) {
    const byte = bytes[at]!;
    if (byte === quote) return at + 1;
    if (byte === backslash) at += 1;
  }
  return skipLongString(bytes, start, end);
}

function skipLongString(bytes: Buffer, start: number, end: number): number {
  let at = start + 1;
  let window = shortest;
  for (;;) {
    const near = Math.min(end, at + window);
    while (at < near) {
      const byte = bytes[at];
      if (byte === quote) return at + 1;
      at += byte === backslash ? 2 : 1;
    }
    const found = at < end ? bytes.indexOf(quote, at) : -1;
    if (found < 0 || found >= end) throw new JsonSyntaxError('a string is not closed', start);
    if (!isEscaped(bytes, at, found)) return found + 1;
    window = found - at < worthwhile ? Math.min(window * 2, longest) : shortest;
    at = found + 1;
  }
}

function isEscaped(bytes: Buffer, floor: number, position: number): boolean {
  let before = position - 1;
  while (before >= floor && bytes[before] === backslash) before -= 1;
  return (position - 1 - before) % 2 === 1;
}
