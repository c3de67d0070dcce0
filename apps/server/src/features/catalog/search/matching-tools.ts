import { sql } from 'kysely';

import type { TenantDb } from '../../tenant-db.ts';
import type { Alternative } from './expand-words.ts';
import { hitsOf } from './score.ts';

export interface MatchingTool {
  readonly serverId: number;
  readonly name: string;
  readonly title: string | null;
  readonly description: string | null;
  readonly level: 'read' | 'write' | 'execute' | 'admin';
  readonly levelFrom: 'catalog' | 'annotations' | 'assumed';
}

/** The tools of some servers that have the most of the words looked for, at most three of each. */
export async function readMatchingTools(
  db: TenantDb,
  serverIds: readonly number[],
  alternatives: readonly Alternative[],
): Promise<ReadonlyMap<number, readonly MatchingTool[]>> {
  if (serverIds.length === 0 || alternatives.length === 0) return new Map();
  const { rows } = await sql<MatchingTool>`
    select t.server_id as "serverId", t.name, t.title, t.description, t.level,
      t.level_from as "levelFrom"
    from (
      select server_id, part, worth, row_number() over (
        partition by server_id order by worth desc, part) as place
      from (
        select server_id, part, sum(worth) * count(*) as worth
        from (${hitsOf(alternatives, serverIds)}) hits where part > 0 group by server_id, part) w) p
    join catalog_tools t on t.server_id = p.server_id and t.part = p.part
    where p.place <= 3
    order by t.server_id, p.place
  `.execute(db);
  return Map.groupBy(rows, ({ serverId }) => serverId);
}
