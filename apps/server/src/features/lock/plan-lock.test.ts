import { type LockDocument, lockDocumentSchema } from '@plugboard/contracts/api';
import { describe, expect, it } from 'vitest';

import { type PlanManner, planLock } from './plan-lock.ts';

const manner: PlanManner = {
  now: Date.parse('2030-01-01T00:00:00Z'),
  prune: false,
  acceptDefinitions: false,
  secretNames: {},
  tokensOf: [],
};

function build(sections: Record<string, unknown> = {}): LockDocument {
  return lockDocumentSchema.parse({
    version: 1,
    sources: [source()],
    toolboxes: [toolbox('starter'), toolbox('live', 'prod'), toolbox('other')],
    templates: [{ server: 'acme/db', slug: 'small', title: 'Small', settings: {} }],
    layers: [],
    instances: [instance()],
    agents: [{ slug: 'demo', name: 'Demo' }],
    grants: [],
    ...sections,
  });
}

const toolbox = (slug: string, environment = 'dev') => ({ slug, name: slug, environment });

const source = (changes: object = {}) => ({
  slug: 'bundled',
  title: 'Bundled',
  kind: 'bundled',
  audience: 'members',
  priority: 10,
  ...changes,
});

const instance = (changes: object = {}) => ({
  slug: 'db',
  toolbox: 'starter',
  server: 'acme/db',
  version: '1.0.0',
  source: { type: 'npm', name: 'db', version: '1.0.0', integrity: 'sha512-YQ==' },
  secrets: ['KEY'],
  definitions: [{ kind: 'tool', name: 'query', sha256: 'a'.repeat(64) }],
  ...changes,
});

const grantOn = (target: object, agent = 'demo') => ({
  agent,
  effect: 'allow',
  level: 'read',
  target,
});

const plan = (wanted: Record<string, unknown>, more: Partial<PlanManner> = {}, current = build()) =>
  planLock(current, build(wanted), { ...manner, ...more });

const only = (...given: Parameters<typeof plan>) => {
  const { changes } = plan(...given);
  expect(changes).toHaveLength(1);
  return changes[0]!;
};

