import { JsonSyntaxError } from '../json/json-syntax-error.ts';
import { scanArray } from '../json/scan.ts';

/** The messages of a batch, as views on it; undefined where it is none that anything could answer. */
export function splitBatch(bytes: Buffer): readonly Buffer[] | undefined {
  try {
    const messages = scanArray(bytes).map(({ start, end }) => bytes.subarray(start, end));
    // A batch within a batch is none: each of its parts must be a message.
    return messages.length > 0 && messages.every((message) => message[0] === 0x7b)
      ? messages
      : undefined;
  } catch (error) {
    if (error instanceof JsonSyntaxError) return undefined;
    throw error;
  }
}
