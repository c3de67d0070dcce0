import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

import { AppError } from '@plugboard/contracts';

import type { HostGuard } from './host-guard.ts';
import { isOpenToPages } from './oauth-paths.ts';
import { isRegistryPath } from './registry-path.ts';

/** A raw request: the call path of agents, which no framework touches. */
export type RawHandler = (request: IncomingMessage, response: ServerResponse) => void;

interface EdgeOptions {
  readonly guard: HostGuard;
  /** Serves the paths of MCP. */
  readonly mcp: RawHandler;
  /** Serves all else. */
  readonly app: RawHandler;
}

/** A bound server that may yet be given what it serves: until then it answers 503. */
export interface BoundServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  serve(options: EdgeOptions): void;
  /**
   * Stops accepting and calls `endStreams`, waits for requests under way up to `drainMs`, then ends
   * their connections. Disposing does so without waiting.
   */
  close(drainMs: number, endStreams: () => void): Promise<void>;
}

const startingUp: RawHandler = (request, response) => {
  refuse(request, response, 503, 'unavailable', 'Plugboard is starting. Try again in a moment.');
};

/** Takes the port first, so that a taken one is known before anything is started. */
export async function bindServer(host: string, port: number): Promise<BoundServer> {
  let handle = startingUp;
  const server = createServer({ requestTimeout: 60_000, headersTimeout: 20_000 });
  server.on('request', (request, response) => handle(request, response));
  await listen(server, host, port);
  const address = server.address();
  if (typeof address !== 'object' || address === null)
    throw new Error('a TCP server has an address');
  return {
    host: address.address,
    port: address.port,
    serve(options) {
      handle = (request, response) => dispatch(options, request, response);
    },
    close: (drainMs, endStreams) => close(server, drainMs, endStreams),
    [Symbol.asyncDispose]: () => close(server, 0, () => undefined),
  };
}

function dispatch(
  { guard, mcp, app }: EdgeOptions,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { host, origin } = request.headers;
  const target = request.url ?? '/';
  const isOpen = isRegistryPath(target) || isOpenToPages(target);
  const reason = guard(host, isOpen ? undefined : origin);
  if (reason !== undefined) refuse(request, response, 403, 'forbidden', reason);
  else if (isMcpPath(target)) mcp(request, response);
  else app(request, response);
}

function isMcpPath(target: string): boolean {
  return /^\/(?:mcp|sse|messages)(?:[/?]|$)/.test(target);
}

function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  code: string,
  message: string,
): void {
  const body = JSON.stringify({ code, message, requestId: crypto.randomUUID() });
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-content-type-options': 'nosniff',
    // What it was about to send is not wanted.
    connection: 'close',
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function listen(server: Server, host: string, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', (error) => reject(cannotListen(error, host, port)));
  server.listen({ host, port }, resolve);
  return promise;
}

function cannotListen(error: Error, host: string, port: number): AppError {
  const code = 'code' in error ? error.code : undefined;
  const where = `${host}:${port}`;
  if (code === 'EADDRINUSE') {
    return new AppError(
      'conflict',
      `${where} is taken by another program. Choose another with --port.`,
      { cause: error },
    );
  }
  if (code === 'EACCES') {
    return new AppError(
      'forbidden',
      `This user may not listen on ${where}. Choose a port of 1024 or more with --port.`,
      { cause: error },
    );
  }
  return new AppError(
    'invalid_input',
    `Cannot listen on ${where} (${String(code)}). Choose an address of this machine with --host.`,
    { cause: error },
  );
}

async function close(server: Server, drainMs: number, endStreams: () => void): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  endStreams();
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), drainMs);
  try {
    await closed;
  } finally {
    clearTimeout(timer);
  }
}
