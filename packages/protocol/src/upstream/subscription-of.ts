import { type Envelope, readInteger } from '../envelope/envelope.ts';
import { findPath } from '../json/find-member.ts';
import { JsonSyntaxError } from '../json/json-syntax-error.ts';
import { subscriptionIdKey } from '../modern/request-meta.ts';

/**
 * Which of our `subscriptions/listen` a notification says it belongs to, which is all there is to go
 * by where everything comes on one stream; undefined where it belongs to none.
 */
export function subscriptionOf({ bytes, params }: Envelope): number | undefined {
  if (params === undefined) return undefined;
  try {
    const id = findPath(bytes, params, ['_meta', subscriptionIdKey]);
    return id && readInteger(bytes, id);
  } catch (error) {
    if (error instanceof JsonSyntaxError) return undefined;
    throw error;
  }
}
