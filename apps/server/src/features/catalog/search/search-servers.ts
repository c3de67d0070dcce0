import type { SearchQuery, SortOrder, Viewer } from '@plugboard/catalog';
import { type RawBuilder, sql } from 'kysely';

import type { TenantDb } from '../../tenant-db.ts';
import { facetConditions, fixedConditions, isInstalled } from './conditions.ts';
import { type Cursor, digestOf, readCursor, writeCursor } from './cursor.ts';
import { type Alternative, type Expansion, expandWords } from './expand-words.ts';
import { type Counted, countFacets, type FacetGroup } from './facets.ts';
import { hitsOf, neededWords, worthOfServers } from './score.ts';

export interface ServerSearch {
  readonly viewer: Viewer;
  readonly query: SearchQuery;
  readonly limit: number;
  /** Of an earlier answer to the same query. */
  readonly cursor: string | undefined;
}

/** A server that was found. */
export interface FoundServer {
  readonly id: number;
  readonly name: string;
  /** What its words are worth; 0 when no words were looked for. */
  readonly score: number;
  /** A `MergedServer` as JSON text, with the number of its tools for them. */
  readonly card: string;
}

export interface ServerResults extends Counted, Expansion {
  readonly servers: readonly FoundServer[];
  readonly sort: SortOrder;
  readonly nextCursor: string | undefined;
}

/** Finds servers, counts them, and gives one page of them. To be called in a snapshot. */
export async function searchServers(
  db: TenantDb,
  { viewer, query, limit, cursor: cursorText }: ServerSearch,
): Promise<ServerResults> {
  const sort = query.sort ?? 'relevance';
  const { messages: _, ...asked } = query;
  const digest = digestOf('servers', asked, sort, viewer);
  const cursor = cursorText === undefined ? undefined : readCursor(cursorText, digest);
  const expansion = cursor
    ? { alternatives: cursor.alternatives.map(toAlternative), corrections: [] }
    : await expandWords(db, viewer, query.words, query.open);
  const { page, counts, need } = await read(db, { viewer, query, limit, sort, expansion, cursor });
  const servers = page.slice(0, limit);
  const last = servers.at(-1);
  return {
    ...expansion,
    ...countFacets(counts, query.facets),
    servers,
    sort,
    nextCursor:
      page.length > limit && last
        ? writeCursor({
            query: digest,
            key: last.key,
            name: last.name,
            need,
            alternatives: expansion.alternatives.map(({ term, word, factor }) => [
              term,
              word,
              factor,
            ]),
          })
        : undefined,
  };
}

interface Reading extends Pick<ServerSearch, 'viewer' | 'query' | 'limit'> {
  readonly sort: SortOrder;
  readonly expansion: Expansion;
  readonly cursor: Cursor | undefined;
}

interface Page {
  readonly page: readonly (FoundServer & { readonly key: number | string })[];
  readonly counts: readonly FacetGroup[];
  readonly need: number;
}

/** One statement: the same servers are counted and shown. */
async function read(
  db: TenantDb,
  { viewer, query, limit, sort, expansion, cursor }: Reading,
): Promise<Page> {
  const byWords = query.words.length > 0;
  const fixed = fixedConditions(query, viewer);
  const { key, type, descending } = orders(byWords)[sort];
  const after = cursor
    ? sql`where (${descending ? sql`key < ${cursor.key}::${sql.raw(type)}` : sql`key > ${cursor.key}::${sql.raw(type)}`}
        or (key = ${cursor.key}::${sql.raw(type)} and name > ${cursor.name}))`
    : sql``;
  const scored = byWords
    ? sql`
      hits as (${hitsOf(expansion.alternatives)}),
      scored as materialized (
        select s.id, w.matched, w.worth * s.boost as score
        from (${worthOfServers(query.words.length)}) w
        join catalog_servers s on s.id = w.server_id
        where ${fixed}),
      need as materialized (
        select ${cursor ? sql`${cursor.need}::bigint` : sql`least(${neededWords(query.words.length)}, most)`} as need
        from (select max(matched) as most from scored) m)`
    : sql`need as materialized (select 0::bigint as need)`;
  const found = byWords
    ? sql`scored join catalog_servers s on s.id = scored.id
        where scored.matched >= (select need from need)`
    : sql`catalog_servers s where ${fixed}`;
  const score = byWords ? sql`scored.score` : sql`0::float8`;
  const { rows } = await sql<{ page: Page['page']; counts: Page['counts']; need: number | null }>`
    with ${scored}
    select
      (select coalesce(json_agg(p order by p.key ${sql.raw(descending ? 'desc' : 'asc')}, p.name), '[]') from (
        select o.id, o.name, o.score, o.key, t.card from (
          select id, name, score, key from (
            select s.id, s.name, ${score} as score, ${key} as key
            from ${found} and ${facetConditions(query.facets)}) keyed
          ${after}
          order by key ${sql.raw(descending ? 'desc' : 'asc')}, name
          limit ${limit + 1}) o
        join catalog_server_texts t on t.server_id = o.id) p) as page,
      (select coalesce(json_agg(c), '[]') from (
        select sample.facets, g.count, coalesce(i.count, 0) as installed
        from (select s.facets_key, min(s.id) as id, count(*) as count from ${found} group by 1) g
        join catalog_servers sample on sample.id = g.id
        left join (
          select s.facets_key, count(*) as count from ${found} and ${isInstalled} group by 1) i
          on i.facets_key = g.facets_key) c) as counts,
      (select need from need) as need
  `.execute(db);
  const [row] = rows;
  return { page: row?.page ?? [], counts: row?.counts ?? [], need: row?.need ?? 0 };
}

interface Order {
  /** Over `scored` and `s`; ties are broken by name. */
  readonly key: RawBuilder<unknown>;
  readonly type: 'float8' | 'text';
  readonly descending: boolean;
}

function orders(byWords: boolean): Readonly<Record<SortOrder, Order>> {
  const descending = (key: RawBuilder<unknown>): Order => ({
    key,
    type: 'float8',
    descending: true,
  });
  return {
    relevance: descending(byWords ? sql`scored.score` : sql`s.boost::float8`),
    popularity: descending(sql`s.popularity::float8`),
    stars: descending(sql`s.stars::float8`),
    downloads: descending(sql`s.downloads::float8`),
    updated: descending(sql`extract(epoch from s.updated_at)::float8`),
    name: { key: sql`s.title`, type: 'text', descending: false },
  };
}

function toAlternative([term, word, factor]: Cursor['alternatives'][number]): Alternative {
  return { term, word, factor };
}
