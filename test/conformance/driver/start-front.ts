import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';

export interface Front extends AsyncDisposable {
  readonly url: string;
}

/**
 * Passes everything on to Plugboard as it is, `Host` included, and adds an agent's token: the suite
 * has no option for one.
 */
export async function startFront(plugboardUrl: string, token: string): Promise<Front> {
  const { hostname, port } = new URL(plugboardUrl);
  const server = createServer((incoming, answer) => {
    const { method, url, rawHeaders } = incoming;
    const headers = [...rawHeaders, 'authorization', `Bearer ${token}`];
    const outgoing = httpRequest({ hostname, port, method, path: url, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.rawHeaders);
      answer.flushHeaders();
      // Whoever goes away takes the other with them; there is nobody left to tell.
      pipeline(response, answer, () => undefined);
    });
    outgoing.on('error', () => answer.destroy());
    answer.on('close', () => outgoing.destroy());
    pipeline(incoming, outgoing, () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TCP server that listens has one
  const address = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
