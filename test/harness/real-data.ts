import { existsSync } from 'node:fs';
import path from 'node:path';

import { repository } from './repository.ts';

/**
 * Where a file of the real data sets lies, such as `docker-catalog/catalog.json`; undefined where
 * they are absent, and then the tests that read them are skipped. They are never a part of the
 * repository: PLUGBOARD_TEST_DATA names their folder, else it is `shared/data` beside it.
 */
export function realData(name: string): string | undefined {
  const folder = process.env['PLUGBOARD_TEST_DATA'] ?? path.join(repository, '../shared/data');
  const file = path.join(folder, name);
  return existsSync(file) ? file : undefined;
}
