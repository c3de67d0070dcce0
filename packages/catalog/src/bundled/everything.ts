import type { LaunchHints } from '../launch-hints.ts';
import { serverJsonSchemaUrl, type ServerJson } from '../server-json.ts';

const launch: LaunchHints = {
  id: 'everything',
  arguments: [],
  env: {},
  network: { mode: 'off' },
  networkReason: 'Works without a network; only its gzip tool fetches, and may then fail.',
  limits: { memoryMb: 256, cpus: 1, pids: 64 },
  requires: [],
};

export const everything = {
  server: {
    $schema: serverJsonSchemaUrl,
    name: 'io.github.modelcontextprotocol/server-everything',
    title: 'Everything',
    description: 'Shows each feature of the protocol; good for trying out clients and gateways.',
    version: '2026.8.31',
    repository: {
      url: 'https://github.com/modelcontextprotocol/servers',
      source: 'github',
      subfolder: 'src/everything',
    },
    packages: [
      {
        registryType: 'npm',
        identifier: '@modelcontextprotocol/server-everything',
        version: '2026.8.31',
        runtimeHint: 'npx',
        transport: { type: 'stdio' },
      },
    ],
  } satisfies ServerJson,
  launch,
};
