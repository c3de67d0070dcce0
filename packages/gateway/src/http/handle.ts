import type { IncomingMessage, ServerResponse } from 'node:http';

import { parseEndpoint, parseSseTarget } from '../endpoint.ts';
import { authenticate, challenge } from './authenticate.ts';
import { endSession } from './end-session.ts';
import {
  describeFailure,
  type Exchange,
  refuse,
  sendRpcError,
  statusOfFailure,
} from './exchange.ts';
import { openListening } from './listen.ts';
import { isModern } from './modern/is-modern.ts';
import { handlePost, type HttpServices } from './post.ts';
import { serveSse } from './sse/serve-sse.ts';

/**
 * Serves one request to `/mcp…`: Streamable HTTP of 2025-03-26 to 2026-07-28. Always answers, never
 * rejects. Host and Origin have been checked by then.
 */
export async function handle(
  services: HttpServices,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const sse = parseSseTarget(request.url ?? '');
    const endpoint = sse?.endpoint ?? parseEndpoint(request.url ?? '');
    if (!endpoint) {
      refuse(
        response,
        404,
        'Not an MCP endpoint: use /mcp, /mcp/{toolbox} or /mcp/{toolbox}/{server}.',
      );
      return;
    }
    const resource = { baseUrl: services.baseUrl, path: `/${sse ? 'sse' : 'mcp'}${endpoint.path}` };
    const identity = await authenticate(request, services.agents, resource);
    if (!identity) {
      const { message, wwwAuthenticate } = challenge(request, resource);
      refuse(response, 401, message, { 'www-authenticate': wwwAuthenticate });
      return;
    }
    const exchange = { request, response, identity, endpoint };
    await (sse ? serveSse(services, exchange, sse.role) : dispatch(services, exchange));
  } catch (error) {
    const shown = describeFailure(error, services.onError);
    sendRpcError(response, statusOfFailure(error), null, shown);
  }
}

function dispatch(services: HttpServices, exchange: Exchange): Promise<void> {
  const { method } = exchange.request;
  if (method === 'POST') return handlePost(services, exchange);
  if (isModern(exchange.request, undefined)) {
    const text = 'This protocol version has only POST: listen by "subscriptions/listen".';
    refuse(exchange.response, 405, text, { allow: 'POST' });
    return Promise.resolve();
  }
  if (method === 'GET') return openListening(services, exchange);
  if (method === 'DELETE') return endSession(services, exchange);
  refuse(exchange.response, 405, 'Use POST, GET or DELETE here.', { allow: 'GET, POST, DELETE' });
  return Promise.resolve();
}
