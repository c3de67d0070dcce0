import {
  type Choice,
  type FacetKey,
  type SearchQuery,
  toolNameWeight,
  type Viewer,
} from '@plugboard/catalog';
import { type RawBuilder, sql } from 'kysely';

import { visibleTo } from './viewer.ts';

type Condition = RawBuilder<boolean>;

const lastCharacter = '\u{10ffff}';
const everything = sql<boolean>`true`;

/** All of some conditions. */
export function every(conditions: readonly Condition[]): Condition {
  return conditions.length === 0 ? everything : sql<boolean>`${sql.join(conditions, sql` and `)}`;
}

/** What a query asks of a row of catalog_servers, called `s`, beside its words and facets. */
export function fixedConditions(query: SearchQuery, viewer: Viewer): Condition {
  const { phrases, excluded, publisher, tool, updated } = query;
  const conditions = [visibleTo(viewer)];
  for (const phrase of phrases) conditions.push(hasPhrase(phrase));
  for (const words of excluded) conditions.push(sql<boolean>`not ${tells(words)}`);
  conditions.push(
    ...chosen(publisher, (part) => sql<boolean>`position(${part} in s.publisher) > 0`),
  );
  conditions.push(...chosen(tool, hasTool));
  if (updated.from !== undefined) {
    conditions.push(sql<boolean>`s.updated_at >= ${updated.from}::timestamptz`);
  }
  if (updated.to !== undefined) {
    conditions.push(sql<boolean>`s.updated_at < ${updated.to}::timestamptz`);
  }
  return every(conditions);
}

/** What a query asks of the facets of a row of catalog_servers, called `s`. */
export function facetConditions(facets: SearchQuery['facets']): Condition {
  const columns: Readonly<Record<FacetKey, (values: readonly string[]) => Condition>> = {
    category: (values) => sql`s.category = any(${values}::text[])`,
    tier: (values) => sql`s.tier = any(${values}::text[])`,
    verified: (values) => sql`s.verified = any(${values}::boolean[])`,
    transport: (values) => sql`s.transports && ${values}::text[]`,
    runtime: (values) => sql`s.runtimes && ${values}::text[]`,
    license: (values) => sql`s.license = any(${values}::text[])`,
    source: (values) => sql`s.source = any(${values}::text[])`,
    status: (values) => sql`s.status = any(${values}::text[])`,
    installed: (values) => sql`${isInstalled} = any(${values}::boolean[])`,
    has: (values) => sql`s.features && ${values}::text[]`,
  };
  const conditions: Condition[] = [];
  for (const [key, column] of Object.entries(columns)) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.entries forgets the keys' type
    const { any = [], none = [] } = facets[key as FacetKey] ?? {};
    // A server has many features at once, so several asked for are all wanted.
    if (key === 'has') for (const value of any) conditions.push(column([value]));
    else if (any.length > 0) conditions.push(column(any));
    if (none.length > 0) conditions.push(sql`not ${column(none)}`);
  }
  return every(conditions);
}

/** Whether there is an instance of `s`. */
export const isInstalled = sql<boolean>`(s.name in (select server_name from instances))`;

function chosen({ any, none }: Choice, has: (value: string) => Condition): Condition[] {
  return [
    ...(any.length > 0 ? [sql<boolean>`(${sql.join(any.map(has), sql` or `)})`] : []),
    ...none.map((value) => sql<boolean>`not ${has(value)}`),
  ];
}

/** The longest word says by the index where the phrase can be at all. */
function hasPhrase(phrase: readonly string[]): Condition {
  const text = ` ${phrase.join(' ')} `;
  const rarest = phrase.toSorted((a, b) => b.length - a.length)[0] ?? '';
  return sql<boolean>`s.id in (
    select t.server_id from catalog_postings p
    join catalog_server_texts t on t.server_id = p.server_id
    where p.word = ${rarest} and p.part = 0 and position(${text} in t.words) > 0
    union all
    select t.server_id from catalog_postings p
    join catalog_tools t on t.server_id = p.server_id and t.part = p.part
    where p.word = ${rarest} and p.part > 0 and position(${text} in t.words) > 0)`;
}

/** Only what a server says of itself counts: any of hundreds of tools may mention anything. */
function tells(words: readonly string[]): Condition {
  if (words.length === 1) {
    return sql`s.id in (select p.server_id from catalog_postings p where p.word = ${words[0]} and p.part = 0)`;
  }
  const text = ` ${words.join(' ')} `;
  return sql`s.id in (
    select t.server_id from catalog_server_texts t where position(${text} in t.words) > 0)`;
}

/** One tool whose name has words that begin so, all of them. */
function hasTool(words: string): Condition {
  const having = words.split(' ').map(
    (word) => sql`
      select p.server_id, p.part from catalog_postings p
      where p.word >= ${word} and p.word < ${word + lastCharacter}
        and p.part > 0 and p.weight >= ${toolNameWeight}`,
  );
  return sql`s.id in (select server_id from (${sql.join(having, sql` intersect `)}) tools)`;
}
