import type { AppServices } from '../../app/services.ts';
import { type Author, commitChange } from '../change.ts';
import { launchFromRow } from './launch-row.ts';
import { deleteInstance, requireInstance } from './queries.ts';
import { releasePackage } from './hold-package.ts';
import { removeInstanceFiles } from './remove-files.ts';

export type RemoveServices = Pick<
  AppServices,
  | 'db'
  | 'heard'
  | 'audit'
  | 'clock'
  | 'installer'
  | 'log'
  | 'logs'
  | 'packageFolders'
  | 'server'
  | 'supervisor'
>;

/**
 * Removes an instance from the store, so that nobody can call it any more, then stops it and deletes
 * its folders. Resolves with its id when all of it is gone.
 */
export async function removeInstance(
  services: RemoveServices,
  author: Author,
  ref: string,
): Promise<string> {
  const { organizationId } = author;
  const row = await commitChange(services, author, async (db) => {
    const instance = await requireInstance(db, ref);
    const { id, slug, server_name: server, version, toolbox_slug: toolbox } = instance;
    await deleteInstance(db, id);
    return {
      result: instance,
      record: {
        kind: 'instance.removed',
        instanceId: id,
        change: { id, slug, toolbox, server, version },
      },
      events: [{ kind: 'instance', organizationId, instanceId: id }],
    };
  });
  await services.supervisor.stop(row.id);
  await removeInstanceFiles(services, row.id);
  const launch = launchFromRow(row.launch, services.server.dataDir);
  if (launch.driver === 'process') {
    await releasePackage(services, launch.installDir);
  }
  return row.id;
}
