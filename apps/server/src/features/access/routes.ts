import { api } from '../../http/api/context.ts';
import { withTenant } from '../../store/tenant.ts';
import { selectAgent } from '../agents/queries.ts';
import { requirePermission } from '../members/require.ts';
import { noSuch } from '../reference.ts';
import type { TenantDb } from '../tenant-db.ts';
import { loadAccess, loadReach, withLevels } from './access-source.ts';
import { candidates, decideAll, decideOne, findOffering, selectAllInstances } from './decisions.ts';
import { readMatrix } from './matrix.ts';
import { pageOfTools } from './tool-pages.ts';

const routes = api.access;

export const accessRouter = routes.router({
  tools: routes.tools.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'access.check');
    return withTenant(services.db, actor.organizationId, async (db) => {
      const agent = await requireAgent(db, input.agent);
      const only = input.instance === undefined ? undefined : await candidates(db, input.instance);
      const { grants, instances } = await loadReach(db, agent.id);
      const wanted =
        input.all === true
          ? (only ?? (await selectAllInstances(db)))
          : instances.filter(({ id }) => only === undefined || only.some((each) => each.id === id));
      const shown = await withLevels(db, wanted);
      const decisions = decideAll(grants, shown, services.clock()).filter(
        ({ allowed, kind }) =>
          (allowed || input.all === true) && (input.kind === undefined || kind === input.kind),
      );
      return { agent: agent.slug, ...pageOfTools(decisions, input) };
    });
  }),
  matrix: routes.matrix.handler(({ context: { actor, services } }) => {
    requirePermission(actor, 'access.check');
    requirePermission(actor, 'grant.read');
    return withTenant(services.db, actor.organizationId, (db) => readMatrix(db, actor));
  }),
  check: routes.check.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'access.check');
    return withTenant(services.db, actor.organizationId, async (db) => {
      const agent = await requireAgent(db, input.agent);
      const { instance, offering } = await findOffering(db, input);
      const { grants } = await loadAccess(db, agent.id);
      return decideOne(grants, instance, offering, services.clock());
    });
  }),
});

async function requireAgent(db: TenantDb, ref: string) {
  const agent = await selectAgent(db, ref);
  if (!agent) throw noSuch('agent', ref);
  return agent;
}
