import { type Edit, splice } from '../json/splice.ts';
import type { Envelope, Range } from './envelope.ts';

/**
 * The same message with ranges inside its `params`, `result` or `error` replaced, and its parts found
 * without reading it again. Edits must be ordered and apart, and leave those parts what they were: an
 * object an object.
 */
export function spliceEnvelope(envelope: Envelope, edits: readonly Edit[]): Envelope {
  if (edits.length === 0) return envelope;
  const moved = (offset: number): number => {
    let by = 0;
    for (const { range, replacement } of edits) {
      if (range.end > offset || (range.start === offset && range.end === offset)) break;
      by += Buffer.byteLength(replacement) - (range.end - range.start);
    }
    return offset + by;
  };
  const part = (range: Range | undefined): Range | undefined =>
    range && { start: moved(range.start), end: moved(range.end) };
  return {
    ...envelope,
    bytes: splice(envelope.bytes, edits),
    id: part(envelope.id),
    params: part(envelope.params),
    result: part(envelope.result),
    error: part(envelope.error),
  };
}
