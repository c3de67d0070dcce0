import { describe, expect, it } from 'vitest';

import { catalogMetaKey } from '../catalog-meta.ts';
import { type ServerJson, serverJsonSchema, type ServerPackage } from '../server-json.ts';
import { resolveLaunch } from './resolve-launch.ts';

const npm = { kind: 'package', index: 0 } as const;
const remote = { kind: 'remote', index: 0 } as const;

function buildEntry(given: Partial<ServerPackage>, meta?: Record<string, unknown>): ServerJson {
  return serverJsonSchema.parse({
    name: 'com.example/server',
    description: 'A server',
    version: '1.0.0',
    packages: [
      {
        registryType: 'npm',
        identifier: 'server',
        version: '1.0.0',
        transport: { type: 'stdio' },
        ...given,
      },
    ],
    ...(meta && { _meta: { [catalogMetaKey]: meta } }),
  });
}

function buildRemote(given: Record<string, unknown>): ServerJson {
  return serverJsonSchema.parse({
    name: 'com.example/remote',
    description: 'A remote',
    version: '1.0.0',
    remotes: [{ type: 'streamable-http', url: 'https://mcp.example.com/mcp', ...given }],
  });
}

const meta = {
  credentials: [],
  presets: [],
  launch: {
    arguments: ['--first'],
    env: { MODE: 'plain', DATA: '{workDir}/data' },
    network: { mode: 'off' },
    networkReason: 'none',
    limits: { memoryMb: 256, cpus: 1, pids: 64 },
    requires: [],
  },
};

describe('resolveLaunch of arguments', () => {
  it('puts the facts of the catalog first, then arguments in the order of the entry', () => {
    const entry = buildEntry(
      {
        packageArguments: [
          { type: 'positional', valueHint: 'mode', value: 'serve' },
          { type: 'named', name: '--port', format: 'number' },
          { type: 'positional', valueHint: 'folder', isRepeated: true },
        ],
      },
      meta,
    );
    const values = { port: 8080, folder: ['a b', '$(id); `id`'] };
    const resolved = resolveLaunch(entry, npm, values, []);
    expect(resolved.problems).toEqual([]);
    expect(resolved.arguments).toEqual([
      '--first',
      'serve',
      '--port',
      '8080',
      'a b',
      '$(id); `id`',
    ]);
    expect(resolved.env).toEqual({ MODE: 'plain', DATA: '{workDir}/data' });
  });

  it('gives a switch without a value, and leaves it out when it is off', () => {
    const entry = buildEntry({
      packageArguments: [
        { type: 'named', name: '--always', isRequired: true },
        { type: 'named', name: '--read-only', format: 'boolean' },
        { type: 'named', name: '--cache', format: 'boolean', default: 'true' },
        { type: 'named', name: '--loud' },
      ],
    });
    const args = (values: Record<string, boolean>) =>
      resolveLaunch(entry, npm, values, []).arguments;
    expect(args({ 'read-only': true })).toEqual(['--always', '--read-only', '--cache']);
    expect(args({ cache: false, loud: true })).toEqual(['--always', '--cache=false', '--loud']);
  });

  it('refuses a positional argument that a server would take for an option', () => {
    const entry = buildEntry({ packageArguments: [{ type: 'positional', valueHint: 'folder' }] });
    const { problems, arguments: args } = resolveLaunch(entry, npm, { folder: '--evil' }, []);
    expect(problems).toEqual([
      { key: 'folder', message: expect.stringContaining('must not begin') },
    ]);
    expect(args).toEqual([]);
  });

  it('binds a value that begins with a hyphen to its long option, and refuses it for a short one', () => {
    const entry = buildEntry({
      packageArguments: [
        { type: 'named', name: '--filter', placeholder: 'text' },
        { type: 'named', name: '-f', placeholder: 'text' },
      ],
    });
    expect(resolveLaunch(entry, npm, { filter: '-x' }, []).arguments).toEqual(['--filter=-x']);
    expect(resolveLaunch(entry, npm, { f: '-x' }, []).problems).toHaveLength(1);
  });

  it('refuses a secret argument and names the cure, unless arguments are given outright', () => {
    const entry = buildEntry({
      packageArguments: [{ type: 'named', name: '--token', isSecret: true, isRequired: true }],
    });
    const [problem] = resolveLaunch(entry, npm, {}, []).problems;
    expect(problem).toMatchObject({ key: 'token', message: expect.stringContaining('--secret') });
    expect(resolveLaunch(entry, npm, {}, [], { args: ['x'] })).toMatchObject({
      arguments: ['x'],
      problems: [],
    });
  });
});

