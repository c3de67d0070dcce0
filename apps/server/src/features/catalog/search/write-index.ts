import { letterMask, toolPhrases } from '@plugboard/catalog';
import { sql } from 'kysely';

import type { TenantDb } from '../../tenant-db.ts';
import type { IndexEntry } from './build-entry.ts';

/** A server as it was indexed before. */
export interface OldServer {
  readonly id: number;
  readonly name: string;
  readonly viewer_from: number;
  readonly viewer_to: number;
  readonly digest: Buffer;
  readonly terms: string;
}

interface NewServer {
  readonly id: number;
  readonly entry: IndexEntry;
}

/** Deletes servers with their words; texts and tools go with them. */
export async function removeServers(db: TenantDb, servers: readonly OldServer[]): Promise<void> {
  const ids = servers.map(({ id }) => id);
  await sql`delete from catalog_postings where server_id = any(${ids}::integer[])`.execute(db);
  await sql`delete from catalog_servers where id = any(${ids}::integer[])`.execute(db);
}

export async function writeServers(
  db: TenantDb,
  organizationId: string,
  servers: readonly NewServer[],
): Promise<void> {
  await sql`
    insert into catalog_servers (
      id, organization_id, name, viewer_from, viewer_to, category, tier, verified, transports,
      runtimes, license, source, status, features, facets, facets_key, publisher, title, stars, downloads,
      popularity, boost, updated_at)
    select id, ${organizationId}, name, viewer_from, viewer_to, category, tier, verified, transports,
      runtimes, license, source, status, features, facets, facets_key, publisher, title, stars, downloads,
      popularity, boost, updated_at
    from jsonb_to_recordset(${json(servers.map(({ id, entry }) => ({ id, ...entry.row })))}::jsonb) as r (
      id integer, name text, viewer_from smallint, viewer_to smallint, category text, tier text,
      verified boolean, transports text[], runtimes text[], license text, source text, status text,
      features text[], facets text, facets_key bigint, publisher text, title text, stars integer, downloads integer,
      popularity float8, boost float8, updated_at timestamptz)
  `.execute(db);
  const texts = servers.map(({ id, entry: { view, card, phrases, postings, digest } }) => ({
    id,
    source_id: view.chosen.source.id,
    version: view.chosen.version,
    bundled_source_id: view.bundled?.source.id ?? null,
    bundled_version: view.bundled?.version ?? null,
    card,
    words: phrases,
    terms: termsOf(postings.map(({ word }) => word)),
    digest: digest.toString('hex'),
  }));
  await sql`
    insert into catalog_server_texts (
      organization_id, server_id, source_id, version, bundled_source_id, bundled_version, card, words,
      terms, digest)
    select ${organizationId}, id, source_id, version, bundled_source_id, bundled_version, card, words,
      terms, decode(digest, 'hex')
    from jsonb_to_recordset(${json(texts)}::jsonb) as r (
      id integer, source_id uuid, version text, bundled_source_id uuid, bundled_version text,
      card text, words text, terms text, digest text)
  `.execute(db);
  await writeTools(db, organizationId, servers);
  await writePostings(db, organizationId, servers);
}

async function writeTools(
  db: TenantDb,
  organizationId: string,
  servers: readonly NewServer[],
): Promise<void> {
  const tools = servers.flatMap(({ id, entry }) =>
    entry.server.tools.map((tool, index) => ({
      id,
      part: index + 1,
      name: tool.name,
      title: tool.title ?? null,
      description: tool.description ?? null,
      level: tool.level,
      level_from: tool.levelFrom,
      words: toolPhrases(tool),
    })),
  );
  if (tools.length === 0) return;
  await sql`
    insert into catalog_tools (
      organization_id, server_id, part, name, title, description, level, level_from, words)
    select ${organizationId}, id, part, name, title, description, level, level_from, words
    from jsonb_to_recordset(${json(tools)}::jsonb) as r (
      id integer, part smallint, name text, title text, description text, level text,
      level_from text, words text)
  `.execute(db);
}

async function writePostings(
  db: TenantDb,
  organizationId: string,
  servers: readonly NewServer[],
): Promise<void> {
  const words: string[] = [];
  const ids: number[] = [];
  const parts: number[] = [];
  const weights: number[] = [];
  for (const { id, entry } of servers) {
    for (const { word, part, weight } of entry.postings) {
      words.push(word);
      ids.push(id);
      parts.push(part);
      weights.push(weight);
    }
  }
  // Sorted, so that neighbours in the index are written together.
  await sql`
    insert into catalog_postings (organization_id, word, server_id, part, weight)
    select ${organizationId}, word, server_id, part, weight
    from unnest(${words}::text[], ${ids}::integer[], ${parts}::smallint[], ${weights}::smallint[])
      as r (word, server_id, part, weight)
    order by word collate "C", server_id, part
  `.execute(db);
}

/** Keeps in how many servers each viewer sees each word. */
export async function countWords(
  db: TenantDb,
  organizationId: string,
  removed: readonly OldServer[],
  written: readonly NewServer[],
): Promise<void> {
  const changes = new Map<string, [number, number, number]>();
  const count = (words: Iterable<string>, from: number, to: number, by: 1 | -1) => {
    for (const word of words) {
      const change = changes.get(word) ?? [0, 0, 0];
      if (from === 0) change[0] += by;
      if (from <= 1 && to >= 1) change[1] += by;
      if (to === 2) change[2] += by;
      changes.set(word, change);
    }
  };
  for (const { terms, viewer_from, viewer_to } of removed) {
    count(['', ...terms.split(' ')], viewer_from, viewer_to, -1);
  }
  for (const { entry } of written) {
    const words = new Set(['', ...entry.postings.map(({ word }) => word)]);
    count(words, entry.view.viewerFrom, entry.view.viewerTo, 1);
  }
  const rows = [...changes].filter(([, change]) => change.some((by) => by !== 0));
  if (rows.length === 0) return;
  await sql`
    insert into catalog_words as w (
      organization_id, word, length, letters, seen_by_anybody, seen_by_members, seen_by_admins)
    select ${organizationId}, r.* from unnest(
      ${rows.map(([word]) => word)}::text[],
      ${rows.map(([word]) => word.length)}::smallint[],
      ${rows.map(([word]) => String(letterMask(word)))}::bigint[],
      ${rows.map(([, [anybody]]) => anybody)}::integer[],
      ${rows.map(([, [, members]]) => members)}::integer[],
      ${rows.map(([, [, , admins]]) => admins)}::integer[]) as r
    on conflict (organization_id, word) do update set
      seen_by_anybody = w.seen_by_anybody + excluded.seen_by_anybody,
      seen_by_members = w.seen_by_members + excluded.seen_by_members,
      seen_by_admins = w.seen_by_admins + excluded.seen_by_admins
  `.execute(db);
  const fewer = rows.filter(([, change]) => change.some((by) => by < 0)).map(([word]) => word);
  if (fewer.length === 0) return;
  await sql`
    delete from catalog_words
    where word = any(${fewer}::text[])
      and seen_by_anybody = 0 and seen_by_members = 0 and seen_by_admins = 0
  `.execute(db);
}

function termsOf(words: readonly string[]): string {
  return [...new Set(words)].sort().join(' ');
}

/** PostgreSQL's text holds no NUL, and no half of a surrogate pair. */
function json(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'string' ? part.toWellFormed().replaceAll('\0', '') : part,
  );
}
