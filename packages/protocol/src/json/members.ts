import { JsonSyntaxError } from './json-syntax-error.ts';
import type { Range } from './range.ts';
import { scanObject } from './scan.ts';
import { skipKey, skipValue, skipWhitespace } from './skip-value.ts';
import type { Edit } from './splice.ts';
import { decodeString } from './string.ts';

/**
 * The edit that puts `text`, members as JSON text without braces, in front of the object's own.
 * `removalOf` their keys takes them out again to the byte.
 */
export function insertionOf(bytes: Buffer, object: Range, text: string | Buffer): Edit {
  const inside = skipWhitespace(bytes, object.start, object.end) + 1;
  const first = skipWhitespace(bytes, inside, object.end);
  if (bytes[first] === 0x7d) return { range: { start: inside, end: inside }, replacement: text };
  const replacement = typeof text === 'string' ? `${text},` : Buffer.concat([text, comma]);
  return { range: { start: first, end: first }, replacement };
}

/** The edits that take the members with those keys out of the object, all of them if repeated. */
export function removalOf(bytes: Buffer, object: Range, keys: ReadonlySet<string>): Edit[] {
  const members = scanObject(bytes, object.start, object.end);
  const edits: Edit[] = [];
  let keptEnd: number | undefined;
  let removedFrom: number | undefined;
  let removedEnd = 0;
  for (const { key, start, value } of members) {
    if (keys.has(key)) {
      removedFrom ??= keptEnd ?? start;
      removedEnd = value.end;
      continue;
    }
    if (removedFrom !== undefined) {
      // Behind a kept member its comma goes with what is removed; before the first one, theirs.
      const end = keptEnd === undefined ? start : removedEnd;
      edits.push({ range: { start: removedFrom, end }, replacement: '' });
      removedFrom = undefined;
    }
    keptEnd = value.end;
  }
  if (removedFrom !== undefined) {
    edits.push({ range: { start: removedFrom, end: removedEnd }, replacement: '' });
  }
  return edits;
}

/**
 * The value of `key` in the object at `object`; of several the last, as `JSON.parse` has it. Allocates
 * nothing on the way, so it is the one to look into large results with.
 */
export function lastMember(bytes: Buffer, object: Range, key: string): Range | undefined {
  const { end } = object;
  let found: Range | undefined;
  let at = skipWhitespace(bytes, object.start + 1, end);
  if (at < end && bytes[at] === 0x7d) return undefined;
  while (at < end) {
    const value = skipKey(bytes, at, end);
    const valueEnd = skipValue(bytes, value, end);
    if (isKey(bytes, at, value, key)) found = { start: value, end: valueEnd };
    const behind = skipWhitespace(bytes, valueEnd, end);
    if (bytes[behind] !== 0x2c) return found;
    at = skipWhitespace(bytes, behind + 1, end);
  }
  return found;
}

const comma = Buffer.from(',');

/** Whether the quoted key at `at` reads `key`, an ASCII text, with or without escapes. */
function isKey(bytes: Buffer, at: number, value: number, key: string): boolean {
  for (let i = 0; i < key.length; i += 1) {
    const byte = bytes[at + 1 + i];
    if (byte === 0x5c) return isSpelled(bytes, at, value, key);
    if (byte !== key.charCodeAt(i)) return false;
  }
  return bytes[at + 1 + key.length] === 0x22;
}

/** A key that no parser can read is none that anyone looks for. */
function isSpelled(bytes: Buffer, at: number, value: number, key: string): boolean {
  try {
    return decodeString(bytes, at, value) === key;
  } catch (error) {
    if (error instanceof JsonSyntaxError) return false;
    throw error;
  }
}
