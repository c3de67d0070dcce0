import { AppError } from '@plugboard/contracts';

/** Gathers a body of bounded size; throws `AppError('payload_too_large')` beyond it. */
export class BodyCollector {
  readonly #maxBytes: number;
  readonly #chunks: Buffer[] = [];
  #size = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  push(chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.#size > this.#maxBytes) {
      throw new AppError(
        'payload_too_large',
        `the server sent a message of more than ${this.#maxBytes} bytes`,
      );
    }
    this.#chunks.push(chunk);
  }

  join(): Buffer {
    return this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks, this.#size);
  }
}
