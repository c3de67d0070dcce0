import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';

import { createTestDatabase } from '../../../store/testing/test-database.ts';
import { refreshStatistics } from './refresh-statistics.ts';

/** Before 17 PostgreSQL lets owners alone ask for it, which nobody who serves requests is in tests. */
const isOlder = process.env['PLUGBOARD_TEST_DATABASE'] === 'external';

describe.skipIf(isOlder)('refreshStatistics', () => {
  it('may look at every table of the catalog', async () => {
    await using database = await createTestDatabase();
    await refreshStatistics(database.db);
    await expect
      .poll(async () => {
        const { rows } = await sql<{ name: string }>`
          select relname as name from pg_stat_user_tables
          where relname like 'catalog\\_%' and last_analyze is not null order by relname`.execute(
          database.db,
        );
        return rows.map(({ name }) => name);
      })
      .toEqual([
        'catalog_postings',
        'catalog_server_texts',
        'catalog_servers',
        'catalog_tools',
        'catalog_versions',
        'catalog_words',
      ]);
  });
});
