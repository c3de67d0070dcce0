import { isUtf8 } from 'node:buffer';

import { JsonSyntaxError } from './json-syntax-error.ts';
import type { Range } from './range.ts';
import { skipString } from './skip-string.ts';

/**
 * Parses the JSON value at `range` and refuses what readers would understand differently: invalid
 * UTF-8, and a key that occurs twice in one object at any depth (RFC 8259 section 4 leaves open which counts).
 */
export function parseUnambiguous(bytes: Buffer, range: Range): unknown {
  const text = bytes.subarray(range.start, range.end);
  if (!isUtf8(text)) throw new JsonSyntaxError('the text is not valid UTF-8', range.start);
  let value: unknown;
  try {
    value = JSON.parse(text.toString());
  } catch (cause) {
    throw Object.assign(new JsonSyntaxError('the text is not valid JSON', range.start), { cause });
  }
  // Parsing merged members of one name, so then there are fewer than the text has colons.
  if (countColons(text) !== countMembers(value)) {
    throw new JsonSyntaxError('an object has the same key twice', range.start);
  }
  return value;
}

function countColons(text: Buffer): number {
  let count = 0;
  let at = 0;
  while (at < text.length) {
    const byte = text[at];
    if (byte === 0x22) {
      at = skipString(text, at, text.length);
      continue;
    }
    if (byte === 0x3a) count += 1;
    at += 1;
  }
  return count;
}

function countMembers(value: unknown): number {
  let count = 0;
  const open: unknown[] = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next !== 'object' || next === null) continue;
    const inner: unknown[] = Object.values(next);
    if (!Array.isArray(next)) count += inner.length;
    for (const element of inner) open.push(element);
  }
  return count;
}
