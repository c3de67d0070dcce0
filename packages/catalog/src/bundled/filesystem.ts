import type { LaunchHints } from '../launch-hints.ts';
import { serverJsonSchemaUrl, type ServerJson } from '../server-json.ts';

const launch: LaunchHints = {
  id: 'filesystem',
  arguments: ['{workDir}'],
  env: {},
  network: { mode: 'off' },
  networkReason: 'Works on local files alone.',
  limits: { memoryMb: 256, cpus: 1, pids: 64 },
  requires: [],
};

export const filesystem = {
  server: {
    $schema: serverJsonSchemaUrl,
    name: 'io.github.modelcontextprotocol/server-filesystem',
    title: 'Filesystem',
    description: 'Reads, writes, moves and searches files inside the folders it is given.',
    version: '2026.8.31',
    repository: {
      url: 'https://github.com/modelcontextprotocol/servers',
      source: 'github',
      subfolder: 'src/filesystem',
    },
    packages: [
      {
        registryType: 'npm',
        identifier: '@modelcontextprotocol/server-filesystem',
        version: '2026.8.31',
        runtimeHint: 'npx',
        transport: { type: 'stdio' },
        packageArguments: [
          {
            type: 'positional',
            valueHint: 'allowed_folder',
            description: 'A folder that it may work in',
            format: 'filepath',
            isRequired: true,
            isRepeated: true,
          },
        ],
      },
    ],
  } satisfies ServerJson,
  launch,
};
