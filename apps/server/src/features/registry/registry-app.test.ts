import { createHash } from 'node:crypto';

import { serverJsonSchema } from '@plugboard/catalog';
import { newId } from '@plugboard/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { buildApp, type TestApp } from '../../app/testing/build-app.ts';
import { withTenant } from '../../store/tenant.ts';

/** What the API's OpenAPI document of 2025-12-01 asks of answers. */
const responseSchema = z.object({
  server: serverJsonSchema,
  _meta: z.looseObject({
    'io.modelcontextprotocol.registry/official': z.strictObject({
      status: z.enum(['active', 'deprecated', 'deleted']),
      statusMessage: z.string().max(500).optional(),
      statusChangedAt: z.iso.datetime().optional(),
      publishedAt: z.iso.datetime().optional(),
      updatedAt: z.iso.datetime().optional(),
      isLatest: z.boolean(),
    }),
  }),
});
const listSchema = z.object({
  servers: z.array(responseSchema),
  metadata: z.object({ nextCursor: z.string().optional(), count: z.int() }),
});
const errorSchema = z.strictObject({ error: z.string() });

interface EntryOptions {
  readonly version?: string;
  readonly status?: 'active' | 'deprecated' | 'deleted';
  readonly latest?: boolean;
  readonly description?: string;
  readonly updated?: string;
}

let app: TestApp;
let memberKey: string;

beforeAll(async () => {
  app = await buildApp();
  memberKey = await app.buildMember('member');
  await withTenant(app.services.db, app.organizationId, async (tx) => {
    await tx.deleteFrom('catalog_sources').execute();
  });
  const secret = await addSource('secret', 'admins', 10);
  const team = await addSource('team', 'members', 20);
  const open = await addSource('open', 'public', 30);
  const off = await addSource('off', 'public', 1, false);
  await addEntry(off, 'com.example/off');
  await addEntry(off, 'com.example/shared', { description: 'as nobody has it' });
  await addEntry(secret, 'com.example/hidden');
  await addEntry(secret, 'com.example/shared', { description: 'as admins have it' });
  await addEntry(team, 'com.example/shared', { description: 'as members have it' });
  await addEntry(open, 'com.example/shared', { description: 'as everybody has it' });
  await addEntry(team, 'com.example/percent', { description: '100% of_it' });
  await addEntry(open, 'com.example/many', {
    version: '1.0.0',
    latest: false,
    updated: '2026-01-01',
  });
  await addEntry(open, 'com.example/many', { version: '2.0.0', updated: '2026-06-01' });
  await addEntry(open, 'com.example/many', {
    version: '1.5.0+build',
    latest: false,
    status: 'deprecated',
  });
  await addEntry(open, 'com.example/gone', { status: 'deleted', updated: '2026-07-01' });
});
afterAll(() => app[Symbol.asyncDispose]());

async function addSource(
  slug: string,
  audience: string,
  priority: number,
  enabled = true,
): Promise<string> {
  const id = newId();
  await withTenant(app.services.db, app.organizationId, (tx) =>
    tx
      .insertInto('catalog_sources')
      .values({
        id,
        organization_id: app.organizationId,
        slug,
        title: slug,
        kind: 'registry',
        location: 'https://registry.example.com',
        audience: z.enum(['admins', 'members', 'public']).parse(audience),
        priority,
        enabled,
      })
      .execute(),
  );
  return id;
}

async function addEntry(sourceId: string, name: string, options: EntryOptions = {}): Promise<void> {
  const { version = '1.0.0', status = 'active', latest = true } = options;
  const description = options.description ?? `About ${name}`;
  const document = JSON.stringify({ name, description, version, future: { kept: true } });
  await withTenant(app.services.db, app.organizationId, (tx) =>
    tx
      .insertInto('catalog_versions')
      .values({
        organization_id: app.organizationId,
        source_id: sourceId,
        name,
        version,
        document,
        digest: createHash('sha256').update(document).digest(),
        status,
        is_latest: latest,
        published_at: new Date('2025-12-01'),
        updated_at: new Date(options.updated ?? '2026-03-01'),
      })
      .execute(),
  );
}

async function ask(path: string, key?: string): Promise<{ status: number; body: unknown }> {
  const response = await app.fetch(`/v0.1${path}`, {
    headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
  });
  expect(response.headers.get('access-control-allow-origin')).toBe('*');
  return { status: response.status, body: await response.json() };
}

async function names(path: string, key?: string): Promise<string[]> {
  const { status, body } = await ask(path, key);
  expect(status).toBe(200);
  return listSchema.parse(body).servers.map(({ server }) => `${server.name}@${server.version}`);
}

