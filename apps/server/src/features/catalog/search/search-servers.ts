import type { SearchQuery, SortOrder, Viewer } from '@plugboard/catalog';
import { type RawBuilder, sql } from 'kysely';

import type { TenantDb } from '../../tenant-db.ts';
import { facetConditions, fixedConditions, isInstalled } from './conditions.ts';
import {
  type Cursor,
  digestOf,
  packAlternatives,
  readCursor,
  unpackAlternatives,
  writeCursor,
} from './cursor.ts';
import { type Expansion, expandWords } from './expand-words.ts';
import { type Counted, countFacets, type FacetGroup } from './facets.ts';
import { neededWords, worthOfServers } from './score.ts';
import { visibleTo } from './viewer.ts';

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
    ? { alternatives: unpackAlternatives(cursor), corrections: [] }
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
            alternatives: packAlternatives(expansion.alternatives),
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
  const terms = query.words.length;
  const { key, type, descending } = orders(terms > 0)[sort];
  const direction = sql.raw(descending ? 'desc' : 'asc');
  const after = cursor ? sql`where ${follows(cursor, type, descending)}` : sql``;
  const { found, shown, counted } = asksForNothing(query)
    ? everything(viewer, query, key)
    : whatFits({ viewer, query, expansion, cursor, key });
  const { rows } = await sql<{ page: Page['page']; counts: Page['counts']; need: number | null }>`
    with ${found}
    select
      (select coalesce(json_agg(p order by p.key ${direction}, p.name), '[]') from (
        select o.id, o.name, o.score, o.key, t.card from (
          select id, name, score, key from (${shown}) keyed
          ${after}
          order by key ${direction}, name
          limit ${limit + 1}) o
        join catalog_server_texts t on t.server_id = o.id) p) as page,
      (select coalesce(json_agg(c), '[]') from (
        select (select s.facets from catalog_servers s where s.id = g.id) as facets, g.count,
          coalesce(i.count, 0) as installed
        from (select s.facets_key, min(s.id) as id, count(*) as count from ${counted} group by 1) g
        left join (
          select s.facets_key, count(*) as count from ${counted} and ${isInstalled} group by 1) i
          on i.facets_key = g.facets_key) c) as counts,
      (select need from need) as need
  `.execute(db);
  const [row] = rows;
  return { page: row?.page ?? [], counts: row?.counts ?? [], need: row?.need ?? 0 };
}

/** SQL of a search: what is found first, which of it is shown, and which is counted. */
interface Parts {
  readonly found: RawBuilder<unknown>;
  /** `(id, name, score, key)` */
  readonly shown: RawBuilder<unknown>;
  /** What follows `from`, as `s`, up to conditions to which others can be added. */
  readonly counted: RawBuilder<unknown>;
}

/** All that the viewer sees, for which indexes give the first page and the counts. */
function everything(viewer: Viewer, query: SearchQuery, key: RawBuilder<unknown>): Parts {
  const visible = visibleTo(viewer);
  return {
    found: sql`need as materialized (select 0::bigint as need)`,
    shown: sql`
      select s.id, s.name, 0::float8 as score, ${key} as key from catalog_servers s
      where ${visible} and ${facetConditions(query.facets)}`,
    counted: sql`catalog_servers s where ${visible}`,
  };
}

function whatFits({
  viewer,
  query,
  expansion,
  cursor,
  key,
}: Pick<Reading, 'viewer' | 'query' | 'expansion' | 'cursor'> & {
  readonly key: RawBuilder<unknown>;
}): Parts {
  const terms = query.words.length;
  const fixed = fixedConditions(query, viewer);
  const columns = sql`s.id, s.name, s.facets_key, ${key} as key, ${facetConditions(query.facets)} as chosen`;
  const found =
    terms === 0
      ? sql`
        found as materialized (
          select ${columns}, 0::bigint as matched, 0::float8 as score from catalog_servers s where ${fixed})`
      : sql`
        ${worthOfServers(terms, expansion.alternatives)},
        found as materialized (
          select ${columns}, w.matched, w.worth * s.boost as score
          from worth w join catalog_servers s on s.id = w.server_id
          where ${fixed})`;
  const need = cursor
    ? sql`select ${cursor.need}::bigint as need`
    : terms === 0
      ? sql`select 0::bigint as need`
      : neededWords(terms, sql`found`);
  return {
    found: sql`${found}, need as materialized (${need})`,
    shown: sql`
      select id, name, score, key from found
      where chosen and matched >= (select need from need)`,
    counted: sql`found s where s.matched >= (select need from need)`,
  };
}

function asksForNothing(query: SearchQuery): boolean {
  const { words, phrases, excluded, publisher, tool, updated } = query;
  const lists = [words, phrases, excluded, publisher.any, publisher.none, tool.any, tool.none];
  return lists.every((list) => list.length === 0) && !updated.from && !updated.to;
}

function follows(
  { key, name }: Cursor,
  type: Order['type'],
  descending: boolean,
): RawBuilder<boolean> {
  const last = sql`${key}::${sql.raw(type)}`;
  const beyond = descending ? sql`key < ${last}` : sql`key > ${last}`;
  return sql<boolean>`(${beyond} or (key = ${last} and name > ${name}))`;
}

interface Order {
  /** Over `s`, and `w` where words were looked for; ties are broken by name. */
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
    relevance: descending(byWords ? sql`(w.worth * s.boost)` : sql`s.boost`),
    popularity: descending(sql`s.popularity`),
    stars: descending(sql`s.stars::float8`),
    downloads: descending(sql`s.downloads::float8`),
    updated: descending(sql`extract(epoch from s.updated_at)::float8`),
    name: { key: sql`s.title`, type: 'text', descending: false },
  };
}
