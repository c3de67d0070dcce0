import type { Readable, Writable } from 'node:stream';

import { Connection } from './connection.ts';
import { shakeHands } from './handshake.ts';
import { StdioCarrier } from './stdio-carrier.ts';
import type { Upstream, UpstreamOptions } from './upstream.ts';

export interface StdioOptions extends UpstreamOptions {
  /** The server's input. */
  readonly stdin: Writable;
  /** The server's output, in bytes: no encoding may be set on it. */
  readonly stdout: Readable;
  /** How much may wait for a server that does not read, in bytes. Default 64 MiB. */
  readonly maxQueuedBytes?: number;
}

/**
 * Connects to a server by its standard streams (spec, transports, stdio): one message per line, in
 * the modern era where the server speaks it.
 * Does the handshake; rejects with `AppError` when that fails. Closing the connection ends the
 * server's input and goes on discarding its output; ending the process is for whoever started it.
 */
export function connectStdio(options: StdioOptions): Promise<Upstream> {
  const connection = new Connection(options, (receiver) => new StdioCarrier(options, receiver));
  return shakeHands(connection, options);
}
