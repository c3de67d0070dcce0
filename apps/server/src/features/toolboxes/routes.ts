import type { Toolbox } from '@plugboard/contracts/api';

import { api } from '../../http/api/context.ts';
import type { ServerUrls } from '../../http/urls.ts';
import { withTenant } from '../../store/tenant.ts';
import { requirePermission } from '../members/require.ts';
import { selectToolboxes, type ToolboxRow } from './queries.ts';
import { changeToolbox, createToolbox, removeToolbox } from './service.ts';

const routes = api.toolboxes;

export const toolboxesRouter = routes.router({
  list: routes.list.handler(async ({ context: { actor, services } }) => {
    requirePermission(actor, 'toolbox.read');
    const rows = await withTenant(services.db, actor.organizationId, selectToolboxes);
    return { toolboxes: rows.map((row) => presentToolbox(row, services.server.urls)) };
  }),
  create: routes.create.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'toolbox.create');
    return presentToolbox(await createToolbox(services, actor, input), services.server.urls);
  }),
  change: routes.change.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'toolbox.change');
    return presentToolbox(await changeToolbox(services, actor, input), services.server.urls);
  }),
  delete: routes.delete.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'toolbox.delete');
    return { id: await removeToolbox(services, actor, input.toolbox) };
  }),
});

function presentToolbox(row: ToolboxRow, urls: ServerUrls): Toolbox {
  return {
    id: row.id,
    slug: row.slug,
    name: row.name,
    environment: row.environment,
    instances: row.instances,
    ...(row.member_level && { memberLevel: row.member_level }),
    mcpUrl: `${urls.mcp}/${row.slug}`,
    createdAt: row.created_at.toISOString(),
  };
}
