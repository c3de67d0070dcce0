import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import type { FileFixture } from '../harness/for-file.ts';
import { packServer } from '../registry/pack.ts';

const versioned = 'fixture-notes';

const read = `annotations: { readOnlyHint: true, title: 'Read notes' }`;
const find = `{ name: 'find', description: 'Finds notes by their words', ${read},
  inputSchema: { type: 'object', required: ['words'], properties: {
    words: { type: 'string', description: 'What to look for' },
    limit: { type: 'integer', default: 20, description: 'How many at most' } } },
  run: async () => text('found') }`;
const findOtherwise = find.replace("required: ['words']", "required: ['words', 'folder']");
const write = `{ name: 'write', description: 'Writes a note', run: async () => text('written') }`;
const share = `{ name: 'share', description: 'Gives a link to a note', run: async () => text('link') }`;
const remove = `{ name: 'remove', description: 'Removes a note',
  annotations: { destructiveHint: true }, run: async () => text('removed') }`;

/** What is said on the way, in ways that must stay inert. */
export const saidByHostile = '<img src=x onerror=alert(1)> \u202etxt.exe \u001b[31mred\u001b[0m';

/**
 * What the pages of instances are tried with: `notes` has versions, one of which does not start and one
 * of which breaks its tools; `weather` is configured by the catalog's word; `broken` fails; `ledger` is in
 * a toolbox of its own.
 */
export async function installServers({ plugboard, registry }: FileFixture): Promise<void> {
  const publish = async (version: string, tools: readonly string[], before = '', files = {}) =>
    registry.publish(
      await packServer('ten-tools', {
        manifest: { name: versioned, version },
        files: {
          ...files,
          'server.mjs': `#!/usr/bin/env node
            import { existsSync, writeFileSync } from 'node:fs';
            import { serve, text } from './rpc.mjs';
            console.error('INFO starting version ${version}');
            console.error('WARN the index is old');
            console.error(${JSON.stringify(saidByHostile)});
            ${before}
            serve({ name: 'notes', tools: [${tools.join()}] });`,
        },
      }),
    );
  await publish('1.0.0', [find, write, remove]);
  await publish('1.1.0', [find, write, remove, share], '', {
    'CHANGELOG.md': '# Changes\n## 1.1.0\n- gives **links** to notes\n## 1.0.0\n- first\n',
  });
  await publish('1.2.0', [find], `console.error('ERROR no such index'); process.exit(3);`);
  await publish('2.0.0', [findOtherwise, remove]);
  registry.publish(
    await packServer('ten-tools', {
      manifest: { name: 'fixture-broken', version: '1.0.0' },
      files: {
        'server.mjs': `#!/usr/bin/env node
          import { existsSync, writeFileSync } from 'node:fs';
          import { serve, text } from './rpc.mjs';
          const mark = process.env.DATA + '/mark';
          if (existsSync(mark)) { console.error('ERROR the data is of another version'); process.exit(4); }
          writeFileSync(mark, '');
          serve({ name: 'broken', tools: [${find}] });`,
      },
    }),
  );
  registry.publish(await packServer('configured'));
  await addCatalogEntry(plugboard);

  const { api } = plugboard;
  await api.toolboxes.create({ slug: 'payments', name: 'Payments', environment: 'prod' });
  await plugboard.add({ server: `${versioned}@1.0.0`, slug: 'notes' });
  await plugboard.add({ server: 'com.example/weather', slug: 'weather' });
  await plugboard.add({
    server: 'com.example/weather',
    slug: 'ledger',
    toolbox: 'payments',
    values: { NAME: 'ledger' },
  });
  await plugboard.add({ server: 'fixture-broken', slug: 'broken', env: { DATA: '{workDir}' } });
  await api.instances.restart({ instance: 'broken' }).catch(() => undefined);
  await plugboard.agent('claude-code', { starter: 'execute' });
  await plugboard.agent('reports', { ledger: 'read', notes: 'read' });
}

async function addCatalogEntry({ dataDir, api }: FileFixture['plugboard']): Promise<void> {
  const folder = path.join(dataDir, 'catalog', 'own');
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'weather.server.json'), JSON.stringify(weather));
  await api.sources.add({ slug: 'own', kind: 'folder', location: 'own', everyMs: null });
  const { id: sync } = await api.sources.sync({ source: 'own' });
  for await (const event of await api.sources.syncs.watch({ source: 'own', sync })) {
    if (event.type === 'done' && event.sync.state !== 'succeeded') throw new Error('no sync');
  }
}

const weather = {
  name: 'com.example/weather',
  title: 'Weather',
  description: 'Shows what it was configured with',
  version: '1.0.0',
  packages: [
    {
      registryType: 'npm',
      identifier: 'plugboard-fixture-configured',
      version: '1.0.0',
      transport: { type: 'stdio' },
      packageArguments: [{ type: 'named', name: '--read-only', format: 'boolean' }],
      environmentVariables: [
        { name: 'REGION', description: 'Where to ask', choices: ['eu', 'us'] },
        { name: 'REFUSE', description: 'Whether it refuses to start', format: 'boolean' },
        { name: 'NAME', description: 'What it calls itself' },
        { name: 'TOKEN', isSecret: true },
      ],
    },
  ],
  _meta: {
    'dev.plugboard/catalog': {
      id: 'weather',
      aliases: [],
      category: 'other',
      tier: 'community',
      publisher: 'Example',
      icon: { text: 'W', color: '#0e7490' },
      keywords: [],
      credentials: [
        {
          key: 'TOKEN',
          kind: 'token',
          title: 'Token of the weather service',
          required: false,
          format: '[a-z]+-token-[0-9]+',
          test: { tool: 'whoami', arguments: {} },
        },
      ],
      tools: [],
      toolsFrom: 'unknown',
      presets: [
        {
          id: 'careful',
          title: 'Careful',
          description: 'Changes nothing',
          values: { 'read-only': true, REGION: 'eu' },
        },
      ],
      launch: {
        arguments: ['serve'],
        env: { FROM: 'catalog' },
        network: { mode: 'off' },
        networkReason: 'none',
        limits: { memoryMb: 256, cpus: 1, pids: 64 },
        requires: [],
      },
      offline: 'works',
      remarks: [],
    },
  },
};
