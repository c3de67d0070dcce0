import type { LogLine } from './log-line.ts';
import type { RateLimit } from './rate-limit.ts';
import type { RotatingFile } from './rotating-file.ts';

export interface InstanceLogOptions {
  readonly file: RotatingFile;
  readonly limit: RateLimit;
  /** Lines that wait for the disk beyond this many bytes are dropped. */
  readonly maxPendingBytes: number;
  readonly now: () => number;
  /** Told once in a row of failures that the file cannot be written. */
  readonly onError: (error: unknown) => void;
}

const maxLineCharacters = 16_384;

/**
 * The log of one instance, shared by its copies. Writing never waits and never fails: what is too
 * much for the limit or the disk is dropped, and the log says how many lines were.
 */
export class InstanceLog implements AsyncDisposable {
  readonly #options: InstanceLogOptions;
  readonly #followers = new Set<(line: LogLine) => void>();
  #pending: LogLine[] = [];
  #pendingBytes = 0;
  #dropped = 0;
  #dropNotice: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;
  #betweenWrites: (() => void)[] = [];
  #failing = false;

  constructor(options: InstanceLogOptions) {
    this.#options = options;
  }

  write(stream: LogLine['stream'], text: string): void {
    const cut = cutLine(text);
    const bytes = Buffer.byteLength(cut);
    const full = this.#pendingBytes + bytes > this.#options.maxPendingBytes;
    if (stream === 'stderr' && (full || !this.#options.limit.take(bytes))) {
      this.#drop();
      return;
    }
    this.#tellDropped();
    this.#push(stream, cut, bytes);
  }

  /**
   * Runs `take` between two writes: all lines until then are in the files, and the follower hears
   * each later one once it is written. Returns how to stop following.
   */
  async follow(take: () => void, follower: (line: LogLine) => void): Promise<() => void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#betweenWrites.push(() => {
      try {
        take();
        this.#followers.add(follower);
        resolve();
      } catch (error) {
        reject(error);
      }
    });
    this.#startWriting();
    await promise;
    return () => void this.#followers.delete(follower);
  }

  /** Settles when all that was written so far is in the file. */
  async flush(): Promise<void> {
    this.#tellDropped();
    while (this.#writing) await this.#writing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.flush();
    await this.#options.file[Symbol.asyncDispose]();
  }

  #push(stream: LogLine['stream'], text: string, bytes: number): void {
    const time = new Date(this.#options.now()).toISOString();
    this.#pending.push({ time, stream, text });
    this.#pendingBytes += bytes;
    this.#startWriting();
  }

  #drop(): void {
    this.#dropped += 1;
    this.#dropNotice ??= setTimeout(() => this.#tellDropped(), 1_000).unref();
  }

  #tellDropped(): void {
    if (this.#dropped === 0) return;
    clearTimeout(this.#dropNotice);
    this.#dropNotice = undefined;
    const text = `${this.#dropped} lines dropped: the server writes faster than its log may grow.`;
    this.#dropped = 0;
    this.#push('plugboard', text, text.length);
  }

  #startWriting(): void {
    this.#writing ??= this.#writeAll().finally(() => (this.#writing = undefined));
  }

  async #writeAll(): Promise<void> {
    // The lines of one turn of the event loop go out in one write.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#pending.length > 0 || this.#betweenWrites.length > 0) {
      const lines = this.#pending;
      this.#pending = [];
      if (lines.length > 0) await this.#writeLines(lines);
      const actions = this.#betweenWrites;
      this.#betweenWrites = [];
      for (const action of actions) action();
    }
  }

  async #writeLines(lines: readonly LogLine[]): Promise<void> {
    const { file, onError } = this.#options;
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    try {
      await file.append(Buffer.from(text));
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) onError(error);
      this.#failing = true;
    }
    for (const line of lines) {
      this.#pendingBytes -= Buffer.byteLength(line.text);
      for (const follower of this.#followers) follower(line);
    }
  }
}

function cutLine(text: string): string {
  if (text.length <= maxLineCharacters) return text;
  return `${text.slice(0, maxLineCharacters)}… (${text.length - maxLineCharacters} more characters)`;
}
