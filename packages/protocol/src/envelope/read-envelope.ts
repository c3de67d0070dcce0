import { JsonSyntaxError } from '../json/json-syntax-error.ts';
import type { Range } from '../json/range.ts';
import { onlyMember } from '../json/find-member.ts';
import { type Member, scanObject } from '../json/scan.ts';
import { skipWhitespace } from '../json/skip-value.ts';
import { readString } from '../json/string.ts';
import { EnvelopeError } from './envelope-error.ts';
import type { Envelope } from './envelope.ts';
import { readPlainAnswer } from './read-plain-answer.ts';
import { scanResult } from './scan-result.ts';

/**
 * Reads one JSON-RPC 2.0 message, strict about the envelope and indifferent to what it carries.
 *
 * The whole text must be well-formed JSON, but for what stands inside strings, which is not looked
 * at: neither UTF-8 nor escapes in `params` and `result` are validated here (see `parseParams`).
 * Members that JSON-RPC does not know are kept. A known member that appears twice, or beside a
 * look-alike such as `ID`, is refused: receivers would disagree on which of them counts.
 *
 * Throws `EnvelopeError`, with a fault of its own for batches, which MCP has not since 2025-06-18.
 */
export function readEnvelope(bytes: Buffer): Envelope {
  const plain = readPlainAnswer(bytes);
  if (plain !== undefined) return plain;
  const first = bytes[skipWhitespace(bytes, 0, bytes.length)];
  if (first === 0x5b) {
    throw new EnvelopeError('batch', 'batches are not supported: send each message by itself');
  }
  try {
    return classify(bytes, scanObject(bytes));
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw new EnvelopeError('syntax', `not a JSON-RPC message: ${error.message}`, { cause: error });
  }
}

function classify(bytes: Buffer, members: readonly Member[]): Envelope {
  const value = (key: string): Range | undefined => uniqueMember(members, key);
  const version = value('jsonrpc');
  if (version === undefined || readString(bytes, version) !== '2.0') {
    throw new EnvelopeError('invalid', '"jsonrpc" must be "2.0"');
  }
  const id = value('id');
  const method = value('method');
  const params = value('params');
  const result = value('result');
  const error = value('error');
  if ([method, result, error].filter((part) => part !== undefined).length !== 1) {
    throw new EnvelopeError('invalid', 'a message has one of "method", "result" and "error"');
  }
  if (method !== undefined) {
    const name = readString(bytes, method);
    if (name === undefined || name === '') {
      throw new EnvelopeError('invalid', '"method" must be a non-empty string');
    }
    if (params !== undefined && bytes[params.start] !== 0x7b) {
      throw new EnvelopeError('invalid', '"params" must be an object');
    }
    if (id !== undefined) checkId(bytes, id);
    const kind = id === undefined ? 'notification' : 'request';
    return { kind, bytes, id, method: name, params, result, error, isError: false };
  }
  if (params !== undefined) throw new EnvelopeError('invalid', 'an answer has no "params"');
  if (error !== undefined && bytes[error.start] !== 0x7b) {
    throw new EnvelopeError('invalid', '"error" must be an object');
  }
  if (id === undefined) throw new EnvelopeError('invalid', 'an answer needs an "id"');
  if (error !== undefined && bytes[id.start] === 0x6e) {
    return answer(bytes, undefined, result, error);
  }
  checkId(bytes, id);
  return answer(bytes, id, result, error);
}

function answer(
  bytes: Buffer,
  id: Range | undefined,
  result: Range | undefined,
  error: Range | undefined,
): Envelope {
  const kind = error === undefined ? 'result' : 'error';
  const isError = result !== undefined && scanResult(bytes, result.start, result.end).isError;
  return { kind, bytes, id, method: undefined, params: undefined, result, error, isError };
}

function uniqueMember(members: readonly Member[], key: string): Range | undefined {
  try {
    return onlyMember(members, key)?.value;
  } catch (cause) {
    if (!(cause instanceof JsonSyntaxError)) throw cause;
    throw new EnvelopeError('invalid', cause.message, { cause });
  }
}

/** MCP: a string or an integer, never null. */
function checkId(bytes: Buffer, id: Range): void {
  if (readString(bytes, id) !== undefined) return;
  let at = bytes[id.start] === 0x2d ? id.start + 1 : id.start;
  while (at < id.end && bytes[at]! >= 0x30 && bytes[at]! <= 0x39) at += 1;
  if (at !== id.end) throw new EnvelopeError('invalid', '"id" must be a string or an integer');
}
