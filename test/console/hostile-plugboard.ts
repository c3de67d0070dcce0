import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import type { FileFixture } from '../harness/for-file.ts';
import { repository } from '../harness/repository.ts';
import { packServer } from '../registry/pack.ts';

/** The agent whose name is a payload. */
export const hostileAgent = 'mallory';

/** Texts that would like to be more, by what they try. */
export async function readPayloads(): Promise<Readonly<Record<string, string>>> {
  const file = path.join(repository, 'test/fixtures/servers/hostile/payloads.json');
  const payloads: Record<string, string> = JSON.parse(await readFile(file, 'utf8'));
  return payloads;
}

/** Has everything that others can name or say in it named and said by somebody hostile. */
export async function fillWithHostile({ plugboard, registry }: FileFixture): Promise<void> {
  const payloads = await readPayloads();
  const { api } = plugboard;
  registry.publish(await packServer('hostile'));
  await addCatalog(plugboard, payloads);

  await plugboard.add({ server: 'plugboard-fixture-hostile', slug: 'hostile' });
  await api.agents.create({ slug: hostileAgent, name: named(payloads['image']) });
  await api.grants.create({
    agent: hostileAgent,
    target: { scope: 'instance', instance: 'hostile' },
    level: 'admin',
  });
  await api.toolboxes.create({ slug: 'evil', name: named(payloads['svg']) });
  let number = 0;
  for (const text of Object.values(payloads)) {
    number += 1;
    const name = named(text);
    await api.credentials.create({
      name,
      kind: 'api_key',
      owner: { kind: 'organization' },
      fields: { key: `long-enough-secret-${number}` },
    });
    await api.agents.create({ slug: `agent-${number}`, name });
    await api.apiKeys.create({ name });
    await api.agents.tokens.create({ agent: hostileAgent, name });
    const call = { agent: hostileAgent, instance: 'hostile' };
    await api.calls
      .create({ ...call, name: `t-${text}`, arguments: { [text]: text } })
      .catch(() => undefined);
  }
  await api.calls.create({ agent: hostileAgent, instance: 'hostile', name: 'all' });
  await api.scim.tokens.create({ name: named(payloads['details']) });
}

/** As far as names may go: no control characters, at most 100. */
function named(text = ''): string {
  // oxlint-disable-next-line no-control-regex -- names have none
  return text.replaceAll(/[\u0000-\u001f\u007f]/g, '').slice(0, 100);
}

async function addCatalog(
  { dataDir, api }: FileFixture['plugboard'],
  payloads: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [name, text] of Object.entries(payloads)) {
    const folder = path.join(dataDir, 'catalog', 'hostile', name);
    await mkdir(folder, { recursive: true });
    const entry = {
      name: `com.hostile/${name}`,
      title: text.slice(0, 100),
      description: text.slice(0, 100),
      version: '1.0.0',
      websiteUrl: 'https://canary.invalid/site',
      repository: { url: 'https://canary.invalid/repo', source: text },
      icons: [{ src: 'https://canary.invalid/icon.svg' }],
      packages: [
        {
          registryType: 'npm',
          identifier: 'plugboard-fixture-hostile',
          version: '1.0.0',
          transport: { type: 'stdio' },
          environmentVariables: [
            { name: 'KEY', description: text, placeholder: text, isSecret: true },
            { name: 'CHOICE', description: text, choices: [text, 'other'], default: text },
          ],
        },
      ],
      _meta: { 'com.example/x': { [text]: text } },
    };
    await writeFile(path.join(folder, 'x.server.json'), JSON.stringify(entry));
    const readme = [`# ${text}`, ...Object.values(payloads), '```html', text, '```'].join('\n\n');
    await writeFile(path.join(folder, 'README.md'), readme);
  }
  const source = { slug: 'hostile', kind: 'folder', location: 'hostile', everyMs: null } as const;
  await api.sources.add({ ...source, title: named(payloads['image']) });
  const { id: sync } = await api.sources.sync({ source: 'hostile' });
  for await (const event of await api.sources.syncs.watch({ source: 'hostile', sync })) {
    if (event.type !== 'done') continue;
    const { state, counts, refusals } = event.sync;
    // Control characters and a field `__proto__`: the catalog takes neither.
    if (state === 'succeeded' && counts.refused === 2) continue;
    throw new Error(`the sync ${state}: ${JSON.stringify(refusals)}`);
  }
}
