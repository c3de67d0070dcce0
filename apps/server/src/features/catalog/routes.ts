import { findBundled } from '@plugboard/catalog';

import { withTenant } from '../../store/tenant.ts';
import { api } from '../../http/api/context.ts';
import { requirePermission } from '../members/require.ts';
import { findServers, findTools } from './find-servers.ts';
import { showHighlights } from './highlights/show-highlights.ts';
import { showReadme } from './readme/show-readme.ts';
import { viewerOf } from './search/viewer.ts';
import { showDocument, showServer, showVersions } from './show-server.ts';
import { suggest } from './suggest.ts';

const routes = api.catalog;

const snapshot = { snapshot: true };

export const catalogRouter = routes.router({
  search: routes.search.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'catalog.read');
    const viewer = viewerOf(actor.role);
    return withTenant(
      services.db,
      actor.organizationId,
      (tx) => findServers(tx, viewer, input),
      snapshot,
    );
  }),
  tools: routes.tools.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'catalog.read');
    const viewer = viewerOf(actor.role);
    return withTenant(
      services.db,
      actor.organizationId,
      (tx) => findTools(tx, viewer, input),
      snapshot,
    );
  }),
  suggest: routes.suggest.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'catalog.read');
    const viewer = viewerOf(actor.role);
    const suggestions = await withTenant(
      services.db,
      actor.organizationId,
      (tx) => suggest(tx, viewer, input),
      snapshot,
    );
    return { suggestions };
  }),
  get: routes.get.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'catalog.read');
    const viewer = viewerOf(actor.role);
    return withTenant(
      services.db,
      actor.organizationId,
      (tx) => showServer(tx, viewer, fullName(input.name)),
      snapshot,
    );
  }),
  versions: routes.versions.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'catalog.read');
    const viewer = viewerOf(actor.role);
    return withTenant(
      services.db,
      actor.organizationId,
      (tx) => showVersions(tx, viewer, fullName(input.name)),
      snapshot,
    );
  }),
  readme: routes.readme.handler(({ context: { actor, services, signal }, input }) => {
    requirePermission(actor, 'catalog.read');
    const viewer = viewerOf(actor.role);
    const name = fullName(input.server);
    return showReadme(services, { organizationId: actor.organizationId, viewer, name, signal });
  }),
  highlights: routes.highlights.handler(({ context: { actor, services } }) => {
    requirePermission(actor, 'catalog.read');
    const viewer = viewerOf(actor.role);
    return withTenant(
      services.db,
      actor.organizationId,
      (tx) => showHighlights(tx, viewer),
      snapshot,
    );
  }),
  document: routes.document.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'catalog.read');
    const viewer = viewerOf(actor.role);
    return withTenant(
      services.db,
      actor.organizationId,
      (tx) => showDocument(tx, viewer, { ...input, name: fullName(input.name) }),
      snapshot,
    );
  }),
});

/** Short names are those of bundled servers, whichever source tells of them. */
function fullName(name: string): string {
  return name.includes('/') ? name : (findBundled(name)?.server.name ?? name);
}
