import { describe, expect, it } from 'vitest';

import { defaultSlug, requestedServer } from './requested-server.ts';

describe('requestedServer', () => {
  it('knows bundled servers by id, with their version unless another is asked for', () => {
    const memory = requestedServer({ server: 'memory' });
    expect(memory).toMatchObject({ kind: 'package', meta: { id: 'memory' } });
    expect(memory).toHaveProperty(
      'packageSpec',
      expect.stringMatching(/^@modelcontextprotocol\/server-memory@\d/),
    );
    expect(requestedServer({ server: '@modelcontextprotocol/server-memory@1.2.3' })).toMatchObject({
      packageSpec: '@modelcontextprotocol/server-memory@1.2.3',
      meta: { id: 'memory' },
    });
  });

  it('passes on every other package as it is', () => {
    expect(requestedServer({ server: '@a/b@^1' })).toEqual({
      kind: 'package',
      name: undefined,
      packageSpec: '@a/b@^1',
      entry: undefined,
      target: undefined,
      meta: undefined,
    });
  });

  it('takes https URLs as remote servers', () => {
    expect(requestedServer({ server: 'https://mcp.example.com/x#y' })).toMatchObject({
      kind: 'remote',
      name: 'mcp.example.com',
      url: 'https://mcp.example.com/x',
    });
  });
});

describe('defaultSlug', () => {
  it.each([
    ['memory', 'memory'],
    ['@acme/mcp-server-weather@1.2.3', 'weather'],
    ['@bytebase/thing_two', 'thing-two'],
    ['3d-mcp', 'server-3d'],
    ['mcp', 'server'],
    ['https://mcp.linear.app/mcp', 'linear'],
    [`a${'-long'.repeat(20)}`, 'a-long-long-long-long-long-long'],
  ])('of %s is made of its name', (server, slug) => {
    const made = defaultSlug(requestedServer({ server }));
    expect(made).toBe(slug);
    expect(made).toMatch(/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/);
  });
});
