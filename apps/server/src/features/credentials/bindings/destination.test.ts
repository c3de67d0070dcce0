import { describe, expect, it } from 'vitest';

import { changesSince, describeDestination, destinationOf } from './destination.ts';

const process = {
  driver: 'process',
  installDir: 'packages/a',
  entry: 'node_modules/a/index.js',
  args: ['--stdio'],
  env: { LEVEL: 'info' },
  network: { mode: 'allow', hosts: ['api.example.com'] },
  limits: { memoryMb: 512, cpus: 1, pids: 128 },
  mounts: [{ path: '/srv/a', writable: false }],
};
const npm = { type: 'npm', name: 'a', version: '1.0.0', integrity: 'sha512-a' };
const remote = {
  driver: 'remote',
  transport: 'streamable-http',
  url: 'https://mcp.example.com/a?token=secret',
  headers: { 'X-Team': 'a' },
  allowPrivateNetwork: false,
};

function of(
  launch: object,
  row: { package?: object | null; settings?: object; sealed?: object } = {},
) {
  return destinationOf(
    {
      server_name: 'a',
      package: 'package' in row ? row.package : launch === remote ? null : npm,
      settings: row.settings ?? {},
      launch,
      sealed_secrets: row.sealed ?? {},
    },
    '/data',
  );
}

describe('where a process takes what it is given', () => {
  const pinned = of(process);

  it.each([
    ['the same', process, {}],
    ['another version', { ...process, installDir: 'packages/b', entry: 'x.js' }, {}],
    ['other limits', { ...process, limits: { memoryMb: 64, cpus: 1, pids: 8 } }, {}],
    ['a narrower network', { ...process, network: { mode: 'off' } }, {}],
    ['fewer folders', { ...process, mounts: [] }, {}],
    ['another digest', process, { package: { ...npm, version: '2.0.0', integrity: 'sha512-b' } }],
  ])('is unchanged by %s', (_, launch, row) => {
    expect(changesSince(pinned, of(launch, row))).toEqual([]);
  });

  it.each([
    ['another package', process, { package: { ...npm, name: 'evil' } }, /npm:evil/],
    ['another command', process, { settings: { command: 'other' } }, /command/],
    ['an argument', { ...process, args: ['--stdio', '--to=evil'] }, {}, /arguments/],
    ['a variable', { ...process, env: { NODE_OPTIONS: '--import=data:…' } }, {}, /variables/],
    ['a secret variable', process, { sealed: { API_URL: 'c2VhbGVk' } }, /variables/],
    ['a host', { ...process, network: { mode: 'allow', hosts: ['evil.test'] } }, {}, /evil\.test/],
    ['every host', { ...process, network: { mode: 'open' } }, {}, /every host/],
    ['a folder', { ...process, mounts: [{ path: '/x', writable: false }] }, {}, /read .* \/x/],
    ['writing', { ...process, mounts: [{ path: '/srv/a', writable: true }] }, {}, /write to/],
    ['lying elsewhere', remote, {}, /elsewhere/],
  ])('is changed by %s', (_, launch, row, why) => {
    expect(changesSince(pinned, of(launch, row)).join()).toMatch(why);
  });

  it('is another with each version of a bundle, which is known by its digest alone', () => {
    const bundle = (sha256: string) => of(process, { package: { type: 'mcpb', sha256 } });
    expect(changesSince(bundle('aa'), bundle('bb')).join()).toContain('mcpb:bb');
  });
});

describe('where a remote takes what it is given', () => {
  const pinned = of(remote);

  it.each([
    ['another host', { url: 'https://evil.test/a' }, /evil\.test/],
    ['another path', { url: 'https://mcp.example.com/b' }, /address/],
    ['another query', { url: 'https://mcp.example.com/a?to=evil' }, /address/],
    ['plain HTTP', { url: 'http://mcp.example.com/a' }, /address/],
    ['a private address', { allowPrivateNetwork: true }, /private/],
    ['a header', { headers: { 'X-Forward-To': 'evil' } }, /headers/],
  ])('is changed by %s', (_, change, why) => {
    expect(changesSince(pinned, of({ ...remote, ...change }, { package: null })).join()).toMatch(
      why,
    );
  });

  it('is unchanged by its transport, and names no query', () => {
    expect(changesSince(pinned, of({ ...remote, transport: 'sse' }, { package: null }))).toEqual(
      [],
    );
    expect(describeDestination(pinned)).toBe('https://mcp.example.com/a');
  });

  it('waits where nothing was noted', () => {
    expect(changesSince(undefined, pinned)).toHaveLength(1);
  });
});
