import { Connection } from './connection.ts';
import { shakeHands } from './handshake.ts';
import type { HttpOptions } from './http-endpoint.ts';
import { initialize } from './initialize.ts';
import { StreamableHttpCarrier } from './streamable-http-carrier.ts';
import type { Upstream, UpstreamOptions } from './upstream.ts';

export interface StreamableHttpOptions extends UpstreamOptions, HttpOptions {
  /** Whether to open the GET stream for what belongs to no request. Default true. */
  readonly listen?: boolean;
}

/**
 * Connects to a server by Streamable HTTP (spec 2025-11-25 and 2026-07-28, transports), in the
 * modern era where the server speaks it. Does the handshake; rejects with `AppError` when that fails.
 * A session that a legacy server lost is replaced once per request, out of sight of the callers.
 * Redirects are not followed, and bodies of failures are not repeated.
 */
export function connectStreamableHttp(options: StreamableHttpOptions): Promise<Upstream> {
  const connection: Connection = new Connection(
    options,
    (receiver) =>
      new StreamableHttpCarrier(options, receiver, () => initialize(connection, withoutSignal)),
  );
  // The caller's signal is about connecting, not about handshakes later on.
  const { signal: _, ...withoutSignal } = options;
  return shakeHands(connection, options);
}
