import { createHash } from 'node:crypto';

import type { EntrySource, ServerJson } from '@plugboard/catalog';
import { newId } from '@plugboard/contracts';
import { type Kysely, sql } from 'kysely';

import type { Database } from '../../../../store/schema.ts';
import { withTenant } from '../../../../store/tenant.ts';
import { indexServers } from '../index-servers.ts';

/** What a source says of a version, as a sync would store it. */
export interface TestEntry {
  readonly server: ServerJson;
  readonly status?: 'active' | 'deprecated' | 'deleted';
  readonly isLatest?: boolean;
  readonly publishedAt?: string | undefined;
  readonly updatedAt?: string | undefined;
  readonly readme?: string | undefined;
  /** JSON text. */
  readonly tools?: string | undefined;
}

type TestSource = Pick<EntrySource, 'slug' | 'kind'> &
  Partial<Pick<EntrySource, 'audience' | 'priority' | 'location'>>;

/** Makes a source without entries and returns its id; the one of that slug when there is one. */
export async function buildSource(
  db: Kysely<Database>,
  organizationId: string,
  source: TestSource,
): Promise<string> {
  return withTenant(db, organizationId, async (tx) => {
    const { slug, kind, audience = 'members', priority = 100, location } = source;
    const { id } = await tx
      .insertInto('catalog_sources')
      .values({
        id: newId(),
        organization_id: organizationId,
        slug,
        title: slug,
        kind,
        audience,
        priority,
        location: location ?? null,
      })
      .onConflict((conflict) =>
        conflict.columns(['organization_id', 'slug']).doUpdateSet({ audience, priority }),
      )
      .returning('id')
      .executeTakeFirstOrThrow();
    return id;
  });
}

/** Stores what a source says and indexes it, as a sync does, in batches of 500 names. */
export async function storeEntries(
  db: Kysely<Database>,
  organizationId: string,
  sourceId: string,
  entries: readonly TestEntry[],
): Promise<void> {
  for (let at = 0; at < entries.length; at += 500) {
    const batch = entries.slice(at, at + 500).map((entry) => rowOf(entry, sourceId));
    await withTenant(db, organizationId, async (tx) => {
      await sql`
        insert into catalog_versions (
          organization_id, source_id, name, version, document, digest, status, is_latest,
          published_at, updated_at, readme, tools)
        select ${organizationId}, source_id, name, version, document, decode(digest, 'hex'), status,
          is_latest, published_at, updated_at, readme, tools
        from jsonb_to_recordset(${JSON.stringify(batch)}::jsonb) as r (
          source_id uuid, name text, version text, document text, digest text, status text,
          is_latest boolean, published_at timestamptz, updated_at timestamptz, readme text, tools text)
        on conflict (organization_id, source_id, name, version) do update set
          document = excluded.document, digest = excluded.digest, status = excluded.status,
          is_latest = excluded.is_latest, published_at = excluded.published_at,
          updated_at = excluded.updated_at, readme = excluded.readme, tools = excluded.tools
      `.execute(tx);
      await indexServers(
        tx,
        organizationId,
        batch.map(({ name }) => name),
      );
    });
  }
}

function rowOf(
  { server, status = 'active', isLatest = false, ...entry }: TestEntry,
  sourceId: string,
) {
  const document = JSON.stringify(server);
  return {
    source_id: sourceId,
    name: server.name,
    version: server.version,
    document,
    digest: createHash('sha256').update(document).digest('hex'),
    status,
    is_latest: isLatest,
    published_at: entry.publishedAt ?? null,
    updated_at: entry.updatedAt ?? null,
    readme: entry.readme ?? null,
    tools: entry.tools ?? null,
  };
}
