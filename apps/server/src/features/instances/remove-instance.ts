import type { AppServices } from '../../app/services.ts';
import { type Author, commitChange } from '../change.ts';
import { deleteInstance, requireInstance } from './queries.ts';
import { releasePackage } from './prepare/hold-package.ts';
import { removeInstanceFiles } from './remove-files.ts';
import { packageFoldersOf } from './revisions/package-folders-of.ts';

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
  const { row, folders } = await commitChange(services, author, async (db) => {
    const instance = await requireInstance(db, ref);
    const { id, slug, server_name: server, version, toolbox_slug: toolbox } = instance;
    const folders = await packageFoldersOf(db, id, services.server.dataDir);
    await deleteInstance(db, id);
    return {
      result: { row: instance, folders },
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
  for (const folder of folders) await releasePackage(services, folder);
  return row.id;
}
