import type { ExportedServer } from '@plugboard/contracts/api';

import { api } from '../../http/api/context.ts';
import { withTenant } from '../../store/tenant.ts';
import { launchFromRow, sealedSecretsFromRow } from '../instances/launch-row.ts';
import { requireInstance } from '../instances/queries.ts';
import { requirePermission } from '../members/require.ts';
import { noSuch } from '../reference.ts';
import { selectToolbox } from '../toolboxes/queries.ts';
import { exportRun } from './export-run.ts';

const routes = api.exports;

export const exportsRouter = routes.router({
  direct: routes.direct.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'instance.read_launch');
    const { dataDir } = services.server;
    const rows = await withTenant(services.db, actor.organizationId, async (db) => {
      const only = input?.instance && (await requireInstance(db, input.instance)).id;
      const toolbox = input?.toolbox && (await selectToolbox(db, input.toolbox));
      if (input?.toolbox !== undefined && !toolbox) throw noSuch('toolbox', input.toolbox);
      return db
        .selectFrom('instances')
        .innerJoin('toolboxes', 'toolboxes.id', 'instances.toolbox_id')
        .$if(only !== undefined, (query) => query.where('instances.id', '=', only ?? ''))
        .$if(toolbox !== undefined, (query) =>
          query.where('toolboxes.id', '=', typeof toolbox === 'object' ? toolbox.id : ''),
        )
        .select(['instances.slug', 'toolboxes.slug as toolbox', 'package', 'settings', 'launch'])
        .select('sealed_secrets')
        .orderBy('instances.slug')
        .execute();
    });
    const servers = rows.map((row): ExportedServer => ({
      slug: row.slug,
      toolbox: row.toolbox,
      run: exportRun(launchFromRow(row.launch, dataDir), row.package, row.settings),
      secretNames: [...sealedSecretsFromRow(row.sealed_secrets).keys()],
    }));
    return { servers };
  }),
});
