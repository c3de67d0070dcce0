import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  // oxlint-disable-next-line typescript/no-explicit-any -- what services are sent is theirs to check
  readonly body: any;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A service on loopback. One that answers `undefined` keeps the caller waiting. */
export interface Service extends AsyncDisposable {
  readonly url: string;
}

export async function serve(answer: (asked: Asked) => Answer | undefined): Promise<Service> {
  const server = createServer((request, response) => {
    void (async () => {
      const sent = await text(request);
      const { method = '', url = '', headers } = request;
      const found = answer({
        method,
        path: url,
        headers,
        body: sent === '' ? {} : JSON.parse(sent),
      });
      if (!found) return;
      const isText = typeof found.body === 'string';
      response.writeHead(found.status, {
        'content-type': isText ? 'text/plain' : 'application/json',
        ...found.headers,
      });
      response.end(isText ? found.body : JSON.stringify(found.body));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TCP server that listens has one
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
