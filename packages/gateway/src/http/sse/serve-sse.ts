import type { SseTarget } from '../../endpoint.ts';
import { type Exchange, refuse } from '../exchange.ts';
import type { HttpServices } from '../post.ts';
import { openSseStream } from './open-stream.ts';
import { postMessage } from './post-message.ts';

/**
 * Serves one request of HTTP with SSE (MCP 2024-11-05, transports): GET of `/sse…` opens a session with
 * its one stream, POST to `/messages…` sends on it.
 */
export async function serveSse(
  services: HttpServices,
  exchange: Exchange,
  role: SseTarget['role'],
): Promise<void> {
  const { request, response } = exchange;
  if (role === 'sse') {
    if (request.method === 'GET') await openSseStream(services, exchange);
    else
      refuse(response, 405, 'GET opens a stream here; it names where to POST.', { allow: 'GET' });
  } else if (request.method === 'POST') {
    await postMessage(services, exchange);
  } else {
    refuse(response, 405, 'Messages are sent here by POST.', { allow: 'POST' });
  }
}
