import type { LaunchHints } from '../launch-hints.ts';
import { serverJsonSchemaUrl, type ServerJson } from '../server-json.ts';

const launch: LaunchHints = {
  id: 'dbhub',
  arguments: ['--transport', 'stdio'],
  env: {},
  network: { mode: 'open' },
  networkReason:
    'Speaks the database’s own protocol, which the allow-list of web hosts cannot carry. Off is enough for SQLite.',
  limits: { memoryMb: 512, cpus: 1, pids: 64 },
  requires: [],
};

export const dbhub = {
  server: {
    $schema: serverJsonSchemaUrl,
    name: 'io.github.bytebase/dbhub',
    title: 'DBHub',
    description: 'Queries PostgreSQL, MySQL, MariaDB, SQL Server, Oracle and SQLite.',
    version: '1.4.0',
    repository: { url: 'https://github.com/bytebase/dbhub', source: 'github' },
    packages: [
      {
        registryType: 'npm',
        identifier: '@bytebase/dbhub',
        version: '1.4.0',
        runtimeHint: 'npx',
        transport: { type: 'stdio' },
        environmentVariables: [
          {
            name: 'DSN',
            description: 'Where the database is and how to sign in to it',
            placeholder: 'postgres://user:password@host:5432/database',
            isRequired: true,
            isSecret: true,
          },
        ],
      },
    ],
  } satisfies ServerJson,
  launch,
};
