/** Text that is not JSON, or JSON whose meaning would depend on the reader. */
export class JsonSyntaxError extends Error {
  /** Byte offset of the fault in the scanned buffer. */
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(`${message} at byte ${offset}`);
    this.name = 'JsonSyntaxError';
    this.offset = offset;
  }
}
