import { newId } from '@plugboard/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildApp, type TestApp } from '../../app/testing/build-app.ts';
import { withTenant } from '../../store/tenant.ts';
import { applyPatch } from './apply-patch.ts';
import { mergeSettings } from './merge-settings.ts';

const entry = {
  name: 'com.example/server',
  description: 'A server',
  version: '1.0.0',
  packages: [
    {
      registryType: 'npm',
      identifier: 'server',
      version: '1.0.0',
      transport: { type: 'stdio' },
      environmentVariables: [
        { name: 'REGION', default: 'eu' },
        { name: 'TOKEN', isSecret: true },
        {
          name: 'DSN',
          value: 'db://{user}:{password}@{host}',
          variables: { user: {}, password: { isSecret: true }, host: {} },
        },
      ],
    },
  ],
};

describe('the configuration of an instance', () => {
  let app: TestApp;
  let member: string;
  beforeAll(async () => {
    app = await buildApp();
    member = await app.buildMember('member');
    await insertInstance(app, 'example', { values: { REGION: 'value-to-hide' } });
  });
  afterAll(() => app[Symbol.asyncDispose]());

  it('shows its schema, and to whom may not read launches only what is set', async () => {
    const at = '/instances/example/configuration';
    const owner = await app.request('GET', at);
    expect(owner.body.entries).toContainEqual({
      path: 'values.REGION',
      value: 'value-to-hide',
      origin: 'own',
    });
    const seen = await app.request('GET', at, undefined, member);
    expect(seen.status).toBe(200);
    expect(seen.body.entries).toContainEqual({ path: 'values.REGION', origin: 'own' });
    expect(JSON.stringify(seen.body)).not.toContain('value-to-hide');
    const schema = await app.request('GET', `${at}/schema`, undefined, member);
    expect(schema.body.schema.properties.TOKEN.writeOnly).toBe(true);
    for (const path of [
      '/configuration/layers',
      '/configuration/layers/history?server=a&environment=dev',
    ]) {
      expect((await app.request('GET', path, undefined, member)).status).toBe(403);
    }
  });

  it('wants all secrets that are sealed together', async () => {
    const plan = (body: object) =>
      app.request('POST', '/instances/example/configuration/plan', body);
    const values = { user: 'me', host: 'db' };
    const alone = await plan({ settings: { values }, secrets: { password: 'hush-hush' } });
    expect(alone.body.problems).toEqual([]);
    expect(alone.body.changes).toContainEqual({
      path: 'secrets.DSN',
      after: 'set',
      origin: 'own',
    });
    expect(JSON.stringify(alone.body)).not.toContain('hush-hush');
  });

  it('refuses what is none of its settings', async () => {
    const at = '/instances/example/configuration/plan';
    for (const settings of [{ command: 'other' }, { approveScripts: true }, { nope: 1 }]) {
      expect((await app.request('POST', at, { settings })).status).toBe(400);
    }
    const layer = { server: 'com.example/server', environment: 'dev' };
    for (const settings of [{ preset: 'a' }, { approveScripts: true }, { template: 'a' }]) {
      const answer = await app.request('PUT', '/configuration/layers', { ...layer, settings });
      expect(answer.status).toBe(400);
    }
  });

  it('is another organization’s affair only there', async () => {
    const other = await buildApp();
    await using _ = other;
    await app.request('PUT', '/configuration/templates', {
      server: 'com.example/server',
      slug: 'ours',
      settings: { values: { REGION: 'us' } },
    });
    expect((await app.request('GET', '/configuration/templates')).body.templates).toHaveLength(1);
    expect((await other.request('GET', '/configuration/templates')).body.templates).toEqual([]);
    const records = JSON.stringify((await app.request('GET', '/audit')).body);
    expect(records).toContain('configuration.template_saved');
    expect(records).toContain('values.REGION');
  });
});

describe('mergeSettings', () => {
  it('merges by name, takes the rest whole, and knows where all of it is from', () => {
    const { settings, origins } = mergeSettings([
      { origin: 'preset', settings: { values: { a: 1, b: 1 }, network: { mode: 'off' } } },
      { origin: 'layer:dev', settings: { values: { b: 2 }, limits: { cpus: 1 } } },
      { origin: 'own', settings: { args: ['x'], network: { mode: 'open' } } },
    ]);
    expect(settings).toEqual({
      values: { a: 1, b: 2 },
      network: { mode: 'open' },
      limits: { cpus: 1 },
      args: ['x'],
    });
    expect(origins).toEqual({
      'values.a': 'preset',
      'values.b': 'layer:dev',
      'limits.cpus': 'layer:dev',
      network: 'own',
      args: 'own',
    });
  });
});

describe('applyPatch', () => {
  it('keeps what is not named and takes away what is null', () => {
    const before = { values: { a: 1, b: 2 }, env: { X: 'x' }, idleMs: 0 };
    const patch = { values: { a: null, c: 3 }, env: null, network: { mode: 'open' as const } };
    expect(applyPatch(before, patch)).toEqual({
      values: { b: 2, c: 3 },
      idleMs: 0,
      network: { mode: 'open' },
    });
    expect(applyPatch({ values: { a: 1 } }, { values: { a: null } })).toEqual({});
  });
});

async function insertInstance(app: TestApp, slug: string, settings: object): Promise<void> {
  const { organizationId } = app;
  await withTenant(app.services.db, organizationId, async (db) => {
    const toolbox = await db.selectFrom('toolboxes').select('id').executeTakeFirstOrThrow();
    const id = newId();
    const launch = {
      driver: 'process',
      installDir: 'servers/none',
      entry: 'server.mjs',
      args: [],
      env: { REGION: 'value-to-hide' },
      network: { mode: 'off' },
      limits: { memoryMb: 256, cpus: 1, pids: 64 },
      mounts: [],
    };
    const content = {
      version: '1.0.0',
      entry: JSON.stringify(entry),
      settings: JSON.stringify(settings),
      package: JSON.stringify({ type: 'npm', name: 'server', version: '1.0.0', integrity: 'x' }),
      launch: JSON.stringify(launch),
      sealed_secrets: '{}',
      idle_ms: 600_000,
      start_timeout_ms: 60_000,
    };
    await db
      .insertInto('instances')
      .values({
        ...content,
        id,
        organization_id: organizationId,
        toolbox_id: toolbox.id,
        slug,
        server_name: entry.name,
      })
      .execute();
    await db
      .insertInto('instance_revisions')
      .values({
        ...content,
        organization_id: organizationId,
        instance_id: id,
        revision: 1,
        reason: 'installed',
        contract: '[]',
      })
      .execute();
  });
}
