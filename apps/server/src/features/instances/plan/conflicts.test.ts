import { readdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';

import { catalogMetaKey, type CatalogMeta, findBundled, type ServerJson } from '@plugboard/catalog';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { packServer } from '../../../../../../test/registry/pack.ts';
import { type Registry, startRegistry } from '../../../../../../test/registry/registry.ts';
import { buildApp, type TestApp } from '../../../app/testing/build-app.ts';
import { buildSource, storeEntries } from '../../catalog/search/testing/build-catalog.ts';
import { hostConflicts } from './host-conflicts.ts';

let app: TestApp;
let registry: Registry;
let ours: string;
let theirs: string;
beforeAll(async () => {
  registry = await startRegistry();
  for (const name of ['npm_config_registry', 'NPM_CONFIG_REGISTRY']) vi.stubEnv(name, registry.url);
  app = await buildApp();
  const source = (slug: string, kind: 'folder' | 'registry') =>
    buildSource(app.services.db, app.organizationId, { slug, kind });
  ours = await source('ours', 'folder');
  theirs = await source('theirs', 'registry');
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await app[Symbol.asyncDispose]();
  await registry[Symbol.asyncDispose]();
});

async function publish(name: string, manifest: object = {}): Promise<string> {
  registry.publish(await packServer('ten-tools', { manifest: { ...manifest, name } }));
  return name;
}

const plan = async (input: object) => (await app.request('POST', '/instances/plan', input)).body;

/** Adds what is to be refused; nothing of it may stay. */
async function refused(input: object): Promise<{ code: string; message: string }> {
  const before = await readdir(join(app.dataDir, 'servers')).catch(() => []);
  const { body } = await app.request('POST', '/instances', input);
  const failure = Array.isArray(body) ? body.at(-1).data : body;
  expect(failure).toHaveProperty('code');
  const after = await readdir(join(app.dataDir, 'servers')).catch(() => []);
  expect(after.filter((name) => name !== '.staging')).toEqual(
    before.filter((name) => name !== '.staging'),
  );
  return failure;
}

type Listed = NonNullable<ServerJson['packages']>[number];

async function list(
  sourceId: string,
  name: string,
  more: Partial<Listed>,
  facts?: Partial<CatalogMeta>,
): Promise<string> {
  const known = findBundled('memory')?.server._meta?.[catalogMetaKey];
  const listed = { registryType: 'npm', version: '1.0.0', transport: { type: 'stdio' } } as const;
  const server: ServerJson = {
    name,
    description: 'x',
    version: '1.0.0',
    packages: [{ ...listed, identifier: 'plugboard-fixture-ten-tools', ...more }],
    ...(facts && { _meta: { [catalogMetaKey]: { ...Object(known), ...facts } } }),
  };
  await storeEntries(app.services.db, app.organizationId, sourceId, [{ server, isLatest: true }]);
  return name;
}

const launch = {
  arguments: [],
  env: {},
  network: { mode: 'off' as const },
  networkReason: 'x',
  limits: { memoryMb: 128, cpus: 1, pids: 64 },
  requires: [],
};

describe('a conflict', () => {
  const cure = expect.stringMatching(/\w+.*\.$/);

  it('is a Node that does not suit, which adding refuses as well', async () => {
    const server = await publish('plan-node', { engines: { node: '>=99' } });
    expect(await plan({ server })).toMatchObject({
      ready: false,
      conflicts: [{ code: 'node_version', severity: 'error', cure }],
    });
    expect((await refused({ server })).message).toMatch(/needs Node >=99/);
  });

  it('is a publisher’s advice against it', async () => {
    const server = await publish('plan-deprecated', { deprecated: 'use another' });
    expect(await plan({ server })).toMatchObject({
      ready: true,
      conflicts: [{ code: 'deprecated', severity: 'warning', cure }],
    });
  });

  it('is another SHA-256 than the entry names', async () => {
    const server = await list(theirs, 'com.example/other', { fileSha256: 'a'.repeat(64) });
    expect(await plan({ server })).toMatchObject({
      ready: false,
      conflicts: [{ code: 'integrity', severity: 'error', cure }],
    });
    expect((await refused({ server })).message).toMatch(/SHA-256 differs/);
  });

  it('cannot be planned where another registry is named, and nothing is fetched', async () => {
    const registryBaseUrl = 'https://packages.example.com/';
    const server = await list(theirs, 'com.example/registry', { registryBaseUrl });
    expect(await plan({ server })).toMatchObject({ code: 'install_failed' });
    const asked = registry.requests.length;
    expect((await refused({ server })).message).toMatch(/packages\.example\.com/);
    expect(registry.requests.slice(asked).filter((path) => path.endsWith('.tgz'))).toEqual([]);
  });

  it('is a program that this machine lacks', async () => {
    const requires = ['/nonexistent/program'];
    const facts = { id: 'needy', launch: { ...launch, requires } };
    const server = await list(ours, 'com.example/needy', {}, facts);
    expect(await plan({ server, slug: 'needy' })).toMatchObject({
      ready: false,
      conflicts: [{ code: 'program_missing', subject: requires[0], cure }],
    });
  });

  it('is a tool that would be called as another one is', async () => {
    const tools = ['same', 'other', 'same'].map((name) => ({ name, level: 'read' as const }));
    const facts = { id: 'clash', launch, tools, toolsFrom: 'observed' as const };
    const server = await list(ours, 'com.example/clash', {}, facts);
    expect(await plan({ server, slug: 'clash' })).toMatchObject({
      ready: false,
      conflicts: [{ code: 'tool_name_clash', severity: 'error', subject: 'same', cure }],
    });
  });

  it('is a port that is listened on', async () => {
    const listener = createServer().listen(0);
    await new Promise((resolve) => listener.once('listening', resolve));
    const address = listener.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const input = {
      server: 'plugboard-fixture-ten-tools',
      network: { mode: 'open' },
      args: ['--port', String(port)],
    };
    expect(await plan(input)).toMatchObject({
      conflicts: [{ code: 'port_taken', severity: 'warning', subject: String(port), cure }],
    });
    await new Promise((resolve) => listener.close(resolve));
    expect(await plan(input)).toMatchObject({ conflicts: [] });
  });

  it('is a disk that is too small', async () => {
    const { server } = app.services;
    const find = (bytes: number) => hostConflicts(server, { programs: [], bytes });
    const disk = expect.objectContaining({ code: 'disk_space', severity: 'error', cure });
    expect(await find(2 ** 60)).toContainEqual(disk);
    expect(await find(1)).not.toContainEqual(disk);
  });
});

describe('the licence policy', () => {
  const set = (deny: string[]) =>
    app.request('PUT', '/organization/licence-policy', { allow: null, deny, unknown: 'allow' });

  it('holds for a package and for what it depends on, planned or not', async () => {
    await publish('plan-gpl-helper', { license: 'GPL-3.0-only', bin: undefined });
    const dependencies = { 'plan-gpl-helper': '1.0.0' };
    const server = await publish('plan-gpl', { license: 'MIT', dependencies });
    await set(['GPL-3.0-only']);
    expect(await plan({ server })).toMatchObject({
      ready: false,
      conflicts: [{ code: 'licence_refused', subject: 'GPL-3.0-only' }],
    });
    const asked = registry.requests.length;
    const refusal = await refused({ server });
    expect(refusal).toMatchObject({ code: 'conflict' });
    expect(refusal.message).toContain('plan-gpl-helper@1.0.0');
    expect(registry.requests.slice(asked).filter((path) => path.endsWith('.tgz'))).toEqual([]);
    await set([]);
    expect(await plan({ server })).toMatchObject({ ready: true });
  });

  it('holds for an update, and the instance stays as it was', async () => {
    const server = await publish('plan-updated', { license: 'MIT' });
    const { body } = await app.request('POST', '/instances', { server, slug: 'updated' });
    expect(body.at(-1)).toMatchObject({ event: 'message' });
    await publish('plan-updated', { license: 'GPL-3.0-only', version: '1.1.0' });
    await set(['GPL-3.0-only']);
    const path = '/instances/updated/update';
    const update = await app.request('POST', path, { to: '1.1.0', allowBreaking: true });
    expect(JSON.stringify(update.body)).toMatch(/GPL-3\.0-only is not allowed/);
    expect((await app.request('GET', '/instances/updated')).body).toMatchObject({
      version: '1.0.0',
      state: { name: 'ready' },
    });
    await set([]);
    await app.request('DELETE', '/instances/updated');
  });
});

describe('a hostile entry', () => {
  it('has its arguments taken as they are, and its claims about itself not at all', async () => {
    const words = ['$(touch planted)', '`touch planted`', '; touch planted', '&& x', '| y', '\n'];
    const packageArguments = words.map((value) => ({ type: 'positional' as const, value }));
    const facts = { id: 'claims', launch: { ...launch, network: { mode: 'open' as const } } };
    const server = await list(theirs, 'com.example/words', { packageArguments }, facts);
    const planned = await plan({ server, slug: 'words' });
    expect(planned.run?.args ?? []).toEqual(words);
    expect(planned.reach.policy).toEqual({ mode: 'off' });
    await app.request('POST', '/instances', { server, slug: 'words' });
    const names = await readdir(app.dataDir, { recursive: true });
    expect(names.filter((name) => name.endsWith('planted'))).toEqual([]);
    await app.request('DELETE', '/instances/words');
  });

  it('is refused with more arguments than a process takes, and nothing is left', async () => {
    const packageArguments = Array.from({ length: 200 }, () => ({
      type: 'positional' as const,
      value: 'x'.repeat(32_768),
    }));
    const server = await list(theirs, 'com.example/many', { packageArguments });
    const refusal = await refused({ server, slug: 'many' });
    expect(refusal).toMatchObject({ code: 'upstream_failed' });
    expect((await app.request('GET', '/instances/many')).status).toBe(404);
  });
});
