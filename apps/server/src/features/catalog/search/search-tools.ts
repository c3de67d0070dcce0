import type { SearchQuery, Viewer } from '@plugboard/catalog';
import { sql } from 'kysely';

import type { TenantDb } from '../../tenant-db.ts';
import { facetConditions, fixedConditions } from './conditions.ts';
import {
  type Cursor,
  digestOf,
  packAlternatives,
  readCursor,
  unpackAlternatives,
  writeCursor,
} from './cursor.ts';
import { type Expansion, expandWords } from './expand-words.ts';
import { hitsOf, neededWords } from './score.ts';

export interface ToolSearch {
  readonly viewer: Viewer;
  /** Its filters are asked of the tools' servers. */
  readonly query: SearchQuery;
  readonly limit: number;
  readonly cursor: string | undefined;
}

/** A tool that was found. */
export interface FoundTool {
  readonly serverId: number;
  readonly server: string;
  readonly part: number;
  readonly name: string;
  readonly title: string | null;
  readonly description: string | null;
  readonly level: 'read' | 'write' | 'execute' | 'admin';
  readonly levelFrom: 'catalog' | 'annotations' | 'assumed';
  readonly score: number;
  /** A `MergedServer` as JSON text. */
  readonly card: string;
}

export interface ToolResults extends Expansion {
  readonly tools: readonly FoundTool[];
  readonly nextCursor: string | undefined;
}

/** What a word is worth to a tool when it stands in what its server says of itself. */
const serverShare = 0.35;

/** Finds tools: those that have the query's words, themselves or with their server's name. */
export async function searchTools(
  db: TenantDb,
  { viewer, query, limit, cursor: cursorText }: ToolSearch,
): Promise<ToolResults> {
  const { messages: _, ...asked } = query;
  const digest = digestOf('tools', asked, viewer);
  const cursor = cursorText === undefined ? undefined : readCursor(cursorText, digest);
  const expansion: Expansion = cursor
    ? { alternatives: unpackAlternatives(cursor), corrections: [] }
    : await expandWords(db, viewer, query.words, query.open);
  if (expansion.alternatives.length === 0)
    return { ...expansion, tools: [], nextCursor: undefined };
  const rows = await readTools(db, { viewer, query, limit, expansion, cursor });
  const tools = rows.slice(0, limit);
  const last = tools.at(-1);
  const nextCursor =
    rows.length > limit && last
      ? writeCursor({
          query: digest,
          key: last.score,
          name: `${last.server} ${last.part}`,
          need: last.need,
          alternatives: packAlternatives(expansion.alternatives),
        })
      : undefined;
  return { ...expansion, tools, nextCursor };
}

async function readTools(
  db: TenantDb,
  {
    viewer,
    query,
    limit,
    expansion,
    cursor,
  }: Pick<ToolSearch, 'viewer' | 'query' | 'limit'> & {
    readonly expansion: Expansion;
    readonly cursor: Cursor | undefined;
  },
): Promise<readonly (FoundTool & { readonly need: number })[]> {
  const terms = query.words.length;
  const after = cursor
    ? sql`and (score < ${cursor.key}::float8
        or (score = ${cursor.key}::float8 and server || ' ' || part > ${cursor.name}))`
    : sql``;
  const need = cursor
    ? sql`select ${cursor.need}::bigint as need`
    : neededWords(terms, sql`scored`);
  const { rows } = await sql<FoundTool & { need: number }>`
    with hits as materialized (${hitsOf(expansion.alternatives)}),
    -- Of each word the greater of what it is worth in the tool and, less, in its server.
    own as (
      select h.server_id, h.part, count(*) as matched,
        sum(greatest(h.worth, ${serverShare}::float8 * coalesce(z.worth, 0))
          - ${serverShare}::float8 * coalesce(z.worth, 0)) as more
      from hits h left join hits z on z.server_id = h.server_id and z.part = 0 and z.term = h.term
      where h.part > 0 group by h.server_id, h.part),
    of_server as (
      select server_id, sum(worth) * ${serverShare}::float8 as worth, count(*) as matched
      from hits where part = 0 group by server_id),
    scored as materialized (
      select s.id, s.name as server, o.part,
        (o.more + coalesce(f.worth, 0)) * s.boost
          * power(greatest(o.matched, 0.5 * (o.matched + coalesce(f.matched, 0))) / ${terms}::float8, 2) as score,
        o.matched
      from own o join catalog_servers s on s.id = o.server_id
      left join of_server f on f.server_id = o.server_id
      where ${fixedConditions(query, viewer)} and ${facetConditions(query.facets)}),
    need as materialized (${need})
    select t.server_id as "serverId", p.server, t.part, t.name, t.title, t.description, t.level,
      t.level_from as "levelFrom", p.score, x.card, (select need from need) as need
    from (
      select id, server, part, score from scored
      where matched >= (select need from need) ${after}
      order by score desc, server || ' ' || part
      limit ${limit + 1}) p
    join catalog_tools t on t.server_id = p.id and t.part = p.part
    join catalog_server_texts x on x.server_id = p.id
    order by p.score desc, p.server || ' ' || p.part
  `.execute(db);
  return rows;
}
