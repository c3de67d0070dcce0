import type { TenantDb } from '../../tenant-db.ts';
import { launchFromRow } from '../launch-row.ts';

/** The folders of all packages that an instance runs or that its revisions name. */
export async function packageFoldersOf(
  db: TenantDb,
  instanceId: string,
  dataDir: string,
): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('instances')
    .select('launch')
    .where('id', '=', instanceId)
    .union(
      db.selectFrom('instance_revisions').select('launch').where('instance_id', '=', instanceId),
    )
    .execute();
  const folders = rows.flatMap(({ launch }) => {
    const stored = launchFromRow(launch, dataDir);
    return stored.driver === 'process' ? [stored.installDir] : [];
  });
  return [...new Set(folders)];
}
