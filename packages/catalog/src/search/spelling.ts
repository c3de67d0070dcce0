/**
 * Which of 38 kinds of letters a word has, as bits: words one slip apart differ in two of them at
 * most, which leaves few words to be compared letter by letter.
 */
export function letterMask(word: string): bigint {
  let mask = 0n;
  for (const letter of word) mask |= 1n << BigInt(kindOf(letter));
  return mask;
}

function kindOf(letter: string): number {
  const code = letter.codePointAt(0) ?? 0;
  if (code >= 97 && code <= 122) return code - 97;
  if (code >= 48 && code <= 57) return code - 48 + 26;
  return 36 + (code % 2);
}

/** How many slips a word of this length may have: none in short ones, which all resemble another. */
export function allowedSlips(word: string): 0 | 1 | 2 {
  if (word.length < 4 || /^\p{N}+$/u.test(word)) return 0;
  return word.length < 8 ? 1 : 2;
}

/**
 * Slips between two words: letters added, left out, exchanged for others, or swapped with their
 * neighbour. More than `limit` is told as `limit + 1`.
 */
export function countSlips(left: string, right: string, limit: number): number {
  if (Math.abs(left.length - right.length) > limit) return limit + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    let best = row;
    for (let column = 1; column <= right.length; column++) {
      const same = left[row - 1] === right[column - 1];
      let cost = Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + (same ? 0 : 1),
      );
      const swapped =
        row > 1 &&
        column > 1 &&
        left[row - 1] === right[column - 2] &&
        left[row - 2] === right[column - 1];
      if (swapped) cost = Math.min(cost, at(beforeLast, column - 2) + 1);
      current.push(cost);
      best = Math.min(best, cost);
    }
    if (best > limit) return limit + 1;
    [beforeLast, last] = [last, current];
  }
  return Math.min(at(last, right.length), limit + 1);
}

/** The one that is meant, if one is near enough. The first of equally near ones. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  const limit = word.length < 4 ? 1 : 2;
  let found: string | undefined;
  let least = limit + 1;
  for (const candidate of known) {
    const slips = countSlips(word, candidate, limit);
    if (slips < least) [found, least] = [candidate, slips];
  }
  return found;
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
