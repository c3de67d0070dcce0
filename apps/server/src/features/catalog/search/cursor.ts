import { createHash } from 'node:crypto';

import { AppError } from '@plugboard/contracts';
import { z } from 'zod';

import type { Alternative } from './expand-words.ts';

/**
 * Where a page ends: the sort key and name of its last result. What the words of the query stand for
 * and how rare they are is part of it, so that what a sync changes in between moves no result that
 * it did not touch.
 */
const cursorSchema = z.object({
  /** Of the query and order that it belongs to. */
  query: z.string(),
  key: z.union([z.number(), z.string().max(1000)]),
  name: z.string().max(300),
  need: z.int().min(0).max(100),
  alternatives: z
    .array(
      z.tuple([
        z.int().min(0).max(50),
        z.string().min(1).max(80),
        z.number().min(0).max(1000),
        z.boolean(),
      ]),
    )
    .max(2000),
});

export type Cursor = z.output<typeof cursorSchema>;

export function writeCursor(cursor: Cursor): string {
  return Buffer.from(JSON.stringify(cursor)).toString('base64url');
}

/** Throws `AppError('invalid_input')` for one that we did not write for this query. */
export function readCursor(text: string, queryDigest: string): Cursor {
  const cursor = cursorSchema.safeParse(parse(text)).data;
  if (cursor?.query !== queryDigest) {
    throw new AppError(
      'invalid_input',
      'This cursor belongs to another search. Leave it out to begin at the first page.',
    );
  }
  return cursor;
}

export function packAlternatives(alternatives: readonly Alternative[]): Cursor['alternatives'] {
  return alternatives.map(({ term, word, factor, ofServers }) => [
    term,
    word,
    factor,
    ofServers === true,
  ]);
}

export function unpackAlternatives({ alternatives }: Cursor): Alternative[] {
  return alternatives.map(([term, word, factor, ofServers]) => ({ term, word, factor, ofServers }));
}

/** By which a cursor knows its search. */
export function digestOf(...parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 16);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    return undefined;
  }
}
