import { type LockDocument, lockDocumentSchema } from '@plugboard/contracts/api';

const sha256 = 'a'.repeat(64);

/** A document with something of everything. */
export function buildLock(changes: Partial<LockDocument> = {}): LockDocument {
  return lockDocumentSchema.parse({
    version: 1,
    licencePolicy: { allow: null, deny: ['AGPL-3.0-only'], unknown: 'warn' },
    sources: [
      { slug: 'bundled', title: 'Bundled', kind: 'bundled', audience: 'members', priority: 10 },
    ],
    toolboxes: [{ slug: 'starter', name: 'Starter', environment: 'dev' }],
    templates: [],
    layers: [{ server: 'acme/db', environment: 'prod', settings: { limits: { memoryMb: 512 } } }],
    instances: [
      {
        slug: 'db',
        toolbox: 'starter',
        server: 'acme/db',
        version: '1.2.3',
        source: { type: 'npm', name: '@acme/db', version: '1.2.3', integrity: 'sha512-YWJj' },
        settings: { env: { LOG: 'yes # no comment' }, network: { mode: 'off' } },
        secrets: ['API_KEY'],
        definitions: [
          { kind: 'tool', name: 'query', sha256 },
          { kind: 'resource', name: 'db://table', sha256 },
        ],
        levels: [{ kind: 'tool', name: 'query', level: 'read' }],
      },
    ],
    agents: [{ slug: 'reporter', name: 'Reporter' }],
    grants: [
      { agent: 'reporter', effect: 'allow', level: 'read', target: { toolbox: 'starter' } },
      {
        agent: 'reporter',
        effect: 'deny',
        level: 'write',
        target: { instance: 'db', kind: 'tool', name: 'query' },
        expiresAt: '2090-01-01T00:00:00Z',
      },
    ],
    ...changes,
  });
}
