import { IncomingMessage, type ServerResponse } from 'node:http';

import { agentScope, baseUrlFor, resourceOfMetadata, resourceUrl } from '@plugboard/gateway';

import type { AppServices } from '../../app/services.ts';
import { isOpenToPages } from '../../http/oauth-paths.ts';
import type { RawHandler } from '../../http/server.ts';
import { addressBehind } from '../people/limits/client-address.ts';
import { takeRegistration } from './clients/registration-limit.ts';
import { normalizeRequest } from './normalize-request.ts';

type Services = Pick<
  AppServices,
  'authorizationServer' | 'clock' | 'db' | 'log' | 'people' | 'server'
>;

const longestBody = 56 * 1024;

/**
 * Answers the paths of `isAuthorizationServerPath`: metadata of endpoints itself, all else by the
 * provider. What clients send is put right where they commonly are not: see `normalizeRequest`.
 */
export function createAuthorizationListener(services: Services): RawHandler {
  const { server, log, authorizationServer } = services;
  const { base } = server.urls;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = request.url ?? '/';
    if (isOpenToPages(target)) {
      allowAnyPage(response);
      if (request.method === 'OPTIONS') {
        response.writeHead(204).end();
        return;
      }
    }
    if (target.startsWith('/.well-known/oauth-protected-resource')) {
      answerMetadata(base, request, response);
      return;
    }
    if (request.method === 'POST' && target.startsWith('/oauth/register')) {
      const address = addressBehind(
        request.socket.remoteAddress,
        request.headers['x-forwarded-for'],
        server.trustedProxies,
      );
      const wait = await takeRegistration(services, address);
      if (wait > 0) {
        const { refusals } = authorizationServer;
        await refusals.report({ reason: 'registration_rate_limited' });
        const description = 'Too many clients were registered from there. Try again later.';
        response.setHeader('retry-after', String(wait));
        sendJson(response, 429, {
          error: 'temporarily_unavailable',
          error_description: description,
        });
        return;
      }
    }
    const body = request.method === 'POST' ? await readBody(request) : undefined;
    if (request.method === 'POST' && body === undefined) {
      sendJson(response, 413, {
        error: 'invalid_request',
        error_description: `A request has ${longestBody} bytes at most.`,
      });
      return;
    }
    const provider = await authorizationServer.provider();
    await provider.callback()(asBaseUrl(request, body, base), response);
  }

  return (request, response) => {
    answer(request, response).catch((error: unknown) => {
      log.error({ err: error }, 'the authorization server failed');
      if (!response.headersSent) sendJson(response, 500, { error: 'server_error' });
      else response.destroy();
    });
  };
}

/** RFC 9728 section 2. The same whether there is such an endpoint or not. */
function answerMetadata(base: string, request: IncomingMessage, response: ServerResponse): void {
  const path = resourceOfMetadata(request.url ?? '');
  if (path === undefined || (request.method !== 'GET' && request.method !== 'HEAD')) {
    sendJson(response, path === undefined ? 404 : 405, {
      error: 'not_found',
      error_description:
        'No MCP endpoint has metadata here: they are /mcp, /mcp/{toolbox} and below.',
    });
    return;
  }
  sendJson(response, 200, {
    resource: resourceUrl(baseUrlFor(base, request.headers.host), path),
    authorization_servers: [base],
    scopes_supported: [agentScope],
    bearer_methods_supported: ['header'],
    resource_name: 'Plugboard',
  });
}

function allowAnyPage(response: ServerResponse): void {
  response.setHeader('access-control-allow-origin', '*');
  response.setHeader('access-control-allow-methods', 'GET, POST, OPTIONS');
  response.setHeader(
    'access-control-allow-headers',
    'authorization, content-type, mcp-protocol-version',
  );
  response.setHeader('access-control-expose-headers', 'www-authenticate');
  response.setHeader('access-control-max-age', '3600');
}

/**
 * The request as if it had come to the base URL, so that URLs in answers are below it whatever the
 * request says of its host, and without the origin, which has been dealt with.
 */
function asBaseUrl(
  request: IncomingMessage,
  body: Buffer | undefined,
  base: string,
): IncomingMessage {
  const { host, protocol, pathname } = new URL(base);
  const headers: Record<string, string | string[] | undefined> = { ...request.headers };
  for (const name of Object.keys(headers)) {
    if (name.startsWith('x-forwarded-') || name === 'origin') delete headers[name];
  }
  headers['host'] = host;
  headers['x-forwarded-proto'] = protocol.slice(0, -1);
  const normal = normalizeRequest(request.url ?? '/', headers, body);
  const copy = new IncomingMessage(request.socket);
  copy.method = request.method ?? 'GET';
  copy.url = normal.url;
  copy.httpVersion = request.httpVersion;
  if (normal.body) normal.headers['content-length'] = String(normal.body.length);
  delete normal.headers['transfer-encoding'];
  Object.assign(copy.headers, normal.headers);
  const prefix = pathname.replace(/\/$/, '');
  if (prefix !== '') Object.assign(copy, { originalUrl: prefix + normal.url });
  if (normal.body) copy.push(normal.body);
  copy.push(null);
  copy.complete = true;
  return copy;
}

async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    const bytes: Buffer = chunk;
    length += bytes.length;
    if (length > longestBody) return undefined;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(JSON.stringify(body));
}
