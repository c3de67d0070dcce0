import { describe, expect, it } from 'vitest';

import { serverJsonSchema } from './server-json.ts';

const minimal = { name: 'com.example/demo', description: 'A demo', version: '1.0.0' };

function buildPackage(changes: object): object {
  return {
    ...minimal,
    packages: [
      {
        registryType: 'npm',
        identifier: 'demo',
        version: '1.0.0',
        transport: { type: 'stdio' },
        ...changes,
      },
    ],
  };
}

describe('serverJsonSchema', () => {
  it('keeps fields it does not know, at every depth', () => {
    const entry = {
      ...buildPackage({
        future: { a: 1 },
        packageArguments: [{ type: 'named', name: '--x', later: true }],
        transport: { type: 'streamable-http', url: 'http://{host}/mcp', extra: [1] },
      }),
      remotes: [
        {
          type: 'sse',
          url: 'https://example.com/{tenant}/sse',
          headers: [{ name: 'Authorization', isSecret: true, isRequired: true, odd: null }],
          variables: { tenant: { description: 'Your tenant', hint: 1 } },
        },
      ],
      repository: { url: 'https://example.com/r', source: 'git', more: 1 },
      icons: [{ src: 'https://example.com/i.png', sizes: ['48x48'] }],
      _meta: { 'com.example/x': { y: 1 } },
      top: 'level',
    };
    expect(serverJsonSchema.parse(entry)).toEqual(entry);
  });

  it.each([
    [{ ...minimal, name: 'no-slash' }],
    [{ ...minimal, name: 'a/b/c' }],
    [{ ...minimal, name: 'a/ b' }],
    [{ ...minimal, description: '' }],
    [{ ...minimal, description: 'x'.repeat(101) }],
    [{ ...minimal, version: 'latest' }],
    [{ ...minimal, version: '^1.0.0' }],
    [{ ...minimal, version: '>=1' }],
    [{ ...minimal, version: '1.x' }],
    [buildPackage({ version: '~1.0.0' })],
    [buildPackage({ registryType: 'floppy' })],
    [buildPackage({ registryType: 'mcpb' })],
    [buildPackage({ transport: { type: 'sse' } })],
    [buildPackage({ packageArguments: [{ type: 'named' }] })],
    [buildPackage({ fileSha256: 'ABC' })],
  ])('refuses %j', (entry) => {
    expect(serverJsonSchema.safeParse(entry).success).toBe(false);
  });

  it('accepts versions that are exact but not semver', () => {
    for (const version of ['2026.8.31', '1.0.0-beta.1+build', 'v3', '2024.11']) {
      expect(serverJsonSchema.safeParse({ ...minimal, version }).success).toBe(true);
    }
  });
});
