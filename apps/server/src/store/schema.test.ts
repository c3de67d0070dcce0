import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { generateSchema } from './generate-schema.ts';
import { createTestDatabase, type TestDatabase } from './testing/test-database.ts';

describe('schema.ts', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database[Symbol.asyncDispose]());

  it('equals what the migrated schema generates', async () => {
    await expect(await generateSchema(database.owner)).toMatchFileSnapshot('schema.ts');
  });
});
