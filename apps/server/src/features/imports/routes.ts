import type { ImportEvent } from '@plugboard/contracts/api';

import { api } from '../../http/api/context.ts';
import { streamProgress } from '../instances/stream-progress.ts';
import { requirePermission } from '../members/require.ts';
import { applyImport } from './apply-import.ts';
import { planImport } from './plan-import.ts';

const routes = api.imports;

export const importsRouter = routes.router({
  plan: routes.plan.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'import.plan');
    return (await planImport(services, actor.organizationId, input)).plan;
  }),

  apply: routes.apply.handler(({ context: { actor, services, signal }, input }) => {
    requirePermission(actor, 'import.apply');
    return streamProgress<ImportEvent>(
      (emit, limited) => applyImport(services, actor, input, { emit, signal: limited }),
      signal,
    );
  }),
});
