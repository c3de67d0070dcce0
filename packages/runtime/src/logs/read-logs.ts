import { createReadStream, fstatSync, openSync } from 'node:fs';
import { createInterface } from 'node:readline';

import type { LogLine } from './log-line.ts';
import { rotatedPath } from './rotating-file.ts';

export interface LogQuery {
  readonly instanceId: string;
  /** Only the last so many of the lines that match. */
  readonly tail?: number;
  /** Only lines at or after this time, epoch milliseconds. */
  readonly since?: number;
  /** Only lines that contain this text, in any case. */
  readonly grep?: string;
  /** Goes on with lines to come until the signal aborts. */
  readonly follow?: boolean;
  readonly signal?: AbortSignal;
}

export function matcher(query: LogQuery): (line: LogLine) => boolean {
  const since = query.since === undefined ? '' : new Date(query.since).toISOString();
  const grep = query.grep?.toLowerCase() ?? '';
  return ({ time, text }) => time >= since && (grep === '' || text.toLowerCase().includes(grep));
}

/** A file as long as it was when opened. */
export interface OpenedFile {
  readonly fd: number;
  readonly size: number;
}

/**
 * Opens an instance's files, oldest first. In one go, so that no line is written and no file moved
 * between them.
 */
export function openFiles(path: string, files: number): OpenedFile[] {
  const opened: OpenedFile[] = [];
  for (let number = files - 1; number >= 0; number--) {
    try {
      const fd = openSync(rotatedPath(path, number), 'r');
      opened.push({ fd, size: fstatSync(fd).size });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
  }
  return opened;
}

/**
 * The lines that match, or the last `tail` of them; closes the files. What is not a line of ours,
 * as after a crash, is passed over.
 */
export async function* readFiles(
  files: readonly OpenedFile[],
  query: LogQuery,
): AsyncIterable<LogLine> {
  const matches = matcher(query);
  const last: LogLine[] = [];
  for await (const line of allLines(files, query.signal)) {
    if (!matches(line)) continue;
    if (query.tail === undefined) {
      yield line;
      continue;
    }
    last.push(line);
    if (last.length > 2 * query.tail) last.splice(0, last.length - query.tail);
  }
  if (query.tail) yield* last.slice(-query.tail);
}

async function* allLines(
  files: readonly OpenedFile[],
  signal: AbortSignal | undefined,
): AsyncIterable<LogLine> {
  // Each stream owns its descriptor from here on, so that an early return closes all.
  const streams = files.map(({ fd, size }) =>
    createReadStream('', { fd, start: 0, end: Math.max(0, size - 1) }),
  );
  try {
    for (const stream of streams) {
      for await (const text of createInterface({ input: stream, crlfDelay: Infinity })) {
        if (signal?.aborted) return;
        const line = parseLine(text);
        if (line) yield line;
      }
    }
  } finally {
    for (const stream of streams) stream.destroy();
  }
}

function parseLine(text: string): LogLine | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isLogLine(value) ? value : undefined;
}

function isLogLine(value: unknown): value is LogLine {
  return (
    typeof value === 'object' &&
    value !== null &&
    'time' in value &&
    typeof value.time === 'string' &&
    'stream' in value &&
    (value.stream === 'stderr' || value.stream === 'plugboard') &&
    'text' in value &&
    typeof value.text === 'string'
  );
}
