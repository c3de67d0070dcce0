import type { TenantDb } from '../../tenant-db.ts';
import { keptRevisions } from './revision-reason.ts';

/**
 * The revision that an instance was before it became what it is. One that it went back to counts as
 * the one it was then: going back twice goes back further, and never to what failed.
 */
export async function revisionBefore(
  db: TenantDb,
  instanceId: string,
): Promise<number | undefined> {
  const rows = await db
    .selectFrom('instance_revisions')
    .select(['revision', 'reason', 'version', 'settings', 'package', 'launch', 'sealed_secrets'])
    .where('instance_id', '=', instanceId)
    .orderBy('revision', 'desc')
    .limit(keptRevisions)
    .execute();
  const path: { readonly revision: number; readonly content: string }[] = [];
  for (const { revision, reason, ...rest } of rows.toReversed()) {
    const content = JSON.stringify(rest);
    const at = path.findLastIndex((each) => each.content === content);
    if (reason === 'rolled_back' && at >= 0) path.length = at + 1;
    else path.push({ revision, content });
  }
  return path.at(-2)?.revision;
}
