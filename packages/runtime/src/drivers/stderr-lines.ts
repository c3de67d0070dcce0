import type { Readable } from 'node:stream';

const maxLineBytes = 16 * 1024;
const tailBytes = 4 * 1024;

/** Reads a server's stderr: hands on each line and remembers the last few kilobytes. */
export class StderrLines {
  #pending: Buffer = Buffer.alloc(0);
  #tail: Buffer = Buffer.alloc(0);
  readonly #onLine: (line: Buffer) => void;
  /** Settles when the stream has ended. */
  readonly ended: Promise<void>;

  constructor(stream: Readable, onLine: (line: Buffer) => void) {
    this.#onLine = onLine;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    stream.on('data', (chunk: Buffer) => this.#add(chunk));
    stream.on('error', () => undefined);
    stream.once('close', () => {
      if (this.#pending.length > 0) onLine(this.#pending);
      resolve();
    });
  }

  get tail(): string {
    return this.#tail.toString('utf8').trim();
  }

  #add(chunk: Buffer): void {
    this.#tail = Buffer.concat([this.#tail, chunk]).subarray(-tailBytes);
    let rest = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    for (let end = rest.indexOf(0x0a); end !== -1; end = rest.indexOf(0x0a)) {
      const line = rest.subarray(0, end);
      this.#onLine(line.at(-1) === 0x0d ? line.subarray(0, -1) : line);
      rest = rest.subarray(end + 1);
    }
    // A line without an end comes in pieces, so that it cannot fill our memory.
    while (rest.length > maxLineBytes) {
      const end = characterEnd(rest, maxLineBytes);
      this.#onLine(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
    this.#pending = Buffer.from(rest);
  }
}

/** The nearest place up to `end` that parts no character of UTF-8, which has four bytes at most. */
function characterEnd(bytes: Buffer, end: number): number {
  for (let at = end; at > end - 4; at -= 1) if ((bytes[at]! & 0xc0) !== 0x80) return at;
  return end;
}
