import type { LaunchHints } from '../launch-hints.ts';
import { serverJsonSchemaUrl, type ServerJson } from '../server-json.ts';

const launch: LaunchHints = {
  id: 'sequential-thinking',
  arguments: [],
  env: {},
  network: { mode: 'off' },
  networkReason: 'Works without a network.',
  limits: { memoryMb: 256, cpus: 1, pids: 64 },
  requires: [],
};

export const sequentialThinking = {
  server: {
    $schema: serverJsonSchemaUrl,
    name: 'io.github.modelcontextprotocol/server-sequential-thinking',
    title: 'Sequential thinking',
    description: 'Lets a model think in numbered steps that it can revise and branch.',
    version: '2026.8.31',
    repository: {
      url: 'https://github.com/modelcontextprotocol/servers',
      source: 'github',
      subfolder: 'src/sequentialthinking',
    },
    packages: [
      {
        registryType: 'npm',
        identifier: '@modelcontextprotocol/server-sequential-thinking',
        version: '2026.8.31',
        runtimeHint: 'npx',
        transport: { type: 'stdio' },
        environmentVariables: [
          {
            name: 'DISABLE_THOUGHT_LOGGING',
            description: 'Keeps the thoughts out of the log',
            format: 'boolean',
          },
        ],
      },
    ],
  } satisfies ServerJson,
  launch,
};