describe('resolveLaunch of variables', () => {
  const entry = buildEntry({
    environmentVariables: [
      { name: 'PORT', format: 'number', isRequired: true },
      { name: 'LEVEL', choices: ['low', 'high'], default: 'low' },
      { name: 'VERBOSE', format: 'boolean' },
      { name: 'TOKEN', isSecret: true, isRequired: true },
      { name: 'FILE', format: 'filepath' },
    ],
  });

  it('says of each key what is wrong and what would be right', () => {
    const values = {
      PORT: 'eighty',
      LEVEL: 'medium',
      VERBOSE: 'yes',
      FILE: '/etc/passwd',
      NOPE: 1,
    };
    const { problems } = resolveLaunch(entry, npm, values, []);
    expect(Object.fromEntries(problems.map(({ key, message }) => [key, message]))).toEqual({
      PORT: 'must be a whole number such as 8080.',
      LEVEL: 'must be one of "low", "high".',
      VERBOSE: 'must be true or false.',
      TOKEN: 'is required. Give it as a secret (--secret TOKEN).',
      FILE: expect.stringContaining('--mount'),
      NOPE: 'is not known. There are PORT, LEVEL, VERBOSE, TOKEN, FILE.',
    });
  });

  it('tells a misspelt key what it may have meant', () => {
    const { problems } = resolveLaunch(entry, npm, { port: 1 }, ['TOKEN']);
    expect(problems).toContainEqual({ key: 'port', message: 'is not known. Did you mean PORT?' });
    expect(problems).toContainEqual({ key: 'PORT', message: 'is required.' });
  });

  it('takes defaults, files in mounts and in the own folder, and sealed secrets', () => {
    const ask = (FILE: string) =>
      resolveLaunch(entry, npm, { PORT: 80, FILE }, ['TOKEN'], { mounts: ['/srv/docs/'] });
    expect(ask('/srv/docs/a.json')).toMatchObject({
      problems: [],
      env: { PORT: '80', LEVEL: 'low', FILE: '/srv/docs/a.json' },
      sealed: [{ in: 'env', name: 'TOKEN', parts: [{ secret: 'TOKEN' }] }],
    });
    expect(ask('{workDir}/a.json').problems).toEqual([]);
    const escapes = ['/srv/docs/../../etc/passwd', '/srv/docsx', 'a.json', '{workDir}/../x', '~/x'];
    for (const path of escapes) expect(ask(path).problems, path).toHaveLength(1);
  });

  it('keeps no secret in clear', () => {
    const inValues = resolveLaunch(entry, npm, { PORT: 1, TOKEN: 'hush' }, []);
    const inEnv = resolveLaunch(entry, npm, { PORT: 1 }, [], { env: { TOKEN: 'hush' } });
    for (const { problems } of [inValues, inEnv]) {
      expect(problems).toContainEqual({
        key: 'TOKEN',
        message: expect.stringContaining('is a secret'),
      });
      expect(JSON.stringify(problems)).not.toContain('hush');
    }
    expect(JSON.stringify(inValues.env)).not.toContain('hush');
  });

  it('refuses a NUL character and a list where one value belongs', () => {
    const { problems } = resolveLaunch(entry, npm, { PORT: ['1'], LEVEL: 'low\0' }, ['TOKEN']);
    expect(problems.map(({ key }) => key)).toEqual(expect.arrayContaining(['PORT', 'LEVEL']));
  });

  it('fills variables in, keeps the own folder for later, and seals what holds a secret', () => {
    const composed = buildEntry({
      environmentVariables: [
        {
          name: 'DSN',
          value: 'postgres://{user}:{password}@{host}/{workDir}',
          variables: {
            user: { isRequired: true },
            password: { isSecret: true, isRequired: true },
            host: { default: 'localhost' },
          },
        },
      ],
    });
    const { sealed, env, problems } = resolveLaunch(composed, npm, { user: '{password}' }, [
      'password',
    ]);
    expect(problems).toEqual([]);
    expect(env).toEqual({});
    expect(sealed[0]?.parts).toEqual([
      'postgres://',
      '{password}',
      ':',
      { secret: 'password' },
      '@',
      'localhost',
      '/{workDir}',
    ]);
  });

  it('reads the variables that docker would be told', () => {
    const entry = buildEntry({
      registryType: 'oci',
      runtimeArguments: [
        { type: 'named', name: '--rm' },
        {
          type: 'named',
          name: '-e',
          value: 'API_TOKEN={token}',
          isRequired: true,
          variables: { token: { isSecret: true, isRequired: true } },
        },
      ],
    });
    expect(resolveLaunch(entry, npm, {}, ['token'])).toMatchObject({
      arguments: [],
      sealed: [{ name: 'API_TOKEN', parts: [{ secret: 'token' }] }],
    });
  });
});

describe('resolveLaunch of a remote', () => {
  it('makes headers and the URL, and takes an undeclared variable for one', () => {
    const entry = buildRemote({
      url: 'https://{tenant}.example.com/{path}/mcp?q={query}',
      headers: [
        { name: 'Authorization', value: 'Bearer {token}', isSecret: true, isRequired: true },
        { name: 'X-Region', default: 'eu' },
      ],
    });
    const values = { tenant: 'acme', path: 'a b/c', query: '&x=1' };
    expect(resolveLaunch(entry, remote, values, ['token'])).toMatchObject({
      problems: [],
      url: 'https://acme.example.com/a%20b/c/mcp?q=%26x%3D1',
      headers: { 'X-Region': 'eu' },
      secrets: [{ key: 'token', name: 'Authorization', in: 'header', required: true }],
      sealed: [{ name: 'Authorization', parts: ['Bearer ', { secret: 'token' }] }],
    });
  });

  it.each([
    ['evil.com/', 'a'],
    ['evil.com#', 'a'],
    ['user:pw@evil.com', 'a'],
    ['acme', '../../admin'],
    ['', 'a'],
  ])('lets no variable reach beyond its place: %s, %s', (tenant, path) => {
    const entry = buildRemote({ url: 'https://{tenant}.example.com/{path}' });
    expect(resolveLaunch(entry, remote, { tenant, path }, []).problems).toHaveLength(1);
  });

  it('refuses more than one line in a header, and a secret in the URL', () => {
    const entry = buildRemote({
      url: 'https://example.com/{key}',
      variables: { key: { isSecret: true, isRequired: true } },
      headers: [{ name: 'X-Name' }],
    });
    const { problems } = resolveLaunch(entry, remote, { 'X-Name': 'a\r\nEvil: 1' }, ['key']);
    expect(problems.map(({ key }) => key).sort()).toEqual(['X-Name', 'key']);
  });
});
