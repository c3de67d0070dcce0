import { Hono } from 'hono';

import type { AppServices } from '../../../app/services.ts';
import { withTenant } from '../../../store/tenant.ts';
import { changeGroup, createGroup, removeGroup } from './change-group.ts';
import { groupFilters, readFilter } from './filter.ts';
import { readGroup, readGroupPatch } from './group-input.ts';
import {
  requireScimGroup,
  type ScimGroupRow,
  selectGroupMembers,
  selectScimGroups,
} from './groups.ts';
import { presentList, readPage, selectAttributes } from './list-query.ts';
import { presentGroup, type Resource } from './present.ts';
import { readBody } from './read-body.ts';
import { scim, type ScimEnv } from './answer.ts';

export function createGroupRoutes(services: AppServices, base: string): Hono<ScimEnv> {
  const app = new Hono<ScimEnv>();

  async function present(organizationId: string, row: ScimGroupRow): Promise<Resource> {
    const members = await withTenant(services.db, organizationId, (tx) =>
      selectGroupMembers(tx, row.id),
    );
    return presentGroup(row, members, base);
  }

  app.get('/', async (c) => {
    const query = c.req.query();
    const page = readPage(query);
    const filter = readFilter(query['filter'], groupFilters);
    const { organizationId } = c.get('directory');
    const { rows, total } = await withTenant(services.db, organizationId, (tx) =>
      selectScimGroups(tx, filter, page),
    );
    const groups: object[] = [];
    for (const row of rows) {
      groups.push(selectAttributes(await present(organizationId, row), query));
    }
    return scim(c, presentList(groups, total, page));
  });

  app.post('/', async (c) => {
    const group = readGroup(await readBody(c.req.raw));
    const directory = c.get('directory');
    const row = await createGroup(services, directory, group);
    c.header('location', `${base}/Groups/${row.id}`);
    return scim(c, await present(directory.organizationId, row), 201);
  });

  app.get('/:id', async (c) => {
    const { organizationId } = c.get('directory');
    const row = await withTenant(services.db, organizationId, (tx) =>
      requireScimGroup(tx, c.req.param('id')),
    );
    return scim(c, selectAttributes(await present(organizationId, row), c.req.query()));
  });

  app.put('/:id', async (c) => {
    const change = readGroup(await readBody(c.req.raw));
    const directory = c.get('directory');
    const row = await changeGroup(services, directory, c.req.param('id'), change);
    return scim(c, await present(directory.organizationId, row));
  });

  app.patch('/:id', async (c) => {
    const change = readGroupPatch(await readBody(c.req.raw));
    const directory = c.get('directory');
    const row = await changeGroup(services, directory, c.req.param('id'), change);
    return scim(c, await present(directory.organizationId, row));
  });

  app.delete('/:id', async (c) => {
    await removeGroup(services, c.get('directory'), c.req.param('id'));
    return c.body(null, 204);
  });

  return app;
}
