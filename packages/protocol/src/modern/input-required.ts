import { AppError } from '@plugboard/contracts';

import { textOf } from '../envelope/envelope.ts';
import { findMember } from '../json/find-member.ts';
import { JsonSyntaxError } from '../json/json-syntax-error.ts';
import { insertionOf, removalOf } from '../json/members.ts';
import { parseUnambiguous } from '../json/parse.ts';
import type { Range } from '../json/range.ts';
import { scanObject } from '../json/scan.ts';
import { splice } from '../json/splice.ts';
import { readString } from '../json/string.ts';

/** One thing that a server asks of a client: `elicitation/create`, `sampling/createMessage`, `roots/list`. */
export interface InputRequest {
  /** What its answer will be found under. */
  readonly key: string;
  readonly method: string;
  /** Raw JSON text of an object. */
  readonly params: Buffer | undefined;
}

/** A result that asks for input (MCP 2026-07-28, multi round-trip requests). */
export interface InputRequired {
  readonly requests: readonly InputRequest[];
  /** What the server wants back with the answers, decoded. */
  readonly requestState: string | undefined;
}

/** More questions in one result than any client would be willing to answer. */
const maxRequests = 64;

/**
 * Reads a raw `input_required` result. What it says must have one meaning, since it decides what a
 * client is asked: rejects with `upstream_failed` where it has not, is ill-formed or asks nothing.
 */
export function readInputRequired(result: Buffer): InputRequired {
  try {
    const whole = { start: 0, end: result.length };
    parseUnambiguous(result, whole);
    const requests = findMember(result, whole, 'inputRequests');
    const state = findMember(result, whole, 'requestState');
    const requestState = state && readString(result, state);
    if (state && requestState === undefined) throw illFormed('its requestState is no string');
    const read = requests === undefined ? [] : readRequests(result, requests);
    if (read.length === 0 && requestState === undefined) throw illFormed('it asks nothing');
    return { requests: read, requestState };
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw illFormed(error.message);
  }
}

function readRequests(bytes: Buffer, range: Range): InputRequest[] {
  const members = scanObject(bytes, range.start, range.end);
  if (members.length > maxRequests) throw illFormed(`it asks more than ${maxRequests} things`);
  return members.map(({ key, value }) => {
    const method = findMember(bytes, value, 'method');
    const name = method && readString(bytes, method);
    const params = findMember(bytes, value, 'params');
    if (name === undefined) throw illFormed('an input request has no method');
    if (params && bytes[params.start] !== 0x7b) throw illFormed('"params" must be an object');
    return { key, method: name, params: params && Buffer.from(textOf(bytes, params)) };
  });
}

function illFormed(why: string): AppError {
  return new AppError(
    'upstream_failed',
    `The server asked for input in a way nobody reads: ${why}.`,
  );
}

/** A result that asks a modern client for input, as raw JSON text. */
export function buildInputRequired(
  requests: readonly InputRequest[],
  requestState: string | undefined,
): Buffer {
  const parts: (Buffer | string)[] = ['{"resultType":"input_required"'];
  if (requests.length > 0) {
    parts.push(',"inputRequests":{');
    for (const [index, { key, method, params }] of requests.entries()) {
      parts.push(
        `${index > 0 ? ',' : ''}${JSON.stringify(key)}:{"method":${JSON.stringify(method)}`,
      );
      if (params) parts.push(',"params":', params);
      parts.push('}');
    }
    parts.push('}');
  }
  if (requestState !== undefined) parts.push(`,"requestState":${JSON.stringify(requestState)}`);
  parts.push('}');
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
}

const stateKey: ReadonlySet<string> = new Set(['requestState']);

/** A raw result with that `requestState` in place of its own, every other byte as it was. */
export function withRequestState(result: Buffer, requestState: string): Buffer {
  const json = JSON.stringify(requestState);
  const whole = { start: 0, end: result.length };
  const existing = findMember(result, whole, 'requestState');
  if (existing) return splice(result, [{ range: existing, replacement: json }]);
  const bare = splice(result, removalOf(result, whole, stateKey));
  const all = { start: 0, end: bare.length };
  return splice(bare, [insertionOf(bare, all, `"requestState":${json}`)]);
}
