// The least that a reverse proxy in Node costs: node:http in front, an undici pool behind, headers
// and bodies piped. No token, no decision, no record. Usage: node bare.ts <origin of the upstream>

import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';

import { Pool } from 'undici';

import { serveLoopback } from '../serve-loopback.ts';

const hopByHop = new Set(['host', 'connection', 'keep-alive', 'transfer-encoding']);
const pool = new Pool(process.argv[2] ?? '', { keepAliveTimeout: 600_000 });

const server = createServer((request, response) => {
  const { method = 'GET', url: path = '/' } = request;
  const body = method === 'POST' ? request : null;
  pool
    .stream({ method, path, headers: endToEnd(request.headers), body }, (answer) =>
      response.writeHead(answer.statusCode, endToEnd(answer.headers)),
    )
    .catch((error: unknown) => fail(response, error));
});
serveLoopback(server);

function endToEnd(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const kept: IncomingHttpHeaders = {};
  for (const name in headers) if (!hopByHop.has(name)) kept[name] = headers[name];
  return kept;
}

function fail(response: ServerResponse, error: unknown): void {
  console.error(error);
  if (!response.headersSent) response.writeHead(502);
  response.end();
}
