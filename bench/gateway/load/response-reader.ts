/** One HTTP response. `body` is valid only until the next read from the socket. */
export interface RawResponse {
  readonly status: number;
  /** The status line and headers as they came. */
  readonly head: string;
  readonly body: Buffer;
  readonly eventStream: boolean;
}

interface Framing {
  readonly status: number;
  readonly head: string;
  readonly bodyAt: number;
  /** Undefined: chunked. */
  readonly length: number | undefined;
}

const endOfHead = Buffer.from('\r\n\r\n');
const endOfLine = Buffer.from('\r\n');

/**
 * Reads HTTP/1.1 responses off one connection, one at a time (no pipelining), doing no more than
 * finding where each ends. A response that came in one piece is not copied.
 */
export class ResponseReader {
  #held = Buffer.alloc(0);
  #heldLength = 0;
  #framing: Framing | undefined;
  #scanAt = 0;
  #chunks: Buffer[] = [];

  /** Returns the response that `piece` completes, if it does. Throws on what is not HTTP. */
  read(piece: Buffer): RawResponse | undefined {
    const bytes = this.#heldLength === 0 ? piece : this.#hold(piece);
    this.#framing ??= frame(bytes);
    if (!this.#framing) return this.#later(piece);
    const { status, head, bodyAt, length } = this.#framing;
    let body: Buffer;
    if (length === undefined) {
      if (!this.#scanChunks(bytes, bodyAt)) return this.#later(piece);
      body = this.#chunks.length === 1 ? (this.#chunks[0] ?? bytes) : Buffer.concat(this.#chunks);
    } else {
      if (bytes.length < bodyAt + length) return this.#later(piece);
      if (bytes.length > bodyAt + length) throw new Error('bytes after the end of a response');
      body = bytes.subarray(bodyAt, bodyAt + length);
    }
    this.#heldLength = 0;
    this.#framing = undefined;
    this.#scanAt = 0;
    this.#chunks = [];
    return { status, head, body, eventStream: /\r\ncontent-type: *text\/event-stream/i.test(head) };
  }

  #later(piece: Buffer): undefined {
    if (this.#heldLength === 0) this.#hold(piece);
    // Positions found so far may lie in `piece`, whose memory is about to be used again.
    this.#scanAt = 0;
    this.#chunks = [];
  }

  #hold(piece: Buffer): Buffer {
    const length = this.#heldLength + piece.length;
    if (length > this.#held.length) {
      const larger = Buffer.allocUnsafe(Math.max(length * 2, 16_384));
      this.#held.copy(larger, 0, 0, this.#heldLength);
      this.#held = larger;
    }
    piece.copy(this.#held, this.#heldLength);
    this.#heldLength = length;
    return this.#held.subarray(0, length);
  }

  /** Collects the chunks that have come; true once the last one has. */
  #scanChunks(bytes: Buffer, bodyAt: number): boolean {
    let at = this.#scanAt || bodyAt;
    for (;;) {
      const lineEnd = bytes.indexOf(endOfLine, at);
      if (lineEnd < 0) return false;
      const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
      if (Number.isNaN(size)) throw new Error('not a chunk size');
      const start = lineEnd + 2;
      const next = start + size + 2;
      if (next > bytes.length) return false;
      if (size === 0) return true;
      this.#chunks.push(bytes.subarray(start, start + size));
      at = next;
    }
  }
}

function frame(bytes: Buffer): Framing | undefined {
  const headEnd = bytes.indexOf(endOfHead);
  if (headEnd < 0) return undefined;
  const head = bytes.toString('latin1', 0, headEnd);
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]);
  if (Number.isNaN(status)) throw new Error(`not an HTTP/1.1 response: ${head.slice(0, 40)}`);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  const chunked = /\r\ntransfer-encoding: *chunked/i.test(head);
  if (length === undefined && !chunked && status !== 204) {
    throw new Error(`response ${status} without a length`);
  }
  return { status, head, bodyAt: headEnd + 4, length: chunked ? undefined : Number(length ?? 0) };
}
