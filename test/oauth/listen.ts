import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';

import type { Tls } from './tls.ts';

/** A loopback server that a test can take away and bring back on the same port. */
export interface Listening extends AsyncDisposable {
  readonly origin: string;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Serves http, or https where there is a certificate, on a port of 127.0.0.1. */
export async function listenOnLoopback(
  handle: RequestListener,
  tls: Pick<Tls, 'cert' | 'key'> | undefined,
): Promise<Listening> {
  let port = 0;
  let server: Server | undefined;
  const listening: Listening = {
    get origin() {
      return `${tls ? 'https' : 'http'}://127.0.0.1:${port}`;
    },
    async start() {
      const made = tls
        ? createSecureServer({ cert: tls.cert, key: tls.key }, handle)
        : createServer(handle);
      await new Promise<void>((resolve, reject) => {
        made.once('error', reject).listen(port, '127.0.0.1', resolve);
      });
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TCP server that listens has one
      port = (made.address() as AddressInfo).port;
      server = made;
    },
    async stop() {
      const ended = server;
      server = undefined;
      if (ended === undefined) return;
      ended.closeAllConnections();
      await new Promise((resolve) => ended.close(resolve));
    },
    [Symbol.asyncDispose]: () => listening.stop(),
  };
  await listening.start();
  return listening;
}
