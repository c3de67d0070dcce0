import { describe, expect, it } from 'vitest';

import { compareLocks } from './lock-compare.ts';
import { type LockDocument, lockDocumentSchema } from './lock-document.ts';

const hash = (digit: string) => digit.repeat(64);

function build(changes: Record<string, unknown> = {}): LockDocument {
  return lockDocumentSchema.parse({
    version: 1,
    toolboxes: [{ slug: 'starter', name: 'Starter', environment: 'dev' }],
    instances: [instance()],
    agents: [{ slug: 'demo', name: 'Demo' }],
    grants: [{ agent: 'demo', effect: 'allow', level: 'read', target: { toolbox: 'starter' } }],
    ...changes,
  });
}

function instance(changes: Record<string, unknown> = {}): object {
  return {
    slug: 'db',
    toolbox: 'starter',
    server: 'acme/db',
    version: '1.0.0',
    source: { type: 'npm', name: 'db', version: '1.0.0', integrity: 'sha512-YQ==' },
    settings: { env: { A: '1' }, args: ['a'] },
    secrets: ['KEY'],
    definitions: [{ kind: 'tool', name: 'query', sha256: hash('a') }],
    levels: [{ kind: 'tool', name: 'query', level: 'read' }],
    ...changes,
  };
}

const grant = (level: string, expiresAt?: string) => ({
  agent: 'demo',
  effect: 'allow',
  level,
  target: { toolbox: 'starter' },
  ...(expiresAt !== undefined && { expiresAt }),
});

