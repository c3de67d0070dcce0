import type { HttpBindings } from '@hono/node-server';
import { apiPrefix, errorKinds, type ErrorCode } from '@plugboard/contracts';
import type { ApiErrorBody } from '@plugboard/contracts/api';
import { type Context, Hono } from 'hono';
import type { Logger } from 'pino';

import type { AppServices } from '../app/services.ts';
import type { createInteractionApp } from '../features/authorization-server/interaction/interaction-app.ts';
import { authenticateRequest, headersOfPicture } from '../features/members/authenticate.ts';
import { createAuthApp } from '../features/people/auth-app.ts';
import type { createScimApp } from '../features/people/scim/scim-app.ts';
import { scimPath } from '../features/people/scim/scim-url.ts';
import { createPeopleApp } from '../features/people/people-app.ts';
import type { createSsoApp } from '../features/people/sso/sso-app.ts';
import { allowAnyPage, createRegistryApp } from '../features/registry/registry-app.ts';
import { presentApiError, toApiError } from './api/api-error.ts';
import type { ApiHandler } from './api/api-handler.ts';
import { createStylesApp } from '../pages/styles-app.ts';
import { answerAppFrame, appFramePath } from './console/app-frame.ts';
import { createConsole } from './console/console-app.ts';
import { registryPrefix } from './registry-path.ts';
import { securityHeaders } from './security-headers.ts';

export interface HttpAppOptions {
  readonly services: AppServices;
  readonly log: Logger;
  /** Aborts when the server stops: streams end. */
  readonly stopping: AbortSignal;
}

interface Env {
  Variables: { requestId: string };
}

/** Everything but the call path of agents. */
export function createHttpApp({ services, log, stopping }: HttpAppOptions): Hono<Env> {
  const { urls, version } = services.server;
  const headers = Object.entries(securityHeaders(urls.base.startsWith('https:')));
  const app = new Hono<Env>();
  // Both are heavy and not needed to be ready.
  let apiHandler: Promise<ApiHandler> | undefined;
  let document: Promise<object> | undefined;
  let connectApp:
    | Promise<{ fetch: (request: Request) => Response | Promise<Response> }>
    | undefined;
  let scimApp: Promise<ReturnType<typeof createScimApp>> | undefined;
  let interactions: Promise<ReturnType<typeof createInteractionApp>> | undefined;

  let ssoApp: Promise<ReturnType<typeof createSsoApp>> | undefined;

  app.use(async (c, next) => {
    const requestId = crypto.randomUUID();
    c.set('requestId', requestId);
    await next();
    c.header('x-request-id', requestId);
    // Pages say themselves what they may load and where their forms go.
    for (const [name, value] of headers) if (!c.res.headers.has(name)) c.header(name, value);
  });

  app.get('/healthz', (c) => c.json({ status: 'ok' }));

  app.get('/readyz', async (c) => {
    const parts = await services.readiness();
    const ready = !stopping.aborted && parts.every((part) => part.ready);
    return c.json({ ready, parts }, ready ? 200 : 503);
  });

  app.get(`${apiPrefix}/openapi.json`, async (c) => {
    document ??= import('./api/openapi-document.ts').then((module) =>
      module.openapiDocument(urls.api, version),
    );
    return c.json(await document);
  });

  app.post(`${apiPrefix}/bundles`, async (c) => {
    const actor = await authenticateRequest(services, c.req.raw.headers);
    const { uploadBundle } = await import('../features/bundles/upload-route.ts');
    const signal = AbortSignal.any([c.req.raw.signal, stopping]);
    return uploadBundle(services, actor, c.req.raw, signal);
  });

  app.get(`${apiPrefix}/catalog/icon`, async (c) => {
    const actor = await authenticateRequest(services, headersOfPicture(c.req.raw));
    const { answerIcon } = await import('../features/catalog/icons/icon-route.ts');
    return answerIcon(services, actor, c.req.raw);
  });

  app.all(`${apiPrefix}/*`, async (c) => {
    const actor = await authenticateRequest(services, c.req.raw.headers);
    apiHandler ??= import('./api/api-handler.ts').then((module) => module.createApiHandler());
    const signal = AbortSignal.any([c.req.raw.signal, stopping]);
    const response = await (
      await apiHandler
    )(c.req.raw, {
      context: {
        actor,
        services,
        // A stream that is open is no use of the session that it was opened with.
        authenticate: () => authenticateRequest(services, c.req.raw.headers, { touch: false }),
        signal,
      },
      requestId: c.get('requestId'),
      log,
    });
    return response ?? c.notFound();
  });

  app.use(`${registryPrefix}/*`, async (c, next) => {
    await next();
    allowAnyPage(c);
  });
  app.route(registryPrefix, createRegistryApp(services));

  for (const path of ['/connect/*', '/client-metadata.json']) {
    app.all(path, async (c) => {
      connectApp ??= import('../features/connections/pages/connect-app.ts').then((module) =>
        module.createConnectApp(services, stopping),
      );
      return (await connectApp).fetch(c.req.raw);
    });
  }

  app.all('/sso/*', async (c) => {
    ssoApp ??= import('../features/people/sso/sso-app.ts').then((module) =>
      module.createSsoApp(services),
    );
    return (await ssoApp).fetch(c.req.raw, bindingsOf(c));
  });

  app.all(`${scimPath}/*`, async (c) => {
    scimApp ??= import('../features/people/scim/scim-app.ts').then((module) =>
      module.createScimApp(services, log),
    );
    return (await scimApp).fetch(c.req.raw, bindingsOf(c));
  });

  app.get(appFramePath, answerAppFrame);

  app.route('/', createStylesApp());
  app.route('/', createAuthApp(services));
  app.route('/', createPeopleApp(services));

  app.all('/oauth/interaction/*', async (c) => {
    interactions ??= import('../features/authorization-server/interaction/interaction-app.ts').then(
      (module) => module.createInteractionApp(services),
    );
    return (await interactions).fetch(c.req.raw, bindingsOf(c));
  });

  const serveConsole = createConsole(services.server.consoleDir);
  app.notFound(async (c) => {
    const response = await serveConsole(c);
    if (response) return response;
    const path = c.req.path.slice(0, 200);
    const message = `There is no ${c.req.method} ${path} here. ${urls.openapi} describes the API; agents connect to ${urls.mcp}.`;
    return failure(c, 'not_found', message);
  });

  app.onError((error, c) => {
    const apiError = toApiError(error, c.get('requestId'), log);
    if (apiError.code === 'unauthenticated') c.header('www-authenticate', 'Bearer');
    return answer(c, apiError.status, presentApiError(apiError));
  });

  return app;
}

/** The request and response of node:http, which the adapter that serves this application gives it. */
function bindingsOf(c: Context<Env>): HttpBindings {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Hono knows not by whom it is served
  return c.env as HttpBindings;
}

function failure(c: Context<Env>, code: ErrorCode, message: string): Response {
  const body: ApiErrorBody = { code, message, requestId: c.get('requestId') };
  return answer(c, errorKinds[code].status, body);
}

/** As `c.json`, whose type knows not all of our statuses. */
function answer(c: Context<Env>, status: number, body: ApiErrorBody): Response {
  const response = c.body(JSON.stringify(body), {
    headers: { 'content-type': 'application/json' },
  });
  return new Response(response.body, { status, headers: response.headers });
}
