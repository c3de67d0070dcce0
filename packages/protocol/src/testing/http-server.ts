/** A real HTTP server whose answers a test writes by hand. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface HttpMessage {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

export interface Incoming {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The parsed body of a POST. */
  readonly message: HttpMessage;
}

export interface HttpServer extends AsyncDisposable {
  readonly url: string;
  /** `METHOD` of everything received, for POST with the message's method behind it. */
  readonly log: string[];
}

/** Handles what a test cares about; answer false to have the usual done. */
export type Script = (incoming: Incoming) => boolean | void;

/** Starts a server that serves MCP by Streamable HTTP, except for what the script does. */
export async function startHttpServer(script: Script = () => false): Promise<HttpServer> {
  const log: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const message = chunks.length > 0 ? read(Buffer.concat(chunks)) : {};
      log.push(message.method === undefined ? `${request.method}` : `POST ${message.method}`);
      const incoming = { request, response, message };
      if (script(incoming) !== true) behave(incoming);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${addressOf(server.address()).port}/mcp`,
    log,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export const initializeResult = {
  protocolVersion: '2025-06-18',
  capabilities: { tools: {}, resources: {} },
  serverInfo: { name: 'fixture', version: '1' },
};

export const discoverResult = {
  supportedVersions: ['2026-07-28'],
  capabilities: { tools: {}, resources: {} },
  resultType: 'complete',
  ttlMs: 1000,
  cacheScope: 'public',
};

/** Serves the modern era alone. */
export const modernScript: Script = (incoming) => {
  const { request, response, message } = incoming;
  if (request.method !== 'POST') response.writeHead(405).end();
  else if (message.method === 'initialize') refuseJson(incoming, 400, -32602);
  else if (message.method === 'server/discover') answerJson(incoming, discoverResult);
  else answerJson(incoming, { resultType: 'complete', echo: message.params });
  return true;
};

/** Answers with an error as plain JSON. */
export function refuseJson(
  { response, message }: Incoming,
  status: number,
  code: number,
  data?: unknown,
): void {
  const error = { code, message: 'no', data };
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ jsonrpc: '2.0', id: message.id, error }));
}

/** Answers with a result as plain JSON. */
export function answerJson(
  { response, message }: Incoming,
  result: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(200, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify({ jsonrpc: '2.0', id: message.id, result }));
}

/** Begins an event stream and sends what is given. */
export function beginEvents({ response }: Incoming, text: string): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(text);
}

function behave(incoming: Incoming): void {
  const { request, response, message } = incoming;
  if (request.method === 'GET') response.writeHead(405).end();
  else if (request.method === 'DELETE') response.writeHead(204).end();
  else if (message.id === undefined) response.writeHead(202).end();
  else if (message.method === 'server/discover') {
    // What servers of the legacy SDK say to anything before `initialize`.
    const error = { code: -32000, message: 'Bad Request: Server not initialized' };
    response.writeHead(400, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ jsonrpc: '2.0', id: null, error }));
  } else if (message.method === 'initialize') {
    answerJson(incoming, initializeResult, { 'mcp-session-id': 'session-1' });
  } else answerJson(incoming, { echo: message.params ?? null });
}

/** Trusted: only our own code speaks to this server. */
function read(body: Buffer): HttpMessage {
  return JSON.parse(body.toString());
}

function addressOf(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === 'string') throw new Error('not listening on TCP');
  return address;
}
