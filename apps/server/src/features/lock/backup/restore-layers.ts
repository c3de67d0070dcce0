import type { AppServices } from '../../../app/services.ts';
import { withTenant } from '../../../store/tenant.ts';
import type { Author } from '../../change.ts';
import type { BackedUpLayer } from './backup-content.ts';

/** Puts the revisions of layers that a restore made before those that it made. */
export async function restoreLayerHistory(
  { db }: Pick<AppServices, 'db'>,
  { organizationId }: Author,
  layers: readonly BackedUpLayer[],
): Promise<void> {
  for (const layer of layers) {
    await withTenant(db, organizationId, async (tx) => {
      const { server, environment, revisions } = layer;
      const ofLayer = tx
        .selectFrom('configuration_layers')
        .select('revision')
        .where('server_name', '=', server)
        .where('environment', '=', environment)
        .orderBy('revision')
        .forUpdate();
      const present = await ofLayer.execute();
      // A layer with a history of its own keeps it.
      if (present.length !== 1 || revisions.length < 2) return;
      const last = revisions.at(-1)?.revision ?? 1;
      await tx
        .updateTable('configuration_layers')
        .set({ revision: last })
        .where('server_name', '=', server)
        .where('environment', '=', environment)
        .execute();
      await tx
        .insertInto('configuration_layers')
        .values(
          revisions.slice(0, -1).map(({ revision, settings, note, createdAt }) => ({
            organization_id: organizationId,
            server_name: server,
            environment,
            revision,
            settings: JSON.stringify(settings),
            note,
            created_at: createdAt,
          })),
        )
        .execute();
    });
  }
}