describe('comparing lock documents', () => {
  it('finds nothing between equal ones, however they are ordered', () => {
    expect(compareLocks(build(), build())).toEqual([]);
    const agents = [
      { slug: 'a', name: 'A' },
      { slug: 'b', name: 'B' },
    ];
    expect(compareLocks(build({ agents }), build({ agents: agents.toReversed() }))).toEqual([]);
  });

  it('tells of a change field by field', () => {
    const wanted = instance({
      version: '2.0.0',
      source: { type: 'npm', name: 'db', version: '2.0.0', integrity: 'sha512-Yg==' },
      settings: { env: { A: '2' } },
    });
    expect(compareLocks(build(), build({ instances: [wanted] }))).toEqual([
      {
        action: 'change',
        kind: 'instance',
        id: 'db',
        drift: [],
        fields: [
          { path: 'settings.args', before: ['a'] },
          { path: 'settings.env.A', before: '1', after: '2' },
          { path: 'source.integrity', before: 'sha512-YQ==', after: 'sha512-Yg==' },
          { path: 'source.version', before: '1.0.0', after: '2.0.0' },
          { path: 'version', before: '1.0.0', after: '2.0.0' },
        ],
      },
    ]);
  });

  it.each([
    ['grant', { grants: [grant('write')] }, 'demo allow toolbox starter', 'level'],
    [
      'level',
      { instances: [instance({ levels: [{ kind: 'tool', name: 'query', level: 'admin' }] })] },
      'db tool query',
      'level',
    ],
    ['agent', { agents: [{ slug: 'demo', name: 'Other' }] }, 'demo', 'name'],
    ['instance', { instances: [instance({ secrets: [] })] }, 'db', 'secrets'],
    [
      'instance',
      { instances: [instance({ entry: { name: 'x', 'a.b': 1 } })] },
      'db',
      'entry.a\\.b',
    ],
    [
      'toolbox',
      { toolboxes: [{ slug: 'starter', name: 'Starter', environment: 'prod' }] },
      'starter',
      'environment',
    ],
  ])('tells of one changed %s and of nothing else', (kind, changes, id, path) => {
    const found = compareLocks(build(), build(changes));
    expect(found.map((each) => [each.action, each.kind, each.id])).toEqual([['change', kind, id]]);
    expect(found[0]?.fields[0]?.path).toBe(path);
  });

  it('calls definitions that alone differ drift, and names them', () => {
    const definitions = [
      { kind: 'tool', name: 'query', sha256: hash('b') },
      { kind: 'prompt', name: 'new', sha256: hash('c') },
    ];
    const [found] = compareLocks(build(), build({ instances: [instance({ definitions })] }));
    expect(found).toMatchObject({ action: 'drift', kind: 'instance', id: 'db', fields: [] });
    expect(found?.drift).toEqual([
      { kind: 'prompt', name: 'new', how: 'removed', locked: hash('c') },
      { kind: 'tool', name: 'query', how: 'changed', locked: hash('b'), listed: hash('a') },
    ]);
  });

  it('leaves alone what the wanted one has no section for, and empties what is empty', () => {
    expect(compareLocks(build(), { version: 1 })).toEqual([]);
    expect(
      compareLocks(build(), { version: 1, agents: [], instances: [], grants: [] }),
    ).toMatchObject([
      { action: 'delete', kind: 'grant' },
      { action: 'delete', kind: 'agent', id: 'demo' },
      // Its levels go with it.
      { action: 'delete', kind: 'instance', id: 'db' },
    ]);
  });

  it('creates in the order in which things need each other, and deletes in the reverse', () => {
    const kinds = compareLocks({ version: 1 }, build()).map(({ kind }) => kind);
    expect(kinds).toEqual(['toolbox', 'instance', 'level', 'agent', 'grant']);
    const empty = { version: 1, toolboxes: [], instances: [], agents: [], grants: [] } as const;
    const gone = compareLocks(build(), lockDocumentSchema.parse(empty)).map(({ kind }) => kind);
    expect(gone).toEqual(['grant', 'agent', 'instance', 'toolbox']);
  });

  it('tells grants about one thing apart, and takes as few as can be', () => {
    const later = '2090-01-01T00:00:00Z';
    const before = build({ grants: [grant('read'), grant('write', later)] });
    expect(compareLocks(before, build({ grants: [grant('write', later)] }))).toMatchObject([
      { action: 'delete', kind: 'grant', grant: { before: { level: 'read' } } },
    ]);
    expect(
      compareLocks(before, build({ grants: [grant('write', later), grant('admin')] })),
    ).toMatchObject([
      { action: 'change', fields: [{ path: 'level', before: 'read', after: 'admin' }] },
    ]);
    expect(
      compareLocks(before, build({ grants: [...before.grants!, grant('read')] })),
    ).toMatchObject([{ action: 'create', grant: { after: { level: 'read' } } }]);
  });

  it('takes moments of different zones as what they are', () => {
    const [a, b] = ['2090-01-01T00:00:00Z', '2090-01-01T01:00:00+01:00'];
    expect(
      compareLocks(build({ grants: [grant('read', a)] }), build({ grants: [grant('read', b)] })),
    ).toEqual([]);
  });

  it('does not take names with dots, spaces or JavaScript’s own words for something else', () => {
    const settings = (values: object) => build({ instances: [instance({ settings: { values } })] });
    const found = compareLocks(settings({ 'a.b': '1' }), settings({ a: '1', toString: '2' }));
    expect(found[0]?.fields.map(({ path }) => path)).toEqual([
      String.raw`settings.values.a`,
      String.raw`settings.values.a\.b`,
      'settings.values.toString',
    ]);
  });

  it('tells of stopping and starting, and of neither where the document is silent', () => {
    const stopped = build({ instances: [instance({ stopped: true })] });
    const running = build({ instances: [instance({ stopped: false })] });
    const fields = (before: LockDocument, after: LockDocument) =>
      compareLocks(before, after).map((change) => change.fields);
    expect(fields(build(), stopped)).toEqual([[{ path: 'stopped', after: true }]]);
    expect(fields(stopped, running)).toEqual([[{ path: 'stopped', before: true, after: false }]]);
    expect(fields(stopped, build())).toEqual([]);
    expect(fields(build(), running)).toEqual([]);
    expect(fields(build({ instances: [] }), running)[0]).not.toContainEqual(
      expect.objectContaining({ path: 'stopped' }),
    );
  });

  it('finds no drift in what is stopped and never ran', () => {
    const never = build({ instances: [instance({ stopped: true, definitions: [] })] });
    expect(compareLocks(never, build())).toEqual([]);
  });
});
