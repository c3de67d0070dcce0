import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { AppError } from '@plugboard/contracts';

import type { Log } from '../log.ts';
import { Arrivals } from './arrivals.ts';
import { InstanceLog } from './instance-log.ts';
import type { LogLine } from './log-line.ts';
import { createRateLimit } from './rate-limit.ts';
import { matcher, openFiles, readFiles, type LogQuery, type OpenedFile } from './read-logs.ts';
import { createRotatingFile, rotatedPath } from './rotating-file.ts';

export interface LogsOptions {
  /** Logs lie in its folder `logs`, one file per instance. */
  readonly dataDir: string;
  readonly log: Log;
  readonly clock?: () => number;
  readonly limits?: Partial<LogLimits>;
}

export interface LogLimits {
  readonly maxFileBytes: number;
  /** Files per instance, the current one included. */
  readonly files: number;
  readonly linesPerSecond: number;
  readonly bytesPerSecond: number;
  readonly maxPendingBytes: number;
}

/** What servers write to stderr, kept in files of bounded size. */
export interface Logs extends AsyncDisposable {
  /** Appends one line, already redacted. Never waits and never throws for a bad disk. */
  write(instanceId: string, stream: LogLine['stream'], text: string): void;
  /**
   * Lines oldest first. With `follow` it ends when the signal aborts, without an error. A reader
   * that lags far behind misses lines, and is told so by a line of the stream `plugboard`.
   */
  read(query: LogQuery): AsyncIterable<LogLine>;
  /** Deletes all of an instance's lines. */
  remove(instanceId: string): Promise<void>;
}

const defaultLimits: LogLimits = {
  maxFileBytes: 2 * 1024 * 1024,
  files: 5,
  linesPerSecond: 500,
  bytesPerSecond: 256 * 1024,
  maxPendingBytes: 1024 * 1024,
};
const burstSeconds = 10;
const maxFollowerLines = 10_000;

/** Makes the folder when it is missing. */
export async function createLogs(options: LogsOptions): Promise<Logs> {
  const { log, clock = Date.now } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const directory = join(options.dataDir, 'logs');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const open = new Map<string, InstanceLog>();

  function pathOf(instanceId: string): string {
    if (/^[A-Za-z0-9_-]{1,64}$/.test(instanceId)) return join(directory, `${instanceId}.log`);
    throw new AppError('invalid_input', 'An instance id is 1 to 64 letters, digits, - or _.');
  }

  function instanceLog(instanceId: string): InstanceLog {
    const known = open.get(instanceId);
    if (known) return known;
    const path = pathOf(instanceId);
    const made = new InstanceLog({
      file: createRotatingFile({ path, maxBytes: limits.maxFileBytes, files: limits.files }),
      limit: createRateLimit({ ...limits, burstSeconds }, clock),
      maxPendingBytes: limits.maxPendingBytes,
      now: clock,
      onError: (error) => log.warn({ instanceId, err: error }, 'a server log cannot be written'),
    });
    open.set(instanceId, made);
    return made;
  }

  return {
    write: (instanceId, stream, text) => instanceLog(instanceId).write(stream, text),

    async *read(query) {
      const path = pathOf(query.instanceId);
      const matches = matcher(query);
      const arrivals = new Arrivals(maxFollowerLines, clock);
      let files: readonly OpenedFile[] = [];
      const stop = await instanceLog(query.instanceId).follow(
        () => (files = openFiles(path, limits.files)),
        (line) => {
          if (matches(line)) arrivals.push(line);
        },
      );
      try {
        if (!query.follow) stop();
        yield* readFiles(files, query);
        if (query.follow) yield* arrivals.read(query.signal);
      } finally {
        stop();
      }
    },

    async remove(instanceId) {
      const path = pathOf(instanceId);
      await open.get(instanceId)?.[Symbol.asyncDispose]();
      open.delete(instanceId);
      for (let number = 0; number < limits.files; number++) {
        await rm(rotatedPath(path, number), { force: true });
      }
    },

    async [Symbol.asyncDispose]() {
      await Promise.all([...open.values()].map((each) => each[Symbol.asyncDispose]()));
      open.clear();
    },
  };
}
