import { Connection } from './connection.ts';
import { shakeHands } from './handshake.ts';
import { acceptedLegacy } from './initialize.ts';
import type { HttpOptions } from './http-endpoint.ts';
import { SseCarrier } from './sse-carrier.ts';
import type { Upstream, UpstreamOptions } from './upstream.ts';

export interface SseOptions extends UpstreamOptions, HttpOptions {}

/**
 * Connects to a server by the transport of 2024-11-05: one event stream brings everything, and
 * messages go by POST to the address that its first event names, which must be of the same origin.
 * The connection ends with its stream. Does the handshake; rejects with `AppError` when that fails.
 */
export function connectSse(options: SseOptions): Promise<Upstream> {
  const connection = new Connection(options, (receiver) => new SseCarrier(options, receiver));
  // No modern version knows this transport.
  return shakeHands(connection, { ...options, protocolVersions: acceptedLegacy(options) });
}
