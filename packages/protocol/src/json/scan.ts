import { JsonSyntaxError } from './json-syntax-error.ts';
import type { Range } from './range.ts';
import { decodeString } from './string.ts';
import { skipKey, skipValue, skipWhitespace } from './skip-value.ts';

/** One member of an object: its key decoded, and where key and value lie. */
export interface Member {
  readonly key: string;
  /** Offset of the key's opening quote. */
  readonly start: number;
  readonly value: Range;
}

const comma = 0x2c;

/**
 * Finds the members of the object that lies in `bytes` from `start` to `end`, whitespace around it
 * aside. Duplicate keys appear as often as they are written. Throws `JsonSyntaxError` if that is not
 * one well-formed object.
 */
export function scanObject(bytes: Buffer, start = 0, end: number = bytes.length): Member[] {
  const members: Member[] = [];
  let at = enter(bytes, start, end, 0x7b, 'object');
  if (bytes[at] === 0x7d) return leave(bytes, at, end, members);
  for (;;) {
    const value = skipKey(bytes, at, end);
    const valueEnd = skipValue(bytes, value, end);
    members.push({
      key: decodeString(bytes, at, value),
      start: at,
      value: { start: value, end: valueEnd },
    });
    at = skipWhitespace(bytes, valueEnd, end);
    if (bytes[at] === 0x7d && at < end) return leave(bytes, at, end, members);
    if (bytes[at] !== comma || at >= end) throw new JsonSyntaxError('expected "," or "}"', at);
    at = skipWhitespace(bytes, at + 1, end);
  }
}

/** Finds the elements of the array that lies in `bytes` from `start` to `end`, as `scanObject` does. */
export function scanArray(bytes: Buffer, start = 0, end: number = bytes.length): Range[] {
  const elements: Range[] = [];
  let at = enter(bytes, start, end, 0x5b, 'array');
  if (bytes[at] === 0x5d) return leave(bytes, at, end, elements);
  for (;;) {
    const valueEnd = skipValue(bytes, at, end);
    elements.push({ start: at, end: valueEnd });
    at = skipWhitespace(bytes, valueEnd, end);
    if (bytes[at] === 0x5d && at < end) return leave(bytes, at, end, elements);
    if (bytes[at] !== comma || at >= end) throw new JsonSyntaxError('expected "," or "]"', at);
    at = skipWhitespace(bytes, at + 1, end);
  }
}

function enter(bytes: Buffer, start: number, end: number, opener: number, kind: string): number {
  const at = skipWhitespace(bytes, start, end);
  if (at >= end || bytes[at] !== opener) throw new JsonSyntaxError(`expected an ${kind}`, at);
  const inside = skipWhitespace(bytes, at + 1, end);
  if (inside >= end) throw new JsonSyntaxError(`the text ends inside an ${kind}`, inside);
  return inside;
}

function leave<T>(bytes: Buffer, closer: number, end: number, found: T[]): T[] {
  const behind = skipWhitespace(bytes, closer + 1, end);
  if (behind < end) throw new JsonSyntaxError('unexpected text behind the value', behind);
  return found;
}
