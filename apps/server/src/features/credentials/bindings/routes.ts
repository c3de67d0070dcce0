import { AppError } from '@plugboard/contracts';

import { withTenant } from '../../../store/tenant.ts';
import { api } from '../../../http/api/context.ts';
import { requirePermission } from '../../members/require.ts';
import { accountOf, accountsOf, setAccount, showInstanceCredentials } from './account.ts';
import { bindCredential, unbindCredential } from './bind.ts';
import { confirmDestination } from './confirm.ts';
import { presentBinding, selectBindings } from './queries.ts';
import { refreshCredentials } from './refresh-instance.ts';

const routes = api.credentials.bindings;

export const bindingsRouter = routes.router({
  list: routes.list.handler(({ context: { actor, services }, input }) => {
    requirePermission(actor, 'account.read');
    return showInstanceCredentials(services, actor, input.instance);
  }),

  put: routes.put.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'credential.bind_own', actor);
    const id = await bindCredential(services, actor, input);
    const [row] = await withTenant(services.db, actor.organizationId, (db) =>
      selectBindings(db, { id }),
    );
    if (!row) throw new AppError('conflict', 'The slot was emptied again meanwhile.');
    return presentBinding(row);
  }),

  remove: routes.remove.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'credential.bind_own', actor);
    return { id: await unbindCredential(services, actor, input) };
  }),

  confirm: routes.confirm.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'credential.bind_own', actor);
    return { confirmed: await confirmDestination(services, actor, input) };
  }),

  setAccount: routes.setAccount.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'account.set');
    await setAccount(services, actor, input);
    return showInstanceCredentials(services, actor, input.instance);
  }),

  accounts: routes.accounts.handler(({ context: { actor, services }, input }) => {
    requirePermission(actor, 'account.read');
    return accountOf(services, actor, input.instance);
  }),

  mine: routes.mine.handler(async ({ context: { actor, services } }) => {
    requirePermission(actor, 'account.read');
    return { accounts: [...(await accountsOf(services, actor))] };
  }),

  refresh: routes.refresh.handler(({ context: { actor, services }, input }) => {
    requirePermission(actor, 'instance.restart');
    return refreshCredentials(services, actor, input.instance);
  }),
});
