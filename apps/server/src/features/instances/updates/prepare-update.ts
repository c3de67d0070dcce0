import type { AppServices } from '../../../app/services.ts';
import { withTenant } from '../../../store/tenant.ts';
import { filledSlotsOf } from '../../credentials/bindings/filled-slots.ts';
import { selectToolbox } from '../../toolboxes/queries.ts';
import { type PreparedCandidate, prepareCandidate } from '../prepare/prepare-candidate.ts';
import type { PresentInstance } from '../revisions/present-instance.ts';
import { openSecretsOf } from '../revisions/stored-candidate.ts';
import type { Tell } from '../tell.ts';
import { serverAtVersion } from './server-at-version.ts';

export type PrepareUpdateServices = Pick<
  AppServices,
  'audit' | 'clock' | 'db' | 'installer' | 'keyring' | 'packageFolders' | 'server'
>;

/** The same instance in another version: its settings and secrets stay. */
export async function prepareUpdate(
  services: PrepareUpdateServices,
  present: PresentInstance,
  version: string,
  approveScripts: boolean | undefined,
  options: { readonly signal: AbortSignal; readonly tell: Tell },
): Promise<PreparedCandidate> {
  const { row, stored } = present;
  const { organization_id: organizationId } = row;
  const { server, environment } = await withTenant(services.db, organizationId, async (db) => ({
    server: await serverAtVersion(db, present, version),
    environment: (await selectToolbox(db, row.toolbox_id))?.environment ?? 'dev',
  }));
  return prepareCandidate(
    services,
    {
      organizationId,
      environment,
      slug: row.slug,
      server,
      settings: { ...stored.settings, ...(approveScripts !== undefined && { approveScripts }) },
      secrets: {},
      keptSecrets: await openSecretsOf(services, row, row.sealed_secrets, {
        for: 'update',
      }),
      filledSlots: await filledSlotsOf(services, organizationId, row),
    },
    options,
  );
}
