import type { TenantDb } from '../tenant-db.ts';

/**
 * The first record from a time on, by halving: records are all but in the order of their times, so
 * an index by time, which every append would pay for, is not needed.
 */
export async function firstSeqAt(db: TenantDb, time: number): Promise<number> {
  const head = await db.selectFrom('audit_heads').select('seq').executeTakeFirst();
  let low = 1;
  let high = (head?.seq ?? 0) + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const row = await db
      .selectFrom('audit_records')
      .select('at')
      .where('seq', '=', middle)
      .executeTakeFirst();
    if (row && row.at.getTime() >= time) high = middle;
    else low = middle + 1;
  }
  return low;
}
