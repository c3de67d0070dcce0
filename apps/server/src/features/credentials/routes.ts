import { api } from '../../http/api/context.ts';
import type { AppServices } from '../../app/services.ts';
import { withTenant } from '../../store/tenant.ts';
import { selectAgent } from '../agents/queries.ts';
import type { Actor } from '../members/policy.ts';
import { requirePermission } from '../members/require.ts';
import { noSuch } from '../reference.ts';
import { bindingsRouter } from './bindings/routes.ts';
import { presentBinding, selectBindings } from './bindings/queries.ts';
import { changeMany } from './bulk.ts';
import { changeCredential, destroyCredential } from './change-credential.ts';
import { presentCredential, presentVersion } from './present.ts';
import { testCredential } from './probes/test-credential.ts';
import { requireVisible, selectCredentials, selectVersions } from './queries.ts';
import { createCredential, replaceCredential, rollBackCredential } from './seal-credential.ts';

const routes = api.credentials;

/** Who may do what to which credential is said in `permissions.ts`; here, who may ask at all. */
export const credentialsRouter = routes.router({
  list: routes.list.handler(async ({ context: { actor, services }, input = {} }) => {
    requireReading(actor);
    const now = services.clock();
    const rows = await withTenant(services.db, actor.organizationId, async (db) => {
      const { agent: ref, ...filter } = input;
      const agent = ref === undefined ? undefined : await selectAgent(db, ref);
      if (ref !== undefined && !agent) throw noSuch('agent', ref);
      return selectCredentials(db, actor, { ...filter, agentId: agent?.id, now });
    });
    return { credentials: rows.map((row) => presentCredential(row, now)) };
  }),

  get: routes.get.handler(({ context: { actor, services }, input }) => {
    requireReading(actor);
    return withTenant(services.db, actor.organizationId, async (db) => {
      const row = await requireVisible(db, actor, input.credential);
      const bindings = await selectBindings(db, { credentialId: row.id });
      return {
        ...presentCredential(row, services.clock()),
        bindings: bindings.map(presentBinding),
      };
    });
  }),

  create: routes.create.handler(async ({ context: { actor, services }, input }) => {
    requireHolding(actor);
    const { id, advice } = await createCredential(services, actor, input);
    return { ...(await show(services, actor, id)), advice: [...advice] };
  }),

  replace: routes.replace.handler(async ({ context: { actor, services }, input }) => {
    requireHolding(actor);
    const { id, advice } = await replaceCredential(services, actor, input);
    return { ...(await show(services, actor, id)), advice: [...advice] };
  }),

  change: routes.change.handler(async ({ context: { actor, services }, input }) => {
    requireHolding(actor);
    return show(services, actor, await changeCredential(services, actor, input));
  }),

  destroy: routes.destroy.handler(async ({ context: { actor, services }, input }) => {
    requireHolding(actor);
    const { credential, force } = input;
    return { id: await destroyCredential(services, actor, credential, force === true) };
  }),

  versions: routes.versions.handler(({ context: { actor, services }, input }) => {
    requireReading(actor);
    return withTenant(services.db, actor.organizationId, async (db) => {
      const row = await requireVisible(db, actor, input.credential);
      const versions = await selectVersions(db, row.id);
      return { versions: versions.map((each) => presentVersion(each, row.version)) };
    });
  }),

  rollBack: routes.rollBack.handler(async ({ context: { actor, services }, input }) => {
    requireHolding(actor);
    const { credential, version } = input;
    const id = await rollBackCredential(services, actor, credential, version);
    return show(services, actor, id);
  }),

  test: routes.test.handler(({ context: { actor, services, signal }, input }) => {
    requireHolding(actor);
    return testCredential(services, actor, input.credential, signal);
  }),

  bulk: routes.bulk.handler(async ({ context: { actor, services, signal }, input }) => {
    requireHolding(actor);
    return { outcomes: await changeMany(services, actor, input, signal) };
  }),

  bindings: bindingsRouter,
});

function requireReading(actor: Actor): void {
  requirePermission(actor, 'credential.read', actor);
}

/** Who may have credentials of their own, at the least. */
function requireHolding(actor: Actor): void {
  requirePermission(actor, 'credential.manage_own', actor);
}

async function show(services: AppServices, actor: Actor, id: string) {
  const row = await withTenant(services.db, actor.organizationId, (db) =>
    requireVisible(db, actor, id),
  );
  return presentCredential(row, services.clock());
}
