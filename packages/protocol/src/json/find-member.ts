import { JsonSyntaxError } from './json-syntax-error.ts';
import type { Range } from './range.ts';
import { type Member, scanObject } from './scan.ts';

/**
 * The value of `key` in the object at `range`, or undefined when it has no such key. Only the object
 * itself is searched, not what is nested in it.
 *
 * Throws `JsonSyntaxError` for a malformed object, and when the key is there twice or beside a
 * look-alike such as `Name`: parsers disagree on which of them counts (Go matches without regard to
 * case, the last one wins), and the one that decides must see what the one that acts will see.
 */
export function findMember(bytes: Buffer, range: Range, key: string): Range | undefined {
  return onlyMember(scanObject(bytes, range.start, range.end), key)?.value;
}

/** The value at a path of keys, as `findMember` finds each; undefined where the path ends early. */
export function findPath(bytes: Buffer, range: Range, path: readonly string[]): Range | undefined {
  let at: Range | undefined = range;
  for (const key of path) {
    if (at === undefined || bytes[at.start] !== 0x7b) return undefined;
    at = findMember(bytes, at, key);
  }
  return at;
}

/** The one member called `key`; throws as `findMember` does when there are more. */
export function onlyMember(members: readonly Member[], key: string): Member | undefined {
  let found: Member | undefined;
  for (const member of members) {
    if (member.key === key) {
      if (found !== undefined) throw ambiguous(key, member);
      found = member;
    } else if (looksLike(member.key, key)) {
      throw ambiguous(key, member);
    }
  }
  return found;
}

/** Whether a parser that ignores case would take `candidate`, another key, for `key` (Unicode simple folding). */
export function looksLike(candidate: string, key: string): boolean {
  return candidate !== key && candidate.length === key.length && fold(candidate) === fold(key);
}

function fold(text: string): string {
  return text.replaceAll('ſ', 's').toLowerCase();
}

function ambiguous(key: string, member: Member): JsonSyntaxError {
  return new JsonSyntaxError(
    `"${key}" must appear once and in this spelling; a second one is`,
    member.value.start,
  );
}
