import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  buildSource,
  storeEntries,
} from '../../apps/server/src/features/catalog/search/testing/build-catalog.ts';
import {
  buildOrganization,
  createTestDatabase,
  type TestDatabase,
} from '../../apps/server/src/store/testing/test-database.ts';
import { judge, mean } from './judge.ts';
import { readRealSources } from './real-entries.ts';

const sources = await readRealSources();

describe.skipIf(!sources)('search over real servers', () => {
  let database: TestDatabase;
  let organizationId: string;
  beforeAll(async () => {
    database = await createTestDatabase();
    organizationId = await buildOrganization(database.db);
    for (const source of sources ?? []) {
      const id = await buildSource(database.db, organizationId, source);
      await storeEntries(database.db, organizationId, id, source.entries);
    }
  });
  afterAll(() => database[Symbol.asyncDispose]());

  it('finds most of what is meant', async () => {
    const names = new Set(
      sources?.flatMap(({ entries }) => entries.map(({ server }) => server.name)),
    );
    const judgements = await judge(database.db, organizationId);
    expect(judgements.length).toBeGreaterThanOrEqual(60);
    expect(judgements.flatMap(({ missed }) => missed).filter((name) => !names.has(name))).toEqual(
      [],
    );
    for (const half of [true, false]) {
      const recalls = judgements
        .filter(({ tuning }) => tuning === half)
        .map(({ recall }) => recall);
      expect(mean(recalls)).toBeGreaterThan(0.6);
    }
  });
});