describe('the list of servers', () => {
  it('shows admins everything, members what is theirs, and others what is public', async () => {
    const open = [
      'com.example/many@1.0.0',
      'com.example/many@1.5.0+build',
      'com.example/many@2.0.0',
    ];
    expect(await names('/servers')).toEqual([...open, 'com.example/shared@1.0.0']);
    expect(await names('/servers', memberKey)).toEqual([
      ...open,
      'com.example/percent@1.0.0',
      'com.example/shared@1.0.0',
    ]);
    expect(await names('/servers', app.ownerKey)).toEqual([
      'com.example/hidden@1.0.0',
      ...open,
      'com.example/percent@1.0.0',
      'com.example/shared@1.0.0',
    ]);
  });

  it.each([
    ['the owner', () => app.ownerKey, 'as admins have it'],
    ['a member', () => memberKey, 'as members have it'],
    ['nobody', () => undefined, 'as everybody has it'],
  ])('tells %s of a server as its first source for them does', async (_, key, description) => {
    const { body } = await ask('/servers?search=shared', key());
    expect(listSchema.parse(body).servers.map(({ server }) => server.description)).toEqual([
      description,
    ]);
  });

  it('pages through everything once', async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    for (let pages = 0; pages < 10; pages += 1) {
      const next = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const { body } = await ask(`/servers?limit=2${next}`, app.ownerKey);
      const { servers, metadata } = listSchema.parse(body);
      seen.push(...servers.map(({ server }) => `${server.name}@${server.version}`));
      cursor = metadata.nextCursor;
      if (cursor === undefined) break;
      expect(servers).toHaveLength(2);
    }
    expect(seen).toEqual(await names('/servers', app.ownerKey));
  });

  it('takes only the latest versions, or an exact one', async () => {
    expect(await names('/servers?version=latest')).toEqual([
      'com.example/many@2.0.0',
      'com.example/shared@1.0.0',
    ]);
    expect(await names('/servers?version=1.5.0%2Bbuild')).toEqual(['com.example/many@1.5.0+build']);
  });

  it('tells whoever follows changes what is gone', async () => {
    expect(await names('/servers?updated_since=2026-05-01T00:00:00Z')).toEqual([
      'com.example/gone@1.0.0',
      'com.example/many@2.0.0',
    ]);
    expect(await names('/servers?search=gone')).toEqual([]);
    expect(await names('/servers?search=gone&include_deleted=true')).toEqual([
      'com.example/gone@1.0.0',
    ]);
  });

  it('searches for text as it is', async () => {
    expect(await names('/servers?search=100%25+of_', memberKey)).toEqual([
      'com.example/percent@1.0.0',
    ]);
    expect(await names('/servers?search=%25%25')).toEqual([]);
    expect(await names(`/servers?search=${encodeURIComponent("' or true --")}`)).toEqual([]);
  });

  it('keeps fields that it does not know', async () => {
    const { body } = await ask('/servers?search=shared');
    expect(listSchema.parse(body).servers[0]?.server).toMatchObject({ future: { kept: true } });
  });

  it.each([
    ['limit=0', /limit: a whole number/],
    ['limit=x', /limit: a whole number/],
    ['cursor=abc', /cursor: not one of this registry/],
    ['updated_since=yesterday', /updated_since: a date and time/],
    ['include_deleted=maybe', /include_deleted: true or false/],
    ['search=%00', /NUL/],
  ])('refuses %s', async (query, message) => {
    const { status, body } = await ask(`/servers?${query}`, memberKey);
    expect(status).toBe(400);
    expect(errorSchema.parse(body).error).toMatch(message);
  });

  it('takes what has no value as not given, and a page of a hundred for more', async () => {
    expect(await names('/servers?cursor=&search=&limit=5000')).toHaveLength(4);
  });
});

describe('the versions of a server', () => {
  it.each(['com.example%2Fmany', 'com.example/many'])('are found as %s', async (name) => {
    expect(await names(`/servers/${name}/versions`)).toEqual([
      'com.example/many@2.0.0',
      'com.example/many@1.5.0+build',
      'com.example/many@1.0.0',
    ]);
    const { body } = await ask(`/servers/${name}/versions/latest`);
    expect(responseSchema.parse(body).server.version).toBe('2.0.0');
    const exact = await ask(`/servers/${name}/versions/1.5.0%2Bbuild`);
    expect(responseSchema.parse(exact.body)).toMatchObject({
      server: { version: '1.5.0+build' },
      _meta: { 'io.modelcontextprotocol.registry/official': { status: 'deprecated' } },
    });
  });

  it.each([
    '/servers/com.example%2Fnone/versions',
    '/servers/com.example%2Fmany/versions/9.9.9',
    '/servers/com.example%2Fgone/versions/latest',
    // Another's, which must look like one that is not there.
    '/servers/com.example%2Fhidden/versions',
    '/servers/..%2F..%2Fetc/versions/latest',
    '/nothing',
  ])('are not found at %s', async (path) => {
    const { status, body } = await ask(path, memberKey);
    expect(status).toBe(404);
    expect(errorSchema.parse(body).error).not.toContain('hidden');
  });
});

describe('the registry', () => {
  it('lists for an agent what it may use, to be reached here', async () => {
    const { status, body } = await ask('/servers', app.demoToken);
    expect(status).toBe(200);
    // Nothing is installed in this app: an agent never sees the catalog itself.
    expect(listSchema.parse(body).servers).toEqual([]);
  });

  it.each([
    ['an unknown agent', () => `${app.demoToken.slice(0, -2)}AA`],
    ['an unknown key', () => `${app.ownerKey.slice(0, -2)}AA`],
    ['rubbish', () => 'x'],
  ])('refuses %s and does not fall back to what is public', async (_, key) => {
    const { status, body } = await ask('/servers', key());
    expect(status).toBe(401);
    expect(errorSchema.parse(body).error).not.toBe('');
  });

  it('is read-only', async () => {
    for (const [method, path] of [
      ['POST', '/v0.1/publish'],
      ['PUT', '/v0.1/servers/a%2Fb/versions/1'],
      ['PATCH', '/v0.1/servers/a%2Fb/versions/1/status'],
      ['DELETE', '/v0.1/servers/a%2Fb/versions/1'],
    ] as const) {
      const response = await app.fetch(path, { method });
      expect(response.status).toBe(501);
      errorSchema.parse(await response.json());
    }
  });

  it('answers what a page of an editor asks first', async () => {
    const response = await app.fetch('/v0.1/servers', {
      method: 'OPTIONS',
      headers: {
        origin: 'vscode-file://vscode-app',
        'access-control-request-headers': 'authorization',
      },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-headers')).toMatch(/authorization/i);
    expect(response.headers.get('access-control-allow-credentials')).toBeNull();
  });
});
