import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

import type { Plugboard } from './plugboard.ts';

/** Where texts are to be found that must be nowhere: the database, the log, files of the data directory. */
export async function findSecrets(
  plugboard: Plugboard,
  secrets: readonly string[],
): Promise<string[]> {
  const found: string[] = [];
  const look = (where: string, text: string) => {
    for (const secret of secrets) if (text.includes(secret)) found.push(`${where}: ${secret}`);
  };
  look('output', plugboard.output);
  const { database, dataDir } = plugboard;
  const tables = await database.rows(
    dataDir,
    `select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`,
  );
  for (const { name } of tables) {
    const rows = await database.rows(dataDir, `select t::text as text from "${String(name)}" t`);
    for (const { text } of rows) look(`table ${String(name)}`, String(text));
  }
  for (const entry of await readdir(dataDir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const bytes = await readFile(file).catch(() => undefined);
    if (bytes) look(path.relative(dataDir, file), bytes.toString('latin1'));
  }
  return found;
}
