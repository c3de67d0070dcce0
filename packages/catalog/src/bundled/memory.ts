import type { LaunchHints } from '../launch-hints.ts';
import { serverJsonSchemaUrl, type ServerJson } from '../server-json.ts';

const launch: LaunchHints = {
  id: 'memory',
  arguments: [],
  env: { MEMORY_FILE_PATH: '{workDir}/memory.jsonl' },
  network: { mode: 'off' },
  networkReason: 'Keeps its graph in a local file.',
  limits: { memoryMb: 256, cpus: 1, pids: 64 },
  requires: [],
};

export const memory = {
  server: {
    $schema: serverJsonSchemaUrl,
    name: 'io.github.modelcontextprotocol/server-memory',
    title: 'Memory',
    description: 'Remembers people, things and how they relate, as a graph in a file.',
    version: '2026.8.31',
    repository: {
      url: 'https://github.com/modelcontextprotocol/servers',
      source: 'github',
      subfolder: 'src/memory',
    },
    packages: [
      {
        registryType: 'npm',
        identifier: '@modelcontextprotocol/server-memory',
        version: '2026.8.31',
        runtimeHint: 'npx',
        transport: { type: 'stdio' },
        environmentVariables: [
          {
            name: 'MEMORY_FILE_PATH',
            description: 'The file that holds the graph, one JSON object a line',
            format: 'filepath',
          },
        ],
      },
    ],
  } satisfies ServerJson,
  launch,
};
