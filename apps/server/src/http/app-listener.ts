import { getRequestListener } from '@hono/node-server';

import { createHttpApp, type HttpAppOptions } from './app.ts';
import type { RawHandler } from './server.ts';

/** The application as node:http calls it. */
export function createAppListener(options: HttpAppOptions): RawHandler {
  const app = createHttpApp(options);
  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  return (request, response) => void listener(request, response);
}
