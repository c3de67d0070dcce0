import { AppError, isAppError } from '@plugboard/contracts';
import { type Context, Hono } from 'hono';

import type { AppServices } from '../../app/services.ts';
import { findAsker } from './asker.ts';
import { readListQuery } from './list-query.ts';
import { type ListingServices, listServers, listVersionsOf } from './listing.ts';

type RegistryServices = ListingServices & Pick<AppServices, 'agents'>;

/** Editors ask from pages of their own: what is not public needs a token, which no page has by itself. */
const corsHeaders = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, OPTIONS',
  'access-control-allow-headers': 'Authorization, Content-Type',
  'cross-origin-resource-policy': 'cross-origin',
} as const;

/**
 * The registry API of MCP (its OpenAPI document of 2025-12-01), read-only, over the catalog: each
 * asker sees what is theirs to see. Errors have that document's form, `{"error": "…"}`.
 */
export function createRegistryApp(services: RegistryServices): Hono {
  const app = new Hono();

  app.options('*', (c) => c.body(null, 204));

  app.get('/servers', async (c) => {
    const query = readListQuery(c.req.query());
    const asker = await findAsker(services, c.req.header('authorization'));
    if (!asker) return c.json({ servers: [], metadata: { count: 0 } });
    return c.json(await listServers(services, asker, query));
  });

  // A name has a slash: some clients encode it, as they should, and some do not.
  for (const server of ['/servers/:name', '/servers/:space/:name']) {
    app.get(`${server}/versions`, async (c) => {
      const versions = await versionsAsked(services, c);
      const servers = versions.map(({ response }) => response);
      return c.json({ servers, metadata: { count: servers.length } });
    });
    app.get(`${server}/versions/:version`, async (c) => {
      const wanted = c.req.param('version');
      const versions = await versionsAsked(services, c);
      const found =
        wanted === 'latest' ? versions[0] : versions.find(({ version }) => version === wanted);
      if (!found) throw new AppError('not_found', 'Server or version not found');
      return c.json(found.response);
    });
  }

  app.all('*', (c) => {
    if (c.req.method === 'GET') return c.json({ error: 'Not found' }, 404);
    return c.json({ error: 'This registry is read-only: entries come from its sources.' }, 501);
  });

  app.onError((error, c) => {
    if (!isAppError(error) || error.status >= 500) throw error;
    if (error.status === 401) c.header('www-authenticate', 'Bearer');
    return c.json({ error: error.message }, statusOf(error));
  });

  return app;
}

/** Sets what lets pages of any site read the answers of the registry API. */
export function allowAnyPage(c: Context): void {
  for (const [name, value] of Object.entries(corsHeaders)) c.header(name, value);
}

async function versionsAsked(services: RegistryServices, c: Context) {
  const { include_deleted: includeDeleted } = readListQuery(c.req.query());
  const asker = await findAsker(services, c.req.header('authorization'));
  const { space, name = '' } = c.req.param();
  const full = space === undefined ? name : `${space}/${name}`;
  const found = asker ? await listVersionsOf(services, asker, full, includeDeleted) : [];
  if (found.length === 0) throw new AppError('not_found', 'Server not found');
  return found;
}

function statusOf({ status }: AppError): 400 | 401 | 403 | 404 {
  return status === 401 || status === 403 || status === 404 ? status : 400;
}
