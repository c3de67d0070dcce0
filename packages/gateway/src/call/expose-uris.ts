import type { Envelope } from '@plugboard/protocol';

/**
 * A server's message as an endpoint that aggregates shows it.
 */
export function exposeUris(method: string, message: Envelope, instanceSlug: string): Envelope {
  void method;
  void instanceSlug;
  return message;
}
