import { AppError } from '@plugboard/contracts';
import { type Context, Hono } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Logger } from 'pino';

import type { AppServices } from '../../../app/services.ts';
import { translateDatabaseError } from '../../../store/database-errors.ts';
import { clientAddress } from '../limits/client-address.ts';
import { type Limit, takeAttempt } from '../limits/limits.ts';
import { scim, type ScimEnv } from './answer.ts';
import { authenticateScim, type Directory } from './authenticate-scim.ts';
import { resourceTypes, schemas, serviceProviderConfig } from './discovery.ts';
import { createGroupRoutes } from './group-routes.ts';
import { presentList } from './list-query.ts';
import { recordScimRefusal } from './record-refusal.ts';
import { presentScimError } from './scim-error.ts';
import { scimPath, scimUrl } from './scim-url.ts';
import { createUserRoutes } from './user-routes.ts';

const minute = 60_000;
/** Requests of one token. */
const tokenLimit: Limit = { name: 'scim', attempts: 1200, perMs: minute };
/** Requests from one address with what is no token. */
const refusedLimit: Limit = { name: 'scim_refused', attempts: 30, perMs: minute };

/** SCIM 2.0 (RFC 7643, 7644): a directory provisions the members of one organization. */
export function createScimApp(services: AppServices, log: Logger): Hono<ScimEnv> {
  const app = new Hono<ScimEnv>().basePath(scimPath);
  const base = scimUrl(services.server);

  app.use('*', async (c, next) => {
    c.set('directory', await authenticated(c, services));
    await next();
    c.header('cache-control', 'no-store');
  });

  app.get('/ServiceProviderConfig', (c) => scim(c, serviceProviderConfig(base)));
  for (const [path, resources] of [
    ['/ResourceTypes', resourceTypes(base)],
    ['/Schemas', schemas(base)],
  ] as const) {
    app.get(path, (c) =>
      scim(c, presentList(resources, resources.length, { startIndex: 1, count: 0 })),
    );
    app.get(`${path}/:id`, (c) => {
      const found = resources.find(({ id }) => id === c.req.param('id'));
      if (found) return scim(c, found);
      throw new AppError('not_found', 'There is no such resource.');
    });
  }
  app.route('/Users', createUserRoutes(services, base));
  app.route('/Groups', createGroupRoutes(services, base));

  app.notFound((c) =>
    refused(c, new AppError('not_found', 'There is nothing at this path and method.')),
  );
  app.onError(async (thrown, c) => {
    const error = translateDatabaseError(thrown);
    if (error instanceof AppError) {
      const directory: Directory | undefined = c.get('directory');
      if (directory) await recordScimRefusal(services, directory, error);
      return refused(c, error);
    }
    log.error({ err: error }, 'a request of a directory failed');
    return refused(c, new AppError('internal', 'Something failed inside Plugboard.'));
  });
  return app;
}

async function authenticated(c: Context, services: AppServices): Promise<Directory> {
  let directory: Directory;
  try {
    directory = await authenticateScim(services, c.req.header('authorization'));
  } catch (error) {
    const address = clientAddress(c, services.server.trustedProxies);
    await takeAttempt(services, refusedLimit, address);
    throw error;
  }
  await takeAttempt(services, tokenLimit, directory.tokenId);
  return directory;
}

function refused(c: Context, error: AppError): Response {
  if (error.status === 401) c.header('www-authenticate', 'Bearer');
  if (error.retryAfterMs !== undefined) {
    c.header('retry-after', String(Math.ceil(error.retryAfterMs / 1000)));
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Hono's type knows not all of ours
  return scim(c, presentScimError(error), error.status as ContentfulStatusCode);
}
