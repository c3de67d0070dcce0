import { type Envelope, lastMember, spliceEnvelope } from '@plugboard/protocol';

/**
 * The message as it belongs to a request with that progress token, which is another than the one that
 * the server was given. Undefined for progress that the request did not ask for.
 */
export function withProgressToken(
  message: Envelope,
  progressToken: Buffer | undefined,
): Envelope | undefined {
  if (message.method !== 'notifications/progress' || !message.params) return message;
  if (!progressToken) return undefined;
  const range = lastMember(message.bytes, message.params, 'progressToken');
  if (!range) return message;
  if (message.bytes.subarray(range.start, range.end).equals(progressToken)) return message;
  return spliceEnvelope(message, [{ range, replacement: progressToken }]);
}