describe('planning a lock document', () => {
  it('finds nothing to do when all is as it says', () => {
    expect(plan({})).toEqual({ changes: [], missingSecrets: [], missingTokens: [] });
  });

  it('keeps what the document has not, unless it is to prune', () => {
    expect(only({ agents: [] })).toMatchObject({ action: 'delete', kept: true });
    expect(only({ agents: [] }, { prune: true })).not.toHaveProperty('kept');
  });

  it('never deletes the bundled source', () => {
    expect(only({ sources: [] }, { prune: true })).toMatchObject({ action: 'delete', kept: true });
  });

  it.each([
    [
      'a toolbox that is not there',
      { instances: [instance({ toolbox: 'nowhere' })] },
      /no toolbox/,
    ],
    [
      'a toolbox of another environment',
      { instances: [instance({ toolbox: 'live' })] },
      /another environment/,
    ],
    [
      'another version than its package',
      { instances: [instance({ version: '2.0.0' })] },
      /version is 2\.0\.0/,
    ],
    [
      'an entry of another server',
      { instances: [instance({ entry: { name: 'evil/db' } })] },
      /entry is that of another/,
    ],
    [
      'a template that is not there',
      { instances: [instance({ settings: { template: 'big' } })] },
      /no template "big"/,
    ],
    [
      'another kind of server',
      {
        instances: [
          instance({ source: { type: 'remote', url: 'https://x.example' }, version: 'remote' }),
        ],
      },
      /another kind of server/,
    ],
    [
      'another environment for a toolbox with instances',
      { toolboxes: [toolbox('starter', 'prod'), toolbox('live', 'prod'), toolbox('other')] },
      /holds instances/,
    ],
    [
      'a second bundled source',
      { sources: [source(), source({ slug: 'mine' })] },
      /bundled source/,
    ],
    [
      'another kind for a source',
      { sources: [source({ kind: 'registry', location: 'https://x.example' })] },
      /kind of a source/,
    ],
    [
      'a grant on a toolbox of nowhere',
      { grants: [grantOn({ toolbox: 'nowhere' })] },
      /no toolbox/,
    ],
    [
      'a grant on an instance of nowhere',
      { grants: [grantOn({ instance: 'nowhere' })] },
      /no instance/,
    ],
    ['a grant of nobody', { grants: [grantOn({ toolbox: 'starter' }, 'nobody')] }, /no agent/],
  ])('says that it cannot be: %s', (_what, wanted, problem) => {
    expect(
      plan(wanted)
        .changes.map((change) => change.problem)
        .join('\n'),
    ).toMatch(problem);
  });

  it('moves an instance to a toolbox of the same environment', () => {
    const change = only({ instances: [instance({ toolbox: 'other' })] });
    expect(change.problem).toBeUndefined();
    expect(change.fields).toEqual([{ path: 'toolbox', before: 'starter', after: 'other' }]);
  });

  it('does not delete a toolbox from under instances that stay', () => {
    const toolboxes = [toolbox('live', 'prod'), toolbox('other')];
    const wanted = lockDocumentSchema.parse({ version: 1, toolboxes });
    const { changes } = planLock(build(), wanted, { ...manner, prune: true });
    expect(changes).toMatchObject([{ action: 'delete', problem: expect.stringContaining('db') }]);
  });

  it('refuses what would lean on something that it prunes', () => {
    const grants = [
      { agent: 'demo', effect: 'allow', level: 'read', target: { toolbox: 'starter' } },
    ];
    const { changes } = plan({ agents: [], grants }, { prune: true });
    expect(changes.find(({ kind }) => kind === 'grant')?.problem).toMatch(/no agent "demo"/);
  });

  it('refuses drift unless it is accepted', () => {
    const definitions = [{ kind: 'tool', name: 'query', sha256: 'b'.repeat(64) }];
    const wanted = { instances: [instance({ definitions })] };
    expect(only(wanted)).toMatchObject({ action: 'drift', problem: expect.any(String) });
    expect(only(wanted, { acceptDefinitions: true })).not.toHaveProperty('problem');
  });

  it('tells of a name that is offered by nobody, and of integrity that is not locked', () => {
    const levels = [{ kind: 'tool', name: 'qurey', level: 'read' }];
    expect(only({ instances: [instance({ levels })] }).note).toMatch(/offers no tool qurey/);
    const loose = { type: 'npm', name: 'db', version: '1.0.0' };
    expect(only({ instances: [instance({ source: loose })] }).note).toMatch(/not locked/);
  });

  it('asks for secrets and tokens that are neither there nor given', () => {
    const wanted = {
      instances: [
        instance({ secrets: ['KEY', 'OTHER'] }),
        instance({ slug: 'two', secrets: ['KEY', 'toString'] }),
      ],
      sources: [
        source(),
        {
          ...source({ slug: 'mine', kind: 'registry', location: 'https://x.example' }),
          token: true,
        },
      ],
    };
    expect(plan(wanted)).toMatchObject({
      missingSecrets: [
        { instance: 'db', name: 'OTHER' },
        { instance: 'two', name: 'KEY' },
        { instance: 'two', name: 'toString' },
      ],
      missingTokens: ['mine'],
    });
    const secretNames = { db: ['OTHER'], two: ['KEY', 'toString'] };
    expect(plan(wanted, { secretNames, tokensOf: ['mine'] })).toMatchObject({
      missingSecrets: [],
      missingTokens: [],
    });
  });

  it('takes grants whose time is over for none', () => {
    const grants = [
      {
        agent: 'demo',
        effect: 'allow',
        level: 'read',
        target: { toolbox: 'starter' },
        expiresAt: '2029-01-01T00:00:00Z',
      },
    ];
    expect(plan({ grants }).changes).toEqual([]);
    expect(plan({}, {}, build({ grants })).changes).toEqual([]);
  });
});
