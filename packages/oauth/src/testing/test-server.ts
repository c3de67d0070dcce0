import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Seen {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly form: URLSearchParams;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON unless it is a text. */
  readonly body?: unknown;
}

export type Route = (seen: Seen, response: ServerResponse) => Answer | undefined | Promise<Answer>;

/** A real server on loopback whose answers a test writes. A route that gives nothing has answered itself. */
export interface TestServer extends AsyncDisposable {
  readonly origin: string;
  readonly seen: readonly Seen[];
  on(path: string, route: Route | Answer): void;
  /** Paths asked for, in order. */
  paths(): readonly string[];
}

export async function startTestServer(): Promise<TestServer> {
  const routes = new Map<string, Route | Answer>();
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      const { method = '', url: path = '/', headers } = request;
      const one = { method, path, headers, body, form: new URLSearchParams(body) };
      seen.push(one);
      const route = routes.get(path.split('?')[0] ?? '');
      const answer =
        typeof route === 'function' ? await route(one, response) : (route ?? { status: 404 });
      if (answer === undefined) return;
      const isText = typeof answer.body === 'string';
      response.writeHead(answer.status ?? 200, {
        'content-type': isText ? 'text/plain' : 'application/json',
        ...answer.headers,
      });
      response.end(isText ? answer.body : JSON.stringify(answer.body ?? {}));
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TCP server that listens has one
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    seen,
    on: (path, route) => void routes.set(path, route),
    paths: () => seen.map(({ path }) => path),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
