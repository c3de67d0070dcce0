import { catalogMetaKey, type ServerJson, sourceMetaKey } from '@plugboard/catalog';

import type { TestEntry } from './build-catalog.ts';

interface Small {
  readonly title?: string;
  readonly description: string;
  readonly version?: string;
  readonly tools?: readonly (readonly [name: string, description: string])[];
  readonly source?: Readonly<Record<string, unknown>>;
  readonly remote?: string;
  readonly updatedAt?: string;
  readonly status?: TestEntry['status'];
  readonly catalog?: Readonly<Record<string, unknown>>;
}

/** An entry of a server that runs from npm, or is a remote. */
export function smallEntry(name: string, small: Small): TestEntry {
  const { title, description, version = '1.0.0', tools, source, remote, catalog } = small;
  const [namespace = '', path = ''] = name.split('/');
  const owner = /^io\.github\.(.+)$/.exec(namespace)?.[1];
  const server: ServerJson = {
    name,
    ...(title !== undefined && { title }),
    description,
    version,
    ...(owner !== undefined && {
      repository: { url: `https://github.com/${owner}/${path}`, source: 'github' },
    }),
    ...(remote === undefined
      ? {
          packages: [
            { registryType: 'npm', identifier: path, version, transport: { type: 'stdio' } },
          ],
        }
      : { remotes: [{ type: 'streamable-http', url: remote }] }),
    ...((source || catalog) && {
      _meta: {
        ...(source && { [sourceMetaKey]: source }),
        ...(catalog && { [catalogMetaKey]: catalog }),
      },
    }),
  };
  return {
    server,
    isLatest: true,
    updatedAt: small.updatedAt ?? '2026-01-15T00:00:00Z',
    ...(small.status && { status: small.status }),
    tools: tools && JSON.stringify(tools.map(([name, description]) => ({ name, description }))),
  };
}

/** A few servers of every kind, as a registry has them. */
export const smallCatalog: readonly TestEntry[] = [
  smallEntry('io.github.acme/postgres-mcp', {
    title: 'Postgres',
    description: 'Query and inspect PostgreSQL databases',
    source: { category: 'databases', stars: 900, license: 'MIT', keywords: ['sql'] },
    tools: [
      ['execute_sql', 'Runs a statement and returns its rows'],
      ['list_tables', 'Lists all tables of a schema'],
    ],
    updatedAt: '2026-03-01T00:00:00Z',
  }),
  smallEntry('io.github.acme/mailer', {
    title: 'Mailer',
    description: 'Outgoing messages for your team',
    source: { category: 'communication', stars: 50, license: 'Apache-2.0' },
    tools: [
      ['send_email', 'Sends an e-mail to one or more people'],
      ['listDrafts', 'Lists drafts that are not sent'],
    ],
  }),
  smallEntry('com.example/kubernetes', {
    title: 'Kubernetes',
    description: 'Manages clusters, pods and deployments',
    source: { category: 'cloud', stars: 5000 },
    remote: 'https://mcp.example.com/k8s',
    updatedAt: '2025-06-01T00:00:00Z',
  }),
  smallEntry('io.github.other/gitlab-server', {
    title: 'GitLab',
    description: 'Issues and merge requests of GitLab, in a read only way',
    source: { category: 'development', license: 'MIT' },
    status: 'deprecated',
  }),
  smallEntry('io.github.other/mysql', {
    title: 'MySQL',
    description: 'Another database, which is not the first',
    source: { category: 'databases', stars: 20 },
    updatedAt: '2024-01-01T00:00:00Z',
  }),
];
