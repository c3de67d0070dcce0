import { readFile } from 'node:fs/promises';

import type { TestEntry } from '../../apps/server/src/features/catalog/search/testing/build-catalog.ts';
import { readBundled } from '../../packages/catalog/src/sources/bundled.ts';
import { checkEntry, isTaken } from '../../packages/catalog/src/sources/check-entry.ts';
import { readDockerText } from '../../packages/catalog/src/sources/docker.ts';
import { foundInRegistry } from '../../packages/catalog/src/sources/registry-item.ts';
import {
  defaultSourceLimits,
  type SourceEntry,
  type SourcePages,
} from '../../packages/catalog/src/sources/source-reader.ts';
import { realData } from '../../test/harness/real-data.ts';

export interface RealSource {
  readonly slug: string;
  readonly kind: 'bundled' | 'docker' | 'registry';
  readonly priority: number;
  readonly entries: readonly TestEntry[];
}

/** The bundled servers and the real data sets as sources have them; undefined where those are absent. */
export async function readRealSources(): Promise<readonly RealSource[] | undefined> {
  const docker = realData('docker-catalog/catalog.json');
  const seed = realData('registry-2025-05/seed.json');
  const observed = realData('observed-tools/observed-tools.json');
  if (docker === undefined || seed === undefined || observed === undefined) return undefined;
  const tools = await readObservedTools(observed);
  const items: unknown[] = JSON.parse(await readFile(seed, 'utf8'));
  const withTools = (entry: SourceEntry): TestEntry => ({
    ...entry,
    tools: entry.tools ?? toolsOf(entry, tools),
  });
  return [
    {
      slug: 'bundled',
      kind: 'bundled',
      priority: 10,
      entries: (await all(readBundled())).map(withTools),
    },
    {
      slug: 'official',
      kind: 'registry',
      priority: 50,
      entries: items
        .map((item) => checkEntry(foundInRegistry(item), defaultSourceLimits))
        .filter(isTaken)
        .map(withTools),
    },
    {
      slug: 'docker',
      kind: 'docker',
      priority: 60,
      entries: (await all(readDockerText(await readFile(docker, 'utf8'), docker, {}))).map(
        withTools,
      ),
    },
  ];
}

async function all(pages: SourcePages): Promise<SourceEntry[]> {
  const entries: SourceEntry[] = [];
  for await (const page of pages) entries.push(...page.entries);
  return entries;
}

/** What real servers list, by the name of the package that they come from. */
async function readObservedTools(file: string): Promise<ReadonlyMap<string, string>> {
  const observed: Record<string, { package?: string; tools?: unknown[] }> = JSON.parse(
    await readFile(file, 'utf8'),
  );
  return new Map(
    Object.values(observed).flatMap(({ package: name, tools }) =>
      name === undefined || !tools ? [] : [[name, JSON.stringify(tools)]],
    ),
  );
}

function toolsOf({ server }: SourceEntry, tools: ReadonlyMap<string, string>): string | undefined {
  return server.packages
    ?.map(({ identifier }) => tools.get(identifier))
    .find((listed) => listed !== undefined);
}
