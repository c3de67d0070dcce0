import { existsSync } from 'node:fs';

import type { TenantDb } from '../../tenant-db.ts';
import { launchFromRow } from '../launch-row.ts';
import { keptRevisions } from './revision-reason.ts';

/** Folders of packages that are there still, and that revisions too old to go back to name. */
export async function outdatedPackages(
  db: TenantDb,
  instanceId: string,
  dataDir: string,
): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('instance_revisions')
    .select('launch')
    .distinct()
    .where('instance_id', '=', instanceId)
    .where('revision', '<=', (eb) =>
      eb
        .selectFrom('instances')
        .select((inner) => inner('revision', '-', keptRevisions).as('newest'))
        .where('id', '=', instanceId),
    )
    .execute();
  const folders = new Set(
    rows.flatMap(({ launch }) => {
      const stored = launchFromRow(launch, dataDir);
      return stored.driver === 'process' ? [stored.installDir] : [];
    }),
  );
  return [...folders].filter((folder) => existsSync(folder));
}
