import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { RegistryEntry } from './entries.ts';

/** How a request is answered wrongly. */
export type Fault =
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: string }
  /** Half of the page comes, then the connection is gone. */
  | { readonly kind: 'drop' }
  /** No answer until the registry ends. */
  | { readonly kind: 'hang' }
  | { readonly kind: 'same-cursor' }
  | { readonly kind: 'text'; readonly type: string; readonly text: string }
  /** A body of so many bytes, without an end in sight. */
  | { readonly kind: 'huge'; readonly bytes: number }
  | { readonly kind: 'redirect'; readonly to: string };

/** A small MCP registry (API v0.1) of entries that a test gives it. */
export interface McpRegistry extends AsyncDisposable {
  readonly url: string;
  /** Puts entries in, in place of those with the same name and version. */
  put(...entries: readonly RegistryEntry[]): void;
  /** Takes one out as no registry should: without a tombstone. */
  drop(name: string, version: string): void;
  /** Path and query of every request, and the Authorization that came with it. */
  readonly requests: readonly {
    readonly path: string;
    readonly authorization: string | undefined;
  }[];
  /** Answers with a fault where this gives one; `count` is the number of the request, from 1. */
  fault: ((count: number, url: URL) => Fault | undefined) | undefined;
  /** Milliseconds before each answer. */
  delayMs: number;
  /** What is asked for and is not a list of servers: a path with its answer. */
  readonly files: Map<string, { readonly type: string; readonly text: string }>;
}

export async function startMcpRegistry(
  entries: readonly RegistryEntry[] = [],
): Promise<McpRegistry> {
  const known = new Map(entries.map((entry) => [keyOf(entry), entry]));
  let sorted: readonly RegistryEntry[] | undefined;
  const requests: { path: string; authorization: string | undefined }[] = [];
  const files: McpRegistry['files'] = new Map();

  const server = createServer((request, response) => {
    void answer(request, response).catch(() => response.destroy());
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://registry');
    requests.push({
      path: url.pathname + url.search,
      authorization: request.headers.authorization,
    });
    const fault = registry.fault?.(requests.length, url);
    if (registry.delayMs > 0) await new Promise((done) => setTimeout(done, registry.delayMs));
    const file = files.get(url.pathname);
    if (fault) sendFault(response, fault, () => page(url));
    else if (file) response.writeHead(200, { 'content-type': file.type }).end(file.text);
    else if (url.pathname === '/v0.1/servers') sendJson(request, response, page(url));
    else response.writeHead(404, { 'content-type': 'application/json' }).end('{}');
  }

  function page(url: URL): string {
    sorted ??= [...known.values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    const since = url.searchParams.get('updated_since');
    const withDeleted = url.searchParams.get('include_deleted') === 'true' || since !== null;
    const cursor = url.searchParams.get('cursor');
    const limit = Math.min(100, Number(url.searchParams.get('limit') ?? 30));
    let at = cursor === null ? 0 : firstAfter(sorted, cursor);
    const some: RegistryEntry[] = [];
    for (; at < sorted.length && some.length < limit; at += 1) {
      const entry = sorted[at]!;
      const meta = entry._meta['io.modelcontextprotocol.registry/official'];
      if (since !== null && Date.parse(meta.updatedAt) < Date.parse(since)) continue;
      if (meta.status === 'deleted' && !withDeleted) continue;
      some.push(entry);
    }
    const last = some.at(-1);
    const nextCursor = at < sorted.length && last ? keyOf(last) : undefined;
    return JSON.stringify({
      servers: some,
      metadata: { count: some.length, ...(nextCursor !== undefined && { nextCursor }) },
    });
  }

  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port
  const { port } = server.address() as AddressInfo;
  const registry: McpRegistry = {
    url: `http://127.0.0.1:${port}`,
    requests,
    files,
    fault: undefined,
    delayMs: 0,
    put(...more) {
      for (const entry of more) known.set(keyOf(entry), entry);
      sorted = undefined;
    },
    drop(name, version) {
      known.delete(`${name}:${version}`);
      sorted = undefined;
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
    },
  };
  return registry;
}

function keyOf({ server }: RegistryEntry): string {
  return `${String(server.name)}:${String(server.version)}`;
}

function firstAfter(entries: readonly RegistryEntry[], cursor: string): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (keyOf(entries[middle]!) <= cursor) low = middle + 1;
    else high = middle;
  }
  return low;
}

function sendJson(request: IncomingMessage, response: ServerResponse, text: string): void {
  const etag = `"${createHash('sha256').update(text).digest('base64url')}"`;
  if (request.headers['if-none-match'] === etag) response.writeHead(304).end();
  else response.writeHead(200, { 'content-type': 'application/json', etag }).end(text);
}

function sendFault(response: ServerResponse, fault: Fault, page: () => string): void {
  switch (fault.kind) {
    case 'status':
      response
        .writeHead(fault.status, {
          ...(fault.retryAfter !== undefined && { 'retry-after': fault.retryAfter }),
        })
        .end();
      return;
    case 'drop': {
      const text = page();
      response.writeHead(200, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(text),
      });
      response.write(text.slice(0, text.length / 2), () => response.destroy());
      return;
    }
    case 'hang':
      return;
    case 'same-cursor': {
      const { servers } = JSON.parse(page());
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ servers, metadata: { nextCursor: 'again' } }));
      return;
    }
    case 'text':
      response.writeHead(200, { 'content-type': fault.type }).end(fault.text);
      return;
    case 'huge': {
      response.writeHead(200, { 'content-type': 'application/json' });
      const chunk = Buffer.alloc(1024 * 1024, ' ');
      let left = fault.bytes;
      const more = (): void => {
        while (left > 0 && !response.destroyed) {
          left -= chunk.length;
          if (!response.write(chunk)) {
            response.once('drain', more);
            return;
          }
        }
        response.end();
      };
      more();
      return;
    }
    case 'redirect':
      response.writeHead(302, { location: fault.to }).end();
  }
}
