import { catalogMetaKey, findBundled, readCatalogMeta, type ServerJson } from '@plugboard/catalog';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildApp, type TestApp } from '../../../app/testing/build-app.ts';
import { withTenant } from '../../../store/tenant.ts';
import { seedBundled } from '../../catalog/sources/seed.ts';
import { buildSource, storeEntries } from '../../catalog/search/testing/build-catalog.ts';
import { findEntry } from './find-entry.ts';
import { resolveServer } from './resolve-server.ts';

let app: TestApp;
let sourceId: string;
beforeAll(async () => {
  app = await buildApp();
  const { db } = app.services;
  await seedBundled(app.services, new AbortController().signal);
  sourceId = await buildSource(db, app.organizationId, { slug: 'elsewhere', kind: 'registry' });
});
afterAll(() => app[Symbol.asyncDispose]());

const find = (name: string, version?: string) =>
  withTenant(app.services.db, app.organizationId, (db) => findEntry(db, name, version));
const resolve = (text: string) =>
  withTenant(app.services.db, app.organizationId, (db) => resolveServer(db, text));
const enable = (source: string, enabled: boolean) =>
  app.request('PATCH', `/catalog/sources/${source}`, { enabled });

function store(server: Pick<ServerJson, 'name'> & Partial<ServerJson>): Promise<void> {
  const entry: ServerJson = { description: 'For tests', version: '1.0.0', ...server };
  return storeEntries(app.services.db, app.organizationId, sourceId, [
    { server: entry, isLatest: true },
  ]);
}

const npm = (identifier: string, more: { readonly version?: string } = {}) => ({
  registryType: 'npm' as const,
  identifier,
  version: '1.0.0',
  transport: { type: 'stdio' as const },
  ...more,
});

describe('a source that is disabled', () => {
  it('has no entry to add, in any version', async () => {
    await store({ name: 'com.example/off', packages: [npm('off')] });
    expect(await find('com.example/off')).toMatchObject({ source: 'elsewhere' });
    await enable('elsewhere', false);
    expect(await find('com.example/off')).toBeUndefined();
    expect(await find('com.example/off', '1.0.0')).toBeUndefined();
    await expect(resolve('com.example/off')).rejects.toMatchObject({ code: 'not_found' });
    await enable('elsewhere', true);
    expect(await resolve('com.example/off')).toMatchObject({ found: { source: 'elsewhere' } });
  });

  it('leaves the name to the next one', async () => {
    const second = await buildSource(app.services.db, app.organizationId, {
      slug: 'second',
      kind: 'registry',
      priority: 200,
    });
    const server = { name: 'com.example/twice', description: 'Second', version: '2.0.0' };
    await store({ name: server.name, packages: [npm('twice')] });
    await storeEntries(app.services.db, app.organizationId, second, [{ server, isLatest: true }]);
    expect(await find(server.name)).toMatchObject({ source: 'elsewhere' });
    await enable('elsewhere', false);
    expect(await find(server.name)).toMatchObject({ source: 'second' });
    await enable('elsewhere', true);
  });

  it('may be the one of the bundled servers, which are not found beside it then', async () => {
    const memory = findBundled('memory')?.server.name ?? '';
    expect(await find(memory)).toMatchObject({ source: 'bundled' });
    await enable('bundled', false);
    expect(await find(memory)).toBeUndefined();
    await expect(resolve('memory')).rejects.toMatchObject({ code: 'not_found' });
    await enable('bundled', true);
    expect(await resolve('memory')).toMatchObject({ found: { source: 'bundled' } });
  });
});

describe('facts that another source claims', () => {
  const facts = findBundled('memory')?.server._meta?.[catalogMetaKey];

  it('do not count', async () => {
    const name = 'com.example/claims';
    await store({ name, packages: [npm('claims')], _meta: { [catalogMetaKey]: facts } });
    const found = await find(name);
    expect(readCatalogMeta(found?.entry)).toBeUndefined();
    expect(found?.entry._meta).not.toHaveProperty(catalogMetaKey);
  });

  it('are not lent to an entry that took a bundled name for another package', async () => {
    const name = findBundled('memory')?.server.name ?? '';
    await enable('bundled', false);
    await store({ name, packages: [npm('not-memory')], _meta: { [catalogMetaKey]: facts } });
    expect(await find(name)).toMatchObject({ source: 'elsewhere' });
    expect(readCatalogMeta((await find(name))?.entry)).toBeUndefined();
    const packages = findBundled('memory')?.server.packages;
    await store({ name, ...(packages && { packages: [...packages, npm('not-memory')] }) });
    expect(readCatalogMeta((await find(name))?.entry)).toBeUndefined();
    await store({ name, ...(packages && { packages }) });
    expect(readCatalogMeta((await find(name))?.entry)).toMatchObject({ id: 'memory' });
    await enable('bundled', true);
  });
});

describe('an entry that is no honest one', () => {
  it.each([
    '../../etc/passwd',
    '..',
    '.',
    'node_modules/../../x',
    '@scope/../../x',
    'file:../x',
    '/etc/passwd',
    'git+ssh://git@host.example/repo.git',
    'git+https://host.example/repo.git#main',
    'owner/repository',
    'https://host.example/x.tgz',
    'npm:other@1.0.0',
    'alias@npm:other',
    'other@9.9.9',
    '--registry=http://host.example',
    '-g',
    'x; touch planted',
    '$(touch planted)',
    '`touch planted`',
    'x\ny',
    'x\u0000y',
    `${'a'.repeat(40_000)} `,
  ])('is refused with the package %j', async (identifier) => {
    await store({ name: 'com.example/hostile', packages: [npm(identifier)] });
    await expect(resolve('com.example/hostile')).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it.each(['latest', '^1.0.0', '*', '1', 'file:../x', 'git+https://host.example/x', 'npm:x@1', ''])(
    'is refused with the version %j of its package',
    async (version) => {
      await store({ name: 'com.example/hostile', packages: [npm('x', { version })] });
      await expect(resolve('com.example/hostile')).rejects.toMatchObject({ code: 'invalid_input' });
    },
  );

  it.each(['file:///etc/passwd', 'http://127.0.0.1/', 'https://user:pass@host.example/', 'x'])(
    'is refused with the remote %s when it is added',
    async (url) => {
      await store({ name: 'com.example/remote', remotes: [{ type: 'streamable-http', url }] });
      const { body } = await app.request('POST', '/instances', {
        server: 'com.example/remote',
        slug: 'remote',
      });
      expect(body.code ?? body.at(-1).data.code).toMatch(/invalid_input|forbidden/);
      expect((await app.request('GET', '/instances/remote')).status).toBe(404);
    },
  );
});
