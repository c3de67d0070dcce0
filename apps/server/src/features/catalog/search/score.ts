import { type RawBuilder, sql } from 'kysely';

import type { Alternative } from './expand-words.ts';

/** What the best single tool adds to a server when it has several of the query's words at once. */
const toolShare = 0.6;

/**
 * The relation `hits (server_id, part, term, worth)`: what each of the query's words is worth in each
 * server and tool that has it.
 */
export function hitsOf(
  alternatives: readonly Alternative[],
  /** Of these servers alone. */
  serverIds?: readonly number[],
): RawBuilder<unknown> {
  return sql`
    select p.server_id, p.part, a.term, max(p.weight * a.factor) as worth
    from ${places(alternatives)} ${serverIds ? sql`and p.server_id = any(${serverIds}::integer[])` : sql``}
    group by p.server_id, p.part, a.term`;
}

/** Where the alternatives `a` occur: postings `p`. */
function places(alternatives: readonly Alternative[]): RawBuilder<unknown> {
  return sql`
    unnest(
      ${alternatives.map(({ term }) => term)}::smallint[],
      ${alternatives.map(({ word }) => word)}::text[],
      ${alternatives.map(({ factor }) => factor)}::float8[],
      ${alternatives.map(({ ofServers }) => ofServers === true)}::boolean[]
    ) as a (term, word, factor, of_servers)
    join catalog_postings p on p.word = a.word and (p.part = 0 or not a.of_servers)`;
}

/**
 * Relations that end with `worth (server_id, matched, worth)`: how many of the words a server has,
 * itself or in its tools, and what that is worth in all.
 */
export function worthOfServers(
  terms: number,
  alternatives: readonly Alternative[],
): RawBuilder<unknown> {
  if (terms === 1) {
    return sql`
      worth as (
        select p.server_id, 1::bigint as matched, max(p.weight * a.factor) as worth
        from ${places(alternatives)} group by p.server_id)`;
  }
  return sql`
    hits as materialized (${hitsOf(alternatives)}),
    worth as (
      select w.server_id, w.matched,
        (w.worth + ${toolShare}::float8 * coalesce(t.worth, 0)) * power(w.matched / ${terms}::float8, 2) as worth
      from (
        select server_id, count(*) as matched, sum(worth) as worth from (
          select server_id, term, max(worth) as worth from hits group by server_id, term) by_term
        group by server_id) w
      left join (
        select server_id, max(worth) as worth from (
          select server_id, sum(worth) as worth from hits
          where part > 0 group by server_id, part having count(*) > 1) by_tool
        group by server_id) t on t.server_id = w.server_id)`;
}

/** So many results that have the most of the words are enough. */
const enoughResults = 10;

/**
 * How many of the words a result must have: the most of them, one less when few results have as many,
 * and no more than the best has. `relation` has a column `matched`.
 */
export function neededWords(terms: number, relation: RawBuilder<unknown>): RawBuilder<unknown> {
  const most = terms <= 2 ? terms : Math.ceil(terms * 0.6);
  return sql`
    select case when enough then ${most}::bigint else least(${Math.max(1, most - 1)}, best) end as need
    from (
      select count(*) filter (where matched >= ${most}) >= ${enoughResults} as enough,
        max(matched) as best
      from ${relation}) counted`;
}
