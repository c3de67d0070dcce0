import type { LogLine } from '@plugboard/contracts/api';

import { visibleText } from '../../../ui/Untrusted.tsx';

export const logLevels = ['error', 'warn', 'info', 'debug'] as const;

export type LogLevel = (typeof logLevels)[number];

/** A line as it is shown. */
export interface ShownLine {
  /** Grows from line to line. */
  readonly number: number;
  readonly at: string;
  readonly source: LogLine['source'];
  readonly text: string;
  /** By the line's own words; absent where it says none. */
  readonly level: LogLevel | undefined;
}

/** More are forgotten, oldest first: a server that says much must not fill the browser's memory. */
export const maxLines = 10_000;
const maxTextLength = 8000;

/** Puts lines after those that are there, at most `maxLines` in all. */
export function withLines(
  before: readonly ShownLine[],
  lines: readonly LogLine[],
): readonly ShownLine[] {
  const first = (before.at(-1)?.number ?? 0) + 1;
  const shown = lines.map((line, index) => toShown(line, first + index));
  const all = before.concat(shown);
  return all.length > maxLines ? all.slice(all.length - maxLines) : all;
}

function toShown({ at, source, text }: LogLine, number: number): ShownLine {
  const clipped =
    text.length > maxTextLength
      ? `${text.slice(0, maxTextLength)}… (${text.length - maxTextLength} characters more)`
      : text;
  return { number, at, source, text: visibleText(withoutColors(clipped)), level: levelOf(text) };
}

/** Codes for the colors of a terminal (ECMA-48, SGR) mean nothing here. */
function withoutColors(text: string): string {
  // oxlint-disable-next-line no-control-regex -- such codes begin with a control character
  return text.replace(/\u001b\[[\d;]*m/g, '');
}

const words: readonly (readonly [LogLevel, RegExp])[] = [
  ['error', /\b(?:error|err|fatal|critical|panic|exception|failed|traceback)\b/i],
  ['warn', /\b(?:warn|warning|deprecated)\b/i],
  ['debug', /\b(?:debug|trace|verbose)\b/i],
  ['info', /\b(?:info|notice)\b/i],
];

/** The level that a line says, at its beginning: nobody prescribes servers how to write. */
export function levelOf(text: string): LogLevel | undefined {
  const beginning = text.slice(0, 120);
  // pino and its like: {"level":50,…}.
  const level = /"level"\s*:\s*"?(\d+|[a-z]+)/i.exec(beginning)?.[1];
  if (level !== undefined && /^\d+$/.test(level)) {
    const number = Number(level);
    if (number >= 50) return 'error';
    if (number >= 40) return 'warn';
    return number >= 30 ? 'info' : 'debug';
  }
  return words.find(([, pattern]) => pattern.test(level ?? beginning))?.[0];
}

export interface LogFilter {
  readonly q: string;
  /** This level and worse ones; all lines when absent. */
  readonly level: LogLevel | undefined;
  readonly source: LogLine['source'] | undefined;
  /** ISO 8601; lines from then on. */
  readonly since: string | undefined;
}

/** Lines that a filter lets through. A line that says no level counts as `info`. */
export function filterLines(
  lines: readonly ShownLine[],
  { q, level, source, since }: LogFilter,
): readonly ShownLine[] {
  const text = q.toLowerCase();
  const worst = level === undefined ? logLevels.length : logLevels.indexOf(level);
  return lines.filter(
    (line) =>
      (text === '' || line.text.toLowerCase().includes(text)) &&
      (level === undefined || logLevels.indexOf(line.level ?? 'info') <= worst) &&
      (source === undefined || line.source === source) &&
      (since === undefined || line.at >= since),
  );
}

/** Lines as a file. */
export function toLogFile(lines: readonly ShownLine[]): string {
  return lines.map(({ at, source, text }) => `${at} ${source} ${text}\n`).join('');
}
