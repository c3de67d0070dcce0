import { type Kysely, sql } from 'kysely';

import type { Database } from '../../../store/schema.ts';

/** Entries after whose coming PostgreSQL's picture of the tables is wrong enough to be slow. */
export const manyEntries = 500;

/**
 * Tells PostgreSQL how the catalog's tables are filled now. By itself it looks a minute later at the
 * earliest, and until then plans searches as if there were next to nothing. Where who serves requests
 * neither owns the tables nor may maintain them (store/migrate.ts), it looks by itself.
 */
export async function refreshStatistics(db: Kysely<Database>): Promise<void> {
  await sql`analyze catalog_servers, catalog_server_texts, catalog_tools, catalog_postings,
    catalog_words, catalog_versions`.execute(db);
}
