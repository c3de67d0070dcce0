import { type Envelope, textOf } from '../envelope/envelope.ts';
import { findProgressToken } from '../envelope/params.ts';
import { findMember } from '../json/find-member.ts';
import { JsonSyntaxError } from '../json/json-syntax-error.ts';
import type { Range } from '../json/range.ts';
import { splice } from '../json/splice.ts';

/**
 * Raw params with the caller's progress token replaced by our id, and that token as JSON text: two
 * callers may have chosen the same, and one server hears both. Throws `JsonSyntaxError`.
 */
export function withOwnProgressToken(
  params: Buffer | undefined,
  id: number,
): { readonly params: Buffer | undefined; readonly token: Buffer | undefined } {
  const range = params && findProgressToken(params);
  if (params === undefined || range === undefined) return { params, token: undefined };
  return {
    params: splice(params, [{ range, replacement: String(id) }]),
    token: textOf(params, range),
  };
}

/** Where a progress notification names the request it belongs to; undefined where it does not. */
export function progressTokenOf({ bytes, params }: Envelope): Range | undefined {
  if (params === undefined) return undefined;
  try {
    return findMember(bytes, params, 'progressToken');
  } catch (error) {
    if (error instanceof JsonSyntaxError) return undefined;
    throw error;
  }
}
