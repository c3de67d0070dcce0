import { describe, expect, it } from 'vitest';

import { resolveLaunch } from '../configuration/resolve-launch.ts';
import { serverJsonSchema, type ServerJson } from '../server-json.ts';
import { fitConfiguration } from './fit-configuration.ts';
import { matchEntry } from './match-entry.ts';
import { readImport } from './read-import.ts';

const entry: ServerJson = serverJsonSchema.parse({
  name: 'com.example/demo',
  description: 'A demo',
  version: '1.0.0',
  packages: [
    {
      registryType: 'npm',
      identifier: '@acme/demo',
      version: '1.0.0',
      transport: { type: 'stdio' },
      packageArguments: [
        { type: 'positional', value: 'serve' },
        { type: 'named', name: '--mode', choices: ['a', 'b'] },
        { type: 'named', name: '--verbose', format: 'boolean' },
        { type: 'positional', valueHint: 'folder', format: 'filepath', isRepeated: true },
      ],
      environmentVariables: [
        { name: 'DEMO_KEY', isSecret: true, isRequired: true },
        { name: 'DEMO_PORT', format: 'number' },
        { name: 'DEMO_ID', description: 'an id that looks random' },
        { name: 'DEMO_URL', value: 'https://{host}/v1', variables: { host: {} } },
        { name: 'FIXED', value: '1' },
      ],
    },
    {
      registryType: 'oci',
      identifier: 'docker.io/acme/demo:1.0.0',
      transport: { type: 'stdio' },
    },
  ],
  remotes: [
    {
      type: 'streamable-http',
      url: 'https://{tenant}.example.com/mcp',
      headers: [{ name: 'Authorization', isSecret: true }, { name: 'X-Team' }],
    },
  ],
});

function fit(server: object, plain: string[] = []) {
  const { servers } = readImport(JSON.stringify({ mcpServers: { a: server } }));
  const match = matchEntry(servers[0]!.run, [entry]);
  return { match, fitted: fitConfiguration(servers[0]!, match, new Set(plain)) };
}

const npx = (args: string[], env: object = {}) => ({
  command: 'npx',
  args: ['-y', '@acme/demo', ...args],
  env,
});

describe('matchEntry', () => {
  it.each([
    [npx([]), { kind: 'package', index: 0 }],
    [
      { command: 'docker', args: ['run', 'acme/demo@sha256:00'] },
      { kind: 'package', index: 1 },
    ],
    [{ url: 'https://blue.example.com/mcp/' }, { kind: 'remote', index: 0 }],
  ])('finds %j', (server, target) => {
    expect(fit(server).match?.target).toEqual(target);
  });

  it.each([
    { command: 'npx', args: ['@acme/demo-evil'] },
    { command: 'npx', args: ['demo'] },
    { url: 'https://blue.example.com.evil.test/mcp' },
    { url: 'https://a/b.example.com/mcp' },
    { command: 'docker', args: ['run', 'evil/acme/demo'] },
  ])('does not take %j for it', (server) => {
    expect(fit(server).match).toBeUndefined();
  });
});

describe('fitConfiguration', () => {
  it('makes values that resolve to the same arguments and variables', () => {
    const args = ['serve', '--mode', 'b', '--verbose', '/srv/a', '/srv/b'];
    const env = {
      DEMO_KEY: 'k',
      DEMO_PORT: '80',
      DEMO_URL: 'https://h.example/v1',
      FIXED: '1',
      MORE: 'x',
    };
    const { match, fitted } = fit(npx(args, env));
    expect(fitted.values).toEqual({
      mode: 'b',
      verbose: true,
      folder: ['/srv/a', '/srv/b'],
      DEMO_PORT: 80,
      host: 'h.example',
    });
    expect(fitted.args).toBeUndefined();
    expect([...fitted.secrets.keys()]).toEqual(['DEMO_KEY']);
    expect([...fitted.env]).toEqual([['MORE', 'x']]);
    expect(fitted.folders).toEqual(['/srv/a', '/srv/b']);
    const resolved = resolveLaunch(entry, match!.target, fitted.values, ['DEMO_KEY'], {
      mounts: fitted.folders,
    });
    expect(resolved.arguments).toEqual(args);
    expect(resolved.problems).toEqual([]);
  });

  it.each([
    [['other', '--mode', 'b']],
    [['serve', '--mode', 'c']],
    [['serve', '--unknown']],
    [['serve', '/srv/a', '--mode', 'a']],
    [['--mode', 'a']],
  ])('keeps %j as it is', (args) => {
    const { fitted } = fit(npx(args));
    expect(fitted.args).toEqual(args);
    expect(fitted.values).toEqual({});
  });

  it('believes the entry where a value only looks like a secret, and nobody where it is one', () => {
    const random = 'q7Rz0Kp2Vx9Lm4Tn8Bd1';
    const { fitted } = fit(npx([], { DEMO_ID: random, OTHER: random, DEMO_PORT: `ghp_${random}` }));
    expect(fitted.values).toEqual({ DEMO_ID: random });
    expect([...fitted.secrets.keys()]).toEqual(['OTHER', 'DEMO_PORT']);
    expect(fitted.unsure).toEqual(['OTHER']);
  });

  it('believes a person who says that something is no secret, but not of what the entry seals', () => {
    const { fitted } = fit(npx([], { PASSWORD: 'x', DEMO_KEY: 'y' }), ['PASSWORD', 'DEMO_KEY']);
    expect([...fitted.env]).toEqual([['PASSWORD', 'x']]);
    expect([...fitted.secrets.keys()]).toEqual(['DEMO_KEY']);
  });

  it('seals headers by the entry’s spelling', () => {
    const headers = { authorization: 'Bearer x', 'x-team': 'blue', 'X-More': '1' };
    const { fitted } = fit({ url: 'https://blue.example.com/mcp', headers });
    expect([...fitted.secrets.keys()]).toEqual(['Authorization']);
    expect(fitted.values).toEqual({ 'X-Team': 'blue' });
    expect([...fitted.headers]).toEqual([['X-More', '1']]);
  });
});
