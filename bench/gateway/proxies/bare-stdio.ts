// The least that serving a stdio server over HTTP costs: the body of each POST goes to the child as
// a line, the child's line back as the answer. It reads no more of a message than its id, rewrites
// nothing, and so works only for clients whose ids never collide: a floor, not a gateway.
// Usage: node bare-stdio.ts <script> [arguments]

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';

import { createLineReader, idAtEnd } from '../load/lines.ts';
import { serveLoopback } from '../serve-loopback.ts';

interface Message {
  id?: number;
  method?: string;
}

const child = spawn(process.execPath, process.argv.slice(2), {
  stdio: ['pipe', 'pipe', 'inherit'],
});
child.on('exit', () => process.exit(1));
const waiting = new Map<number, ServerResponse>();

child.stdout.on(
  'data',
  createLineReader((line) => {
    const id = idAtEnd(line);
    const response = waiting.get(id);
    waiting.delete(id);
    response?.writeHead(200, { 'content-type': 'application/json', 'content-length': line.length });
    // The reader's bytes are only valid now, and a response may be sent later.
    response?.end(Buffer.from(line));
  }),
);

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks);
    const { id, method }: Message = JSON.parse(body.toString() || '{}');
    if (id === undefined) response.writeHead(202, { 'content-length': 0 }).end();
    else waiting.set(id, response);
    if (method === 'initialize') response.setHeader('mcp-session-id', randomUUID());
    if (method) child.stdin.write(Buffer.concat([body, newline]));
  });
});
const newline = Buffer.from('\n');
serveLoopback(server);
