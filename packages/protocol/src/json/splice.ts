import type { Range } from './range.ts';

/** One replacement of a range of bytes. */
export interface Edit {
  readonly range: Range;
  readonly replacement: Buffer | string;
}

/**
 * The bytes with each range replaced, as parts to be written one after another; unchanged stretches
 * are views, not copies. Ranges must be in order and not overlap.
 */
export function spliceParts(bytes: Buffer, edits: readonly Edit[]): Buffer[] {
  const parts: Buffer[] = [];
  let at = 0;
  for (const { range, replacement } of edits) {
    if (range.start < at || range.end < range.start || range.end > bytes.length) {
      throw new Error('edits must be ordered, apart, and inside the bytes');
    }
    if (range.start > at) parts.push(bytes.subarray(at, range.start));
    parts.push(typeof replacement === 'string' ? Buffer.from(replacement) : replacement);
    at = range.end;
  }
  if (at < bytes.length) parts.push(bytes.subarray(at));
  return parts;
}

/** The bytes with each range replaced, in one buffer. */
export function splice(bytes: Buffer, edits: readonly Edit[]): Buffer {
  return Buffer.concat(spliceParts(bytes, edits));
}
