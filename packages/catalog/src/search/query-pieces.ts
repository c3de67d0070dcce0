/** A stretch of a query, as it was typed. */
export interface QueryPiece {
  /** All of it. */
  readonly raw: string;
  /** After a `-`. */
  readonly negated: boolean;
  /** What stands before its colon, if it has one. */
  readonly key: string | undefined;
  /** The text or value, without its quotes. */
  readonly text: string;
  readonly quoted: boolean;
  /** Whether something, even a space, comes after it. */
  readonly closed: boolean;
}

/**
 * Cuts a query at spaces that are not quoted. A quote that is never closed ends with the query, as
 * it does while somebody types.
 */
export function cutQuery(query: string): QueryPiece[] {
  const pattern = /(-?)(?:([\p{L}_]+):)?(?:"([^"]*)(?:"|$)|([^\s"]*))/uy;
  const pieces: QueryPiece[] = [];
  let position = 0;
  while (position < query.length) {
    const space = /\s+/y;
    space.lastIndex = position;
    const skipped = space.exec(query)?.[0].length ?? 0;
    if (skipped > 0) {
      position += skipped;
      continue;
    }
    pattern.lastIndex = position;
    const [raw, minus = '', key, quotedText, plain = ''] = pattern.exec(query) ?? [''];
    if (raw === '') {
      position++;
      continue;
    }
    position += raw.length;
    pieces.push({
      raw,
      negated: minus !== '',
      key,
      text: quotedText ?? plain,
      quoted: quotedText !== undefined,
      closed: position < query.length,
    });
  }
  return pieces;
}
