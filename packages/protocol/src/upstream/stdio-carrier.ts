import type { Readable, Writable } from 'node:stream';

import { AppError } from '@plugboard/contracts';

import type { Carrier, Outgoing, Receiver } from './carrier.ts';
import type { StdioOptions } from './connect-stdio.ts';
import { LineSplitter } from './line-splitter.ts';

/** How long the output may still bring answers after the input broke. */
const lastWordsMs = 200;

const newline = Buffer.from('\n');

export class StdioCarrier implements Carrier {
  readonly mirrors = false;
  readonly #stdin: Writable;
  readonly #stdout: Readable;
  readonly #receiver: Receiver;
  readonly #maxQueuedBytes: number;
  readonly #lines: LineSplitter;
  #outbox: Buffer[] = [];
  #outboxBytes = 0;
  #inputBroke: AppError | undefined;

  constructor(options: StdioOptions, receiver: Receiver) {
    this.#stdin = options.stdin;
    this.#stdout = options.stdout;
    this.#receiver = receiver;
    this.#maxQueuedBytes = options.maxQueuedBytes ?? 64 * 1024 * 1024;
    this.#lines = new LineSplitter(options.maxMessageBytes ?? 32 * 1024 * 1024, (line) => {
      if (line.length === 0) receiver.blank();
      else receiver.receive(line);
    });
    this.#stdin.on('error', this.#onInputBroke).on('close', this.#onInputBroke);
    this.#stdout
      .on('data', this.#onData)
      .on('end', this.#onOutputEnded)
      .on('close', this.#onOutputEnded)
      .on('error', this.#onOutputEnded);
  }

  send({ message }: Outgoing): void {
    if (this.#inputBroke !== undefined) throw this.#inputBroke;
    if (this.#stdin.writableLength + this.#outboxBytes > this.#maxQueuedBytes) {
      throw new AppError('unavailable', 'the server does not read what it is sent; try again', {
        retryAfterMs: 1000,
      });
    }
    if (this.#outbox.length === 0) process.nextTick(this.#post);
    this.#outbox.push(onOneLine(message), newline);
    this.#outboxBytes += message.length + newline.length;
  }

  abandon(): boolean {
    return false;
  }

  pause(): void {
    this.#stdout.pause();
  }

  resume(): void {
    this.#stdout.resume();
  }

  async close(reason: Error | undefined): Promise<void> {
    this.#stdout
      .off('data', this.#onData)
      .off('end', this.#onOutputEnded)
      .off('close', this.#onOutputEnded);
    if (reason !== undefined) {
      this.#stdin.destroy();
      this.#stdout.destroy();
      return;
    }
    this.#post();
    this.#stdin.end();
    // It must be able to write its last words without blocking.
    this.#stdout.resume();
  }

  /** Everything sent within one turn of the event loop is one write: messages are small. */
  readonly #post = (): void => {
    if (this.#outbox.length === 0 || this.#inputBroke !== undefined) return;
    const bytes = Buffer.concat(this.#outbox, this.#outboxBytes);
    this.#outbox = [];
    this.#outboxBytes = 0;
    this.#stdin.write(bytes);
  };

  readonly #onData = (chunk: Buffer): void => {
    try {
      this.#lines.push(chunk);
    } catch (error) {
      this.#receiver.fail(
        error instanceof Error ? error : new Error('reading failed', { cause: error }),
      );
    }
  };

  readonly #onOutputEnded = (): void => {
    this.#receiver.fail(new AppError('upstream_failed', 'the server closed its output'));
  };

  readonly #onInputBroke = (): void => {
    if (this.#inputBroke !== undefined) return;
    const reason = new AppError('upstream_failed', 'the server closed its input');
    this.#inputBroke = reason;
    // It may have answered before it closed, and those answers may still be on their way.
    setTimeout(() => this.#receiver.fail(reason), lastWordsMs).unref();
  };
}

/**
 * A line break would end the message, so that its rest could pose as another one. In JSON it is
 * white space, and a space serves as well.
 */
function onOneLine(message: Buffer): Buffer {
  if (!message.includes(0x0a) && !message.includes(0x0d)) return message;
  const line = Buffer.from(message);
  for (let at = 0; at < line.length; at += 1) {
    if (line[at] === 0x0a || line[at] === 0x0d) line[at] = 0x20;
  }
  return line;
}
