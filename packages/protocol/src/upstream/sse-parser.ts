import { AppError } from '@plugboard/contracts';

import { decodeEventField } from './sse-field.ts';

/** One event of a stream, its data byte for byte as it was sent. */
export interface SseEvent {
  /** `message` unless the stream named another. */
  readonly type: string;
  readonly data: Buffer;
  /** The last id that the stream gave, with this event or an earlier one. */
  readonly id: string | undefined;
}

export interface SseParserOptions {
  readonly maxEventBytes: number;
  readonly onEvent: (event: SseEvent) => void;
  /** Hears of a new reconnection time in milliseconds. */
  readonly onRetry?: (retryMs: number) => void;
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const colon = 0x3a;

/**
 * Reads `text/event-stream` (WHATWG HTML, section 9.2) without decoding its data. Lines end in LF,
 * CR or CRLF. Data of one line within one chunk is a view on that chunk. Throws
 * `AppError('payload_too_large')` when an event outgrows its limit, holding no more than that.
 */
export class SseParser {
  readonly #options: SseParserOptions;
  #parts: Buffer[] = [];
  #partsSize = 0;
  #data: Buffer[] = [];
  #dataSize = 0;
  #type = '';
  #id: string | undefined;
  #isFirstLine = true;
  #endedInReturn = false;

  constructor(options: SseParserOptions) {
    this.#options = options;
  }

  get lastEventId(): string | undefined {
    return this.#id;
  }

  push(chunk: Buffer): void {
    let at = 0;
    if (this.#endedInReturn && chunk.length > 0) {
      this.#endedInReturn = false;
      if (chunk[0] === lineFeed) at = 1;
    }
    let feed = nextOf(chunk, lineFeed, at);
    let carriage = nextOf(chunk, carriageReturn, at);
    for (;;) {
      const end = Math.min(feed, carriage);
      this.#checkSize(Math.min(end, chunk.length) - at);
      if (end === Infinity) {
        if (at < chunk.length) this.#keep(chunk.subarray(at));
        return;
      }
      this.#takeLine(this.#partsSize === 0 ? chunk.subarray(at, end) : this.#join(chunk, at, end));
      at = end + 1;
      if (end === carriage) {
        if (at === chunk.length) this.#endedInReturn = true;
        else if (chunk[at] === lineFeed) at += 1;
        carriage = nextOf(chunk, carriageReturn, at);
      }
      if (feed < at) feed = nextOf(chunk, lineFeed, at);
    }
  }

  #checkSize(more: number): void {
    const { maxEventBytes } = this.#options;
    // 16 bytes for the field's name, so that the limit is one on the data.
    if (this.#dataSize + this.#partsSize + more <= maxEventBytes + 16) return;
    this.#parts = [];
    this.#data = [];
    throw new AppError(
      'payload_too_large',
      `the server sent a message of more than ${maxEventBytes} bytes`,
    );
  }

  #keep(part: Buffer): void {
    this.#parts.push(part);
    this.#partsSize += part.length;
  }

  #join(chunk: Buffer, start: number, end: number): Buffer {
    this.#keep(chunk.subarray(start, end));
    const line = Buffer.concat(this.#parts, this.#partsSize);
    this.#parts = [];
    this.#partsSize = 0;
    return line;
  }

  #takeLine(line: Buffer): void {
    if (this.#isFirstLine) {
      this.#isFirstLine = false;
      if (line[0] === 0xef && line[1] === 0xbb && line[2] === 0xbf) {
        this.#takeLine(line.subarray(3));
        return;
      }
    }
    if (line.length === 0) this.#dispatch();
    else if (line[0] !== colon) this.#takeField(line);
  }

  #takeField(line: Buffer): void {
    const { name, value } = decodeEventField(line);
    switch (name) {
      case 'data':
        this.#data.push(value);
        this.#dataSize += value.length + 1;
        break;
      case 'event':
        this.#type = value.toString();
        break;
      case 'id':
        if (!value.includes(0)) this.#id = value.toString();
        break;
      case 'retry':
        if (/^\d{1,9}$/.test(value.toString('latin1'))) this.#options.onRetry?.(Number(value));
        break;
      case undefined:
        break;
    }
  }

  #dispatch(): void {
    const lines = this.#data;
    const type = this.#type === '' ? 'message' : this.#type;
    this.#data = [];
    this.#dataSize = 0;
    this.#type = '';
    if (lines.length === 0) return;
    const data = lines.length === 1 ? lines[0]! : joinLines(lines);
    this.#options.onEvent({ type, data, id: this.#id });
  }
}

function nextOf(chunk: Buffer, byte: number, from: number): number {
  const found = chunk.indexOf(byte, from);
  return found < 0 ? Infinity : found;
}

function joinLines(lines: readonly Buffer[]): Buffer {
  const separator = Buffer.from('\n');
  return Buffer.concat(lines.flatMap((line, index) => (index === 0 ? [line] : [separator, line])));
}
