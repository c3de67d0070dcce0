import { rm, rmdir } from 'node:fs/promises';
import { dirname, relative } from 'node:path';

import { instanceFolders } from '@plugboard/runtime';
import { sql } from 'kysely';

import type { AppServices } from '../../app/services.ts';
import { listOrganizationIds, withTenant } from '../../store/tenant.ts';
import { keptRevisions } from './revisions/revision-reason.ts';
import { launchFromRow } from './launch-row.ts';

/** Deletes an instance's own folders and its log. */
export async function removeInstanceFiles(
  { logs, server }: Pick<AppServices, 'logs' | 'server'>,
  instanceId: string,
): Promise<void> {
  const folder = dirname(instanceFolders(server.dataDir, instanceId).work);
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  await logs.remove(instanceId);
}

/** Deletes an installed package when no instance of any organization, and no revision that can be gone back to, names it. */
export async function removeUnusedPackage(
  { db, server }: Pick<AppServices, 'db' | 'server'>,
  installDir: string,
): Promise<void> {
  for (const organizationId of await listOrganizationIds(db)) {
    const rows = await withTenant(db, organizationId, (tx) =>
      tx
        .selectFrom('instances')
        .select('launch')
        .union(
          tx
            .selectFrom('instance_revisions')
            .innerJoin('instances', 'instances.id', 'instance_revisions.instance_id')
            .whereRef(
              'instance_revisions.revision',
              '>',
              sql`instances.revision - ${keptRevisions}`,
            )
            .select('instance_revisions.launch'),
        )
        .execute(),
    );
    const used = rows
      .map(({ launch }) => launchFromRow(launch, server.dataDir))
      .some((launch) => launch.driver === 'process' && isSame(launch.installDir, installDir));
    if (used) return;
  }
  await rm(installDir, { recursive: true, force: true, maxRetries: 3 });
  await removeIfEmpty(dirname(installDir));
}

/** The folder of a package's versions stays as long as it holds one. */
async function removeIfEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'ENOENT') throw error;
  }
}

function isSame(a: string, b: string): boolean {
  return relative(a, b) === '';
}
