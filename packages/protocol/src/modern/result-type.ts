import type { Envelope, Range } from '../envelope/envelope.ts';
import { insertionOf, lastMember, removalOf } from '../json/members.ts';
import { type Edit, splice, spliceParts } from '../json/splice.ts';
import { readString } from '../json/string.ts';

const complete = '"resultType":"complete"';

/**
 * What a result says it is: `complete`, `input_required`, or a type of some extension such as `task`.
 * Undefined when it does not say, as those of legacy servers, and for messages that are no results.
 * One that is no string comes as JSON text, which is no known type.
 */
export function resultTypeOf({ bytes, result }: Envelope): string | undefined {
  if (result === undefined || !mayHold(bytes, result, 'resultType')) return undefined;
  const range = objectMember(bytes, result, 'resultType');
  if (range === undefined) return undefined;
  return readString(bytes, range) ?? bytes.toString('utf8', range.start, range.end);
}

/** A raw result with `"resultType":"complete"` in front, unless it says what it is. */
export function withResultType(result: Buffer): Buffer {
  const edit = completion(result, { start: 0, end: result.length });
  return edit ? splice(result, [edit]) : result;
}

/**
 * An answer as a modern client has it: under that id, and with a `resultType`. As parts to be written
 * one after another, since results can be large.
 */
export function completedParts(answer: Envelope, idJson: string): Buffer[] {
  const { bytes, id, result } = answer;
  if (id === undefined) throw new Error('a message without an id cannot be given another');
  const edits: Edit[] = [{ range: id, replacement: idJson }];
  const edit = result && completion(bytes, result);
  if (edit) edits.push(edit);
  return spliceParts(
    bytes,
    edits.sort((a, b) => a.range.start - b.range.start),
  );
}

/** How long a result may be kept, and by whom (MCP 2026-07-28, caching). */
export interface Caching {
  /** Milliseconds. */
  readonly ttlMs: number;
  readonly cacheScope: 'public' | 'private';
}

const cachingKeys: ReadonlySet<string> = new Set(['ttlMs', 'cacheScope']);

/** A raw result that says `caching` in place of whatever it said of that. */
export function withCaching(result: Buffer, { ttlMs, cacheScope }: Caching): Buffer {
  const whole = { start: 0, end: result.length };
  const bare = splice(result, removalOf(result, whole, cachingKeys));
  const text = `"ttlMs":${ttlMs},"cacheScope":"${cacheScope}"`;
  return splice(bare, [insertionOf(bare, { start: 0, end: bare.length }, text)]);
}

function completion(bytes: Buffer, result: Range): Edit | undefined {
  if (bytes[result.start] !== 0x7b) return undefined;
  if (mayHold(bytes, result, 'resultType') && objectMember(bytes, result, 'resultType')) {
    return undefined;
  }
  return insertionOf(bytes, result, complete);
}

function objectMember(bytes: Buffer, object: Range, key: string): Range | undefined {
  return bytes[object.start] === 0x7b ? lastMember(bytes, object, key) : undefined;
}

/** False only when `key` is surely no key in there. */
function mayHold(bytes: Buffer, range: Range, key: string): boolean {
  const text = bytes.subarray(range.start, range.end);
  return text.includes(key) || text.includes('\\u');
}
