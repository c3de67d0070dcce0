import type { Grant } from '@plugboard/contracts/api';

import { api } from '../../http/api/context.ts';
import { selectAgent } from '../agents/queries.ts';
import { withTenant } from '../../store/tenant.ts';
import { requirePermission } from '../members/require.ts';
import { noSuch } from '../reference.ts';
import { presentGrant } from './present.ts';
import { selectGrants } from './queries.ts';
import { createGrant, revokeGrant } from './service.ts';
import { previewGrants, setGrants } from './set-grants.ts';

const routes = api.grants;

export const grantsRouter = routes.router({
  list: routes.list.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'grant.read');
    const rows = await withTenant(services.db, actor.organizationId, async (db) => {
      if (input?.agent === undefined) return selectGrants(db);
      const agent = await selectAgent(db, input.agent);
      if (!agent) throw noSuch('agent', input.agent);
      return selectGrants(db, agent.id);
    });
    const grants: Grant[] = rows.map((row) => presentGrant(row, services.clock()));
    return { grants };
  }),
  create: routes.create.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'grant.create');
    return presentGrant(await createGrant(services, actor, input), services.clock());
  }),
  set: routes.set.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'grant.create');
    requirePermission(actor, 'grant.revoke');
    return setGrants(services, actor, input);
  }),
  preview: routes.preview.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'grant.create');
    return previewGrants(services, actor, input);
  }),
  revoke: routes.revoke.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'grant.revoke');
    return { id: await revokeGrant(services, actor, input.grant) };
  }),
});
