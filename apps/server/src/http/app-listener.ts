import { getRequestListener } from '@hono/node-server';

import { createHttpApp, type HttpAppOptions } from './app.ts';
import { createLazyApp } from './lazy-app.ts';
import { isAuthorizationServerPath } from './oauth-paths.ts';
import type { RawHandler } from './server.ts';

/** The application as node:http calls it. The authorization server speaks node:http itself. */
export function createAppListener(options: HttpAppOptions): RawHandler {
  const app = createHttpApp(options);
  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  const authorization = createLazyApp(
    async () => {
      const { createAuthorizationListener } =
        await import('../features/authorization-server/listener.ts');
      return createAuthorizationListener(options.services);
    },
    (error) => options.log.error({ err: error }, 'the authorization server could not be loaded'),
  );
  return (request, response) => {
    if (isAuthorizationServerPath(request.url ?? '/')) authorization(request, response);
    else void listener(request, response);
  };
}
