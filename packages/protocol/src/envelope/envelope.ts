/** A half-open range of byte offsets. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * One JSON-RPC 2.0 message: its bytes, and where its parts lie in them. Nothing inside `params` or
 * `result` is parsed, so nothing in there can be lost; to change an id or a name, splice the bytes.
 */
export interface Envelope {
  readonly kind: 'request' | 'notification' | 'result' | 'error';
  readonly bytes: Buffer;
  /** The `id` as JSON text (a number or a quoted string); absent on notifications. */
  readonly id: Range | undefined;
  /** The method's name, decoded; absent on answers. */
  readonly method: string | undefined;
  readonly params: Range | undefined;
  readonly result: Range | undefined;
  readonly error: Range | undefined;
}
