import { JsonSyntaxError } from '../json/json-syntax-error.ts';
import { skipWhitespace } from '../json/skip-value.ts';
import type { Envelope } from './envelope.ts';
import { type ScannedResult, scanResult } from './scan-result.ts';

const idFirst = Buffer.from('{"jsonrpc":"2.0","id":');
const thenResult = Buffer.from(',"result":');
const resultFirst = Buffer.from('{"result":');
const thenId = Buffer.from(',"jsonrpc":"2.0","id":');

/**
 * Reads a result in one of the two layouts that SDKs write, with an integer id:
 * `{"jsonrpc":"2.0","id":7,"result":…}` and `{"result":…,"jsonrpc":"2.0","id":7}`. Answers undefined
 * for anything else, which the general reader then judges.
 *
 * Sound because nothing is guessed: each byte outside the result is compared with the layout, the
 * result is skipped by the same scanner that the general reader uses, and behind the layout only
 * whitespace may follow. So there is no room for a second `id` or `result`, and both readers give
 * the same answer wherever this one gives any.
 */
export function readPlainAnswer(bytes: Buffer): Envelope | undefined {
  try {
    return readIdFirst(bytes) ?? readResultFirst(bytes);
  } catch (error) {
    if (error instanceof JsonSyntaxError) return undefined;
    throw error;
  }
}

function readIdFirst(bytes: Buffer): Envelope | undefined {
  if (!matches(bytes, 0, idFirst)) return undefined;
  const start = idFirst.length;
  const end = digitsEnd(bytes, start);
  if (end === undefined || !matches(bytes, end, thenResult)) return undefined;
  const value = end + thenResult.length;
  const scanned = scanResult(bytes, value, bytes.length);
  return closesAt(bytes, scanned.end) ? answer(bytes, start, end, value, scanned) : undefined;
}

function readResultFirst(bytes: Buffer): Envelope | undefined {
  if (!matches(bytes, 0, resultFirst)) return undefined;
  const value = resultFirst.length;
  const scanned = scanResult(bytes, value, bytes.length);
  if (!matches(bytes, scanned.end, thenId)) return undefined;
  const start = scanned.end + thenId.length;
  const end = digitsEnd(bytes, start);
  if (end === undefined || !closesAt(bytes, end)) return undefined;
  return answer(bytes, start, end, value, scanned);
}

function matches(bytes: Buffer, at: number, literal: Buffer): boolean {
  if (at + literal.length > bytes.length) return false;
  for (let i = 0; i < literal.length; i += 1) {
    if (bytes[at + i] !== literal[i]) return false;
  }
  return true;
}

/** Where the digits at `start` end, or undefined where JSON would not have them as a number. */
function digitsEnd(bytes: Buffer, start: number): number | undefined {
  let at = start;
  while (at < bytes.length && bytes[at]! >= 0x30 && bytes[at]! <= 0x39) {
    at += 1;
  }
  if (at === start || (bytes[start] === 0x30 && at > start + 1)) return undefined;
  return at;
}

function closesAt(bytes: Buffer, at: number): boolean {
  if (at >= bytes.length || bytes[at] !== 0x7d) return false;
  return skipWhitespace(bytes, at + 1, bytes.length) === bytes.length;
}

function answer(
  bytes: Buffer,
  idStart: number,
  idEnd: number,
  start: number,
  { end, isError }: ScannedResult,
): Envelope {
  return {
    kind: 'result',
    bytes,
    id: { start: idStart, end: idEnd },
    method: undefined,
    params: undefined,
    result: { start, end },
    error: undefined,
    isError,
  };
}
