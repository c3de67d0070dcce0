import { findMember, findPath, looksLike } from '../json/find-member.ts';
import { JsonSyntaxError } from '../json/json-syntax-error.ts';
import { parseUnambiguous } from '../json/parse.ts';
import type { Range } from '../json/range.ts';
import { isRecord } from '../json/record.ts';
import { splice } from '../json/splice.ts';
import { readString } from '../json/string.ts';
import { metaKeys } from '../modern/request-meta.ts';
import { EnvelopeError } from './envelope-error.ts';
import { type Envelope, textOf } from './envelope.ts';

/** The raw text of `params`, a view on the message; undefined when it has none. */
export function paramsText(envelope: Envelope): Buffer | undefined {
  return envelope.params && textOf(envelope.bytes, envelope.params);
}

/**
 * Parses a message's `params`, which is thereby known to be valid JSON in valid UTF-8, without a key
 * twice in one object and without look-alikes (`Name`) of those that decide, so that what was judged
 * is what its receiver will understand. A message from an agent goes through here before its params are forwarded. Throws `EnvelopeError`.
 */
export function parseParams(envelope: Envelope): Readonly<Record<string, unknown>> {
  if (envelope.params === undefined) return {};
  try {
    const params = parseUnambiguous(envelope.bytes, envelope.params);
    if (isRecord(params)) {
      refuseLookAlikes(params);
      return params;
    }
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw new EnvelopeError('syntax', `"params" cannot be read: ${error.message}`, {
      cause: error,
    });
  }
  throw new EnvelopeError('invalid', '"params" must be an object');
}

/** What access, the record and the way back of progress depend on, and where in `params` it stands. */
const decisive = [
  {
    holder: undefined,
    keys: ['name', 'uri', 'ref', 'arguments', '_meta', 'taskId', 'inputResponses', 'requestState'],
  },
  { holder: 'ref', keys: ['type', 'name', 'uri'] },
  { holder: '_meta', keys: ['progressToken', ...Object.values(metaKeys)] },
] as const;

function refuseLookAlikes(params: Readonly<Record<string, unknown>>): void {
  for (const { holder, keys } of decisive) {
    const object = holder === undefined ? params : params[holder];
    if (!isRecord(object)) continue;
    for (const candidate of Object.keys(object)) {
      const meant = keys.find((key) => looksLike(candidate, key));
      if (meant === undefined) continue;
      throw new EnvelopeError('invalid', `"${meant}" in "params" must be spelled exactly so`);
    }
  }
}

/**
 * The decoded string at a top-level key of raw `params`, such as a tool's `name`; undefined when it
 * is absent or no string. Throws `JsonSyntaxError` where it is ambiguous.
 */
export function stringParam(params: Buffer, key: string): string | undefined {
  const range = findMember(params, { start: 0, end: params.length }, key);
  return range && readString(params, range);
}

/**
 * Replaces the value at a path of keys in raw `params`, such as `['name']` or
 * `['_meta', 'progressToken']`; all other bytes stay. `json` is the new value as JSON text. Answers
 * undefined when the path is not there; throws `JsonSyntaxError` where it is ambiguous.
 */
export function withMember(
  params: Buffer,
  path: readonly string[],
  json: string | Buffer,
): Buffer | undefined {
  const range = findPath(params, { start: 0, end: params.length }, path);
  return range && splice(params, [{ range, replacement: json }]);
}

/** The raw text of `params._meta.progressToken`, where there is one. */
export function findProgressToken(params: Buffer): Range | undefined {
  if (!mayHold(params, 'progressToken')) return undefined;
  return findPath(params, { start: 0, end: params.length }, ['_meta', 'progressToken']);
}

/** Whether a tool's result says `isError: true`; false for every other message. */
export function resultIsError(envelope: Envelope): boolean {
  return envelope.isError;
}

/** False only when `key` is surely no key in `text`: a letter can be written as itself or as \u….  */
function mayHold(text: Buffer, key: string): boolean {
  return text.includes(key) || text.includes('\\u');
}
