import { textOf } from '../envelope/envelope.ts';
import { findMember } from '../json/find-member.ts';
import { insertionOf, removalOf } from '../json/members.ts';
import { scanObject } from '../json/scan.ts';
import { splice } from '../json/splice.ts';
import { readString } from '../json/string.ts';

/** What a client brings when it makes a request again that asked it for input. */
export interface BroughtInput {
  /** Raw results by the key of what was asked. */
  readonly responses: ReadonlyMap<string, Buffer>;
  readonly requestState: string | undefined;
}

const inputKeys: ReadonlySet<string> = new Set(['inputResponses', 'requestState']);

/**
 * What raw `params` that went through `parseParams` bring as input; undefined when that is nothing.
 * Members that are not of the right kind count as absent.
 */
export function readInput(params: Buffer): BroughtInput | undefined {
  const whole = { start: 0, end: params.length };
  const given = findMember(params, whole, 'inputResponses');
  const state = findMember(params, whole, 'requestState');
  const requestState = state && readString(params, state);
  if (given === undefined && requestState === undefined) return undefined;
  const responses = new Map<string, Buffer>();
  if (given && params[given.start] === 0x7b) {
    for (const { key, value } of scanObject(params, given.start, given.end)) {
      responses.set(key, Buffer.from(textOf(params, value)));
    }
  }
  return { responses, requestState };
}

/** Raw `params` without `inputResponses` and `requestState`: the request as it was first made. */
export function withoutInput(params: Buffer): Buffer {
  const edits = removalOf(params, { start: 0, end: params.length }, inputKeys);
  return edits.length === 0 ? params : splice(params, edits);
}

/**
 * Raw `params` with that input in place of any they had. `inputResponses` is raw JSON text of an
 * object, `requestState` the plain text.
 */
export function withInput(
  params: Buffer | undefined,
  inputResponses: Buffer | undefined,
  requestState: string | undefined,
): Buffer {
  const bare = params ? withoutInput(params) : Buffer.from('{}');
  const members: Buffer[] = [];
  if (inputResponses) members.push(Buffer.from('"inputResponses":'), inputResponses);
  if (requestState !== undefined) {
    const comma = members.length > 0 ? ',' : '';
    members.push(Buffer.from(`${comma}"requestState":${JSON.stringify(requestState)}`));
  }
  if (members.length === 0) return bare;
  return splice(bare, [insertionOf(bare, { start: 0, end: bare.length }, Buffer.concat(members))]);
}

/** Raw `inputResponses` of raw results under their keys. */
export function buildInputResponses(responses: Iterable<readonly [string, Buffer]>): Buffer {
  const parts: Buffer[] = [];
  for (const [key, result] of responses) {
    parts.push(Buffer.from(`${parts.length > 0 ? ',' : '{'}${JSON.stringify(key)}:`), result);
  }
  if (parts.length === 0) parts.push(Buffer.from('{'));
  parts.push(Buffer.from('}'));
  return Buffer.concat(parts);
}
