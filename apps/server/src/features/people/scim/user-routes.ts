import { Hono } from 'hono';

import type { AppServices } from '../../../app/services.ts';
import { withTenant } from '../../../store/tenant.ts';
import { changeUser, removeUser } from './change-user.ts';
import { readFilter, userFilters } from './filter.ts';
import { presentList, readPage, selectAttributes } from './list-query.ts';
import { presentUser } from './present.ts';
import { provisionUser } from './provision-user.ts';
import { readBody } from './read-body.ts';
import { scim, type ScimEnv } from './answer.ts';
import { readUser, readUserPatch } from './user-input.ts';
import { requireScimUser, selectScimUsers } from './users.ts';

export function createUserRoutes(services: AppServices, base: string): Hono<ScimEnv> {
  const app = new Hono<ScimEnv>();

  app.get('/', async (c) => {
    const query = c.req.query();
    const page = readPage(query);
    const filter = readFilter(query['filter'], userFilters);
    const { organizationId } = c.get('directory');
    const { rows, total } = await withTenant(services.db, organizationId, (tx) =>
      selectScimUsers(tx, filter, page),
    );
    const users = rows.map((row) => selectAttributes(presentUser(row, base), query));
    return scim(c, presentList(users, total, page));
  });

  app.post('/', async (c) => {
    const user = readUser(await readBody(c.req.raw));
    const resource = presentUser(await provisionUser(services, c.get('directory'), user), base);
    c.header('location', `${base}/Users/${resource.id}`);
    return scim(c, resource, 201);
  });

  app.get('/:id', async (c) => {
    const { organizationId } = c.get('directory');
    const row = await withTenant(services.db, organizationId, (tx) =>
      requireScimUser(tx, c.req.param('id')),
    );
    return scim(c, selectAttributes(presentUser(row, base), c.req.query()));
  });

  app.put('/:id', async (c) => {
    const user = readUser(await readBody(c.req.raw));
    const row = await changeUser(services, c.get('directory'), c.req.param('id'), user);
    return scim(c, presentUser(row, base));
  });

  app.patch('/:id', async (c) => {
    const change = readUserPatch(await readBody(c.req.raw));
    const row = await changeUser(services, c.get('directory'), c.req.param('id'), change);
    return scim(c, presentUser(row, base));
  });

  app.delete('/:id', async (c) => {
    await removeUser(services, c.get('directory'), c.req.param('id'));
    return c.body(null, 204);
  });

  return app;
}
