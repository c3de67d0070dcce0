import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildApp, type TestApp } from '../../../app/testing/build-app.ts';
import { withTenant } from '../../../store/tenant.ts';
import { defaultSlug, factsOf } from './requested-server.ts';
import { resolveServer } from './resolve-server.ts';

let app: TestApp;
beforeAll(async () => {
  app = await buildApp();
});
afterAll(() => app[Symbol.asyncDispose]());

async function resolve(text: string) {
  const { server } = await withTenant(app.services.db, app.organizationId, (db) =>
    resolveServer(db, text),
  );
  return server;
}

describe('resolveServer', () => {
  it('knows bundled servers by id, with their version unless another is asked for', async () => {
    const memory = await resolve('memory');
    expect(memory).toMatchObject({ kind: 'package', target: { kind: 'package', index: 0 } });
    expect(factsOf(memory)).toMatchObject({ id: 'memory' });
    expect(memory).toHaveProperty(
      'packageSpec',
      expect.stringMatching(/^@modelcontextprotocol\/server-memory@\d/),
    );
    const older = await resolve('@modelcontextprotocol/server-memory@1.2.3');
    expect(older).toMatchObject({ packageSpec: '@modelcontextprotocol/server-memory@1.2.3' });
    expect(factsOf(older)).toMatchObject({ id: 'memory' });
  });

  it('passes on every other package as it is', async () => {
    expect(await resolve('@a/b@^1')).toEqual({
      kind: 'package',
      name: undefined,
      packageSpec: '@a/b@^1',
      entry: undefined,
      target: undefined,
    });
  });

  it('takes https URLs as remote servers, and bundles by their digest', async () => {
    expect(await resolve('https://mcp.example.com/x#y')).toMatchObject({
      kind: 'remote',
      name: 'mcp.example.com',
      url: 'https://mcp.example.com/x',
    });
    expect(await resolve(`bundle:${'AB'.repeat(32)}`)).toMatchObject({
      kind: 'bundle',
      sha256: 'ab'.repeat(32),
    });
    await expect(resolve('bundle:../../etc/passwd')).rejects.toMatchObject({
      code: 'invalid_input',
    });
  });

  it('says that the catalog has no such name', async () => {
    await expect(resolve('io.github.nobody/nothing')).rejects.toMatchObject({ code: 'not_found' });
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
  ])('of %s is made of its name', async (server, slug) => {
    const made = defaultSlug(await resolve(server));
    expect(made).toBe(slug);
    expect(made).toMatch(/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/);
  });
});
