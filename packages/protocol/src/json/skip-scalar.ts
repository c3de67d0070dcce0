import { JsonSyntaxError } from './json-syntax-error.ts';

const minus = 0x2d;
const plus = 0x2b;
const dot = 0x2e;
const zero = 0x30;

const literals = new Map([
  [0x74, Buffer.from('true')],
  [0x66, Buffer.from('false')],
  [0x6e, Buffer.from('null')],
]);

/** Returns the offset behind the number, `true`, `false` or `null` at `start`. */
export function skipScalar(bytes: Buffer, start: number, end: number): number {
  if (start >= end) throw new JsonSyntaxError('the text ends where a value should be', start);
  const first = bytes[start]!;
  if (first === minus || isDigit(first)) return skipNumber(bytes, start, end);
  const literal = literals.get(first);
  if (literal === undefined) throw new JsonSyntaxError('expected a JSON value', start);
  for (let i = 1; i < literal.length; i += 1) {
    if (start + i >= end || bytes[start + i] !== literal[i]) {
      throw new JsonSyntaxError(`expected "${literal.toString()}"`, start);
    }
  }
  return start + literal.length;
}

function skipNumber(bytes: Buffer, start: number, end: number): number {
  let at = bytes[start] === minus ? start + 1 : start;
  if (at < end && bytes[at] === zero) at += 1;
  else at = skipDigits(bytes, at, end);
  if (at < end && bytes[at] === dot) at = skipDigits(bytes, at + 1, end);
  if (at < end && (bytes[at]! | 0x20) === 0x65) {
    at += 1;
    if (at < end && (bytes[at] === plus || bytes[at] === minus)) at += 1;
    at = skipDigits(bytes, at, end);
  }
  return at;
}

function skipDigits(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && isDigit(bytes[at]!)) at += 1;
  if (at === start) throw new JsonSyntaxError('expected a digit', at);
  return at;
}

function isDigit(byte: number): boolean {
  return byte >= zero && byte <= 0x39;
}
