import type { Range } from '../json/range.ts';

export type { Range } from '../json/range.ts';

/**
 * One JSON-RPC 2.0 message: its bytes, and where its parts lie in them. Nothing inside `params` or
 * `result` is parsed, so nothing in there can be lost; to change an id or a name, splice the bytes.
 */
export interface Envelope {
  readonly kind: 'request' | 'notification' | 'result' | 'error';
  readonly bytes: Buffer;
  /**
   * The `id` as JSON text (an integer or a quoted string). Absent on notifications, and on an error
   * that answers an unreadable request (`"id":null`).
   */
  readonly id: Range | undefined;
  /** The method's name, decoded; absent on answers. */
  readonly method: string | undefined;
  /** An object when present. */
  readonly params: Range | undefined;
  /** Any JSON value. */
  readonly result: Range | undefined;
  /** An object when present. */
  readonly error: Range | undefined;
  /** Whether this is a result that says `isError: true`, as a failed tool's does. */
  readonly isError: boolean;
}

/** The bytes of a part of a message: a view, not a copy. */
export function textOf(bytes: Buffer, range: Range): Buffer {
  return bytes.subarray(range.start, range.end);
}

/** The id's JSON text, to be echoed as it is; undefined when the message has none. */
export function idText(envelope: Envelope): string | undefined {
  const { id, bytes } = envelope;
  return id === undefined ? undefined : bytes.toString('utf8', id.start, id.end);
}

/** The id as a number when it is a plain non-negative integer of at most 15 digits, as our own are. */
export function integerId(envelope: Envelope): number | undefined {
  return envelope.id && readInteger(envelope.bytes, envelope.id);
}

/** The plain non-negative integer of at most 15 digits at `range`, or undefined. */
export function readInteger(bytes: Buffer, range: Range): number | undefined {
  if (range.end - range.start > 15) return undefined;
  let value = 0;
  for (let at = range.start; at < range.end; at += 1) {
    const digit = bytes[at]! - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value;
}
