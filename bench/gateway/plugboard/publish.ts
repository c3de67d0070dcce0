import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { packServer } from '../../../test/registry/pack.ts';
import { type Registry, startRegistry } from '../../../test/registry/registry.ts';

/**
 * Starts an npm registry that has the stdio upstream, as `packStdioServer` wrote it into
 * `directory`, so that Plugboard installs it as it installs every package.
 */
export async function publishStdioServer(
  directory: string,
): Promise<{ readonly registry: Registry; readonly packageName: string }> {
  const manifest = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8'));
  const files: Record<string, string> = {};
  for (const name of ['stdio', 'rpc', 'answers']) {
    files[`${name}.mjs`] = await readFile(join(directory, `${name}.mjs`), 'utf8');
  }
  const packed = await packServer('echo', { manifest, files });
  const registry = await startRegistry();
  registry.publish(packed);
  return { registry, packageName: packed.manifest.name };
}
