import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';

/**
 * Writes the stdio upstream into `directory` as an installed package would lie there: plain
 * JavaScript, so that neither its start nor its memory includes the stripping of types.
 * Returns the script to run, relative to `directory`.
 */
export async function packStdioServer(directory: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  for (const name of ['stdio', 'rpc', 'answers']) {
    const source = await readFile(join(import.meta.dirname, `${name}.ts`), 'utf8');
    const script = stripTypeScriptTypes(source).replaceAll(/(from '\.\/\w+)\.ts'/g, "$1.mjs'");
    await writeFile(join(directory, `${name}.mjs`), script);
  }
  await writeFile(
    join(directory, 'package.json'),
    JSON.stringify({ name: 'plugboard-bench-stdio', version: '1.0.0', bin: 'stdio.mjs' }),
  );
  return 'stdio.mjs';
}
