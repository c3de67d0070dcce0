import { createHash } from 'node:crypto';

import { removalOf } from '../json/members.ts';
import { spliceParts } from '../json/splice.ts';

/** What differs each time the same request is made. */
const passing: ReadonlySet<string> = new Set(['_meta', 'inputResponses', 'requestState']);

/**
 * SHA-256 of raw `params` without `_meta`, `inputResponses` and `requestState`, wherever they stand:
 * the same when a client makes the same request again, which it will write as it did before.
 */
export function digestParams(params: Buffer | undefined): Buffer {
  const hash = createHash('sha256');
  if (params) {
    const edits = removalOf(params, { start: 0, end: params.length }, passing);
    for (const part of spliceParts(params, edits)) hash.update(part);
  }
  return hash.digest();
}
