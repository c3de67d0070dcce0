import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What the CLI needs to find the server that runs on a data directory. */
export interface RunFile {
  readonly pid: number;
  readonly url: string;
  readonly mcpUrl: string;
  readonly version: string;
  /** ISO 8601. */
  readonly started: string;
}

/** Writes `<dataDir>/run.json`; disposing removes it, unless another server wrote its own since. */
export async function writeRunFile(dataDir: string, run: RunFile): Promise<AsyncDisposable> {
  const path = join(dataDir, 'run.json');
  const text = `${JSON.stringify(run, undefined, 2)}\n`;
  const draft = `${path}.${run.pid}`;
  await rm(draft, { force: true });
  await writeFile(draft, text, { mode: 0o600, flag: 'wx' });
  await rename(draft, path);
  return {
    async [Symbol.asyncDispose]() {
      const current = await readFile(path, 'utf8').catch(() => undefined);
      if (current === text) await rm(path, { force: true });
    },
  };
}
