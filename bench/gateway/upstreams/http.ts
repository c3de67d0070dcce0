// An MCP server over Streamable HTTP that costs little more than node:http itself.
// Usage: node http.ts [--sse] [--modern]   Prints the port it listens on (loopback); ends with its stdin.

import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

import { serveLoopback } from '../serve-loopback.ts';
import { createAnswerer } from './rpc.ts';

const asStream = process.argv.includes('--sse');
const era = process.argv.includes('--modern') ? 'modern' : 'legacy';
const answer = createAnswerer(3, '', era);
const sessions = new Set<string>();

const server = createServer((request, response) => {
  if (request.method === 'POST') return receive(request, response);
  if (request.method === 'DELETE') sessions.delete(sessionOf(request));
  response.writeHead(request.method === 'DELETE' ? 204 : 405).end();
});
serveLoopback(server);

function receive(request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const [only] = chunks;
    const body = chunks.length === 1 && only ? only : Buffer.concat(chunks);
    respond(body.toString(), sessionOf(request), response);
  });
}

function respond(message: string, session: string, response: ServerResponse): void {
  const { body, opensSession } = answer(message);
  if (era === 'legacy' && !opensSession && !sessions.has(session)) {
    response.writeHead(404).end();
  } else if (body === undefined) {
    response.writeHead(202, { 'content-length': 0 }).end();
  } else if (asStream) {
    response.writeHead(200, { 'content-type': 'text/event-stream', ...opened(opensSession) });
    response.write('event: message\ndata: ');
    response.write(body);
    response.end('\n\n');
  } else {
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': body.length,
      ...opened(opensSession),
    });
    response.end(body);
  }
}

function opened(opensSession: boolean): { 'mcp-session-id'?: string } {
  if (!opensSession) return {};
  const id = randomUUID();
  sessions.add(id);
  return { 'mcp-session-id': id };
}

function sessionOf(request: IncomingMessage): string {
  return String(request.headers['mcp-session-id'] ?? '');
}
