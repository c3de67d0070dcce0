import type { Server } from 'node:http';

/**
 * Listens on a free loopback port and prints it as one line. The process ends with its standard
 * input, and so with the program that started it.
 */
export function serveLoopback(server: Server): void {
  server.keepAliveTimeout = 600_000;
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (address && typeof address === 'object') console.log(address.port);
  });
  process.stdin.resume().on('end', () => process.exit());
}
