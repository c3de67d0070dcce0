import type { ServerResponse } from 'node:http';

/**
 * Sends a whole JSON answer, given in parts, with its Content-Length, in one write to the socket.
 * Does nothing when the client has left. A request whose body was not read to its end gets
 * `Connection: close`, so that the rest of it is not mistaken for the next request, nor awaited.
 */
export function sendJson(
  response: ServerResponse,
  status: number,
  parts: readonly Buffer[],
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.destroyed) return;
  let length = 0;
  for (const part of parts) length += part.length;
  const head: Record<string, string | number> = {
    'content-type': 'application/json',
    'content-length': length,
    ...headers,
  };
  const { req } = response;
  if (req.method === 'POST' && !req.complete) head['connection'] = 'close';
  response.writeHead(status, head);
  if (parts.length === 1) {
    response.end(parts[0]);
  } else {
    response.cork();
    for (const part of parts) response.write(part);
    response.end();
    response.uncork();
  }
}
