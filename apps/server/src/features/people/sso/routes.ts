import { withTenant } from '../../../store/tenant.ts';
import { api, type ApiContext } from '../../../http/api/context.ts';
import { recordRefusal } from '../../members/record-refusal.ts';
import { requirePermission } from '../../members/require.ts';
import { addDomain, proveDomain, removeDomain } from './domains.ts';
import {
  addProvider,
  makeTestLink,
  removeProvider,
  setEnabled,
  setRequired,
} from './manage-providers.ts';
import { presentSsoProvider } from './present.ts';
import { requireSsoProvider } from './provider-row.ts';

const routes = api.sso;

/** Does what is asked of a provider, with refusals on record, and shows it. */
async function manage(
  { actor, services }: ApiContext,
  provider: string,
  work: () => Promise<unknown>,
) {
  await recordRefusal(services, actor, 'sso.manage', work);
  return show({ actor, services }, provider);
}

function show({ actor, services }: Pick<ApiContext, 'actor' | 'services'>, provider: string) {
  return withTenant(services.db, actor.organizationId, async (tx) =>
    presentSsoProvider(services, tx, await requireSsoProvider(tx, provider)),
  );
}

export const ssoRouter = routes.router({
  list: routes.list.handler(async ({ context: { actor, services } }) => {
    requirePermission(actor, 'sso.read');
    return withTenant(services.db, actor.organizationId, async (tx) => {
      const rows = await tx.selectFrom('sso_providers').selectAll().orderBy('slug').execute();
      const settings = await tx
        .selectFrom('organization_settings')
        .select('sso_required')
        .executeTakeFirst();
      const providers = [];
      for (const row of rows) providers.push(await presentSsoProvider(services, tx, row));
      return { required: settings?.sso_required ?? false, providers };
    });
  }),
  get: routes.get.handler(async ({ context, input }) => {
    requirePermission(context.actor, 'sso.read');
    return show(context, input.provider);
  }),
  add: routes.add.handler(({ context, input }) =>
    manage(context, input.provider, () => addProvider(context.services, context.actor, input)),
  ),
  test: routes.test.handler(({ context: { actor, services }, input }) =>
    recordRefusal(services, actor, 'sso.manage', () =>
      makeTestLink(services, actor, input.provider),
    ),
  ),
  enable: routes.enable.handler(({ context, input: { provider } }) =>
    manage(context, provider, () => setEnabled(context.services, context.actor, provider, true)),
  ),
  disable: routes.disable.handler(({ context, input: { provider } }) =>
    manage(context, provider, () => setEnabled(context.services, context.actor, provider, false)),
  ),
  remove: routes.remove.handler(async ({ context: { actor, services }, input: { provider } }) => {
    await recordRefusal(services, actor, 'sso.manage', () =>
      removeProvider(services, actor, provider),
    );
    return { provider };
  }),
  require: routes.require.handler(async ({ context: { actor, services }, input: { required } }) => {
    await recordRefusal(services, actor, 'sso.manage_as_owner', () =>
      setRequired(services, actor, required),
    );
    return { required };
  }),
  domains: {
    add: routes.domains.add.handler(({ context, input }) =>
      manage(context, input.provider, () => addDomain(context.services, context.actor, input)),
    ),
    prove: routes.domains.prove.handler(({ context, input }) =>
      manage(context, input.provider, () => proveDomain(context.services, context.actor, input)),
    ),
    remove: routes.domains.remove.handler(({ context, input }) =>
      manage(context, input.provider, () => removeDomain(context.services, context.actor, input)),
    ),
  },
});
