import { JsonSyntaxError } from '../json/json-syntax-error.ts';
import { scanArray } from '../json/scan.ts';

/** Whether a revision has batches: 2025-03-26 names them, 2024-11-05 has all of JSON-RPC. */
export function hasBatches(protocolVersion: string | undefined): boolean {
  return protocolVersion === '2025-03-26' || protocolVersion === '2024-11-05';
}

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
