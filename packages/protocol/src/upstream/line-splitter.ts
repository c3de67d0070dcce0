import { AppError } from '@plugboard/contracts';

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/**
 * Cuts a stream of bytes into lines. A line within one chunk is a view on it; one that spans several
 * is copied together once, when it ends. Throws `AppError('payload_too_large')` as soon as a line is
 * longer than `maxBytes`, holding no more than that.
 */
export class LineSplitter {
  readonly #maxBytes: number;
  readonly #onLine: (line: Buffer) => void;
  #parts: Buffer[] = [];
  #size = 0;

  constructor(maxBytes: number, onLine: (line: Buffer) => void) {
    this.#maxBytes = maxBytes;
    this.#onLine = onLine;
  }

  push(chunk: Buffer): void {
    let at = 0;
    for (;;) {
      const end = chunk.indexOf(lineFeed, at);
      const stop = end < 0 ? chunk.length : end;
      if (this.#size + stop - at > this.#maxBytes) {
        this.#parts = [];
        throw new AppError(
          'payload_too_large',
          `the server sent a message of more than ${this.#maxBytes} bytes`,
        );
      }
      if (end < 0) {
        if (stop > at) this.#keep(at === 0 ? chunk : chunk.subarray(at));
        return;
      }
      const tail = chunk.subarray(at, end);
      this.#onLine(withoutReturn(this.#size === 0 ? tail : this.#join(tail)));
      at = end + 1;
    }
  }

  #keep(part: Buffer): void {
    this.#parts.push(part);
    this.#size += part.length;
  }

  #join(tail: Buffer): Buffer {
    this.#keep(tail);
    const line = Buffer.concat(this.#parts, this.#size);
    this.#parts = [];
    this.#size = 0;
    return line;
  }
}

function withoutReturn(line: Buffer): Buffer {
  return line.at(-1) === carriageReturn ? line.subarray(0, -1) : line;
}
