import { readdir } from 'node:fs/promises';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildApp, type TestApp } from '../../../app/testing/build-app.ts';
import { type RemoteServer, startRemoteServer } from '../../../app/testing/remote-server.ts';
import { licenceConflicts } from './licence-conflicts.ts';
import { portsOf } from './port-conflicts.ts';

let app: TestApp;
let remote: RemoteServer;
beforeAll(async () => {
  app = await buildApp();
  remote = await startRemoteServer();
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await remote[Symbol.asyncDispose]();
});

const more = { allowPrivateNetwork: true };
const plan = (input: object) => app.request('POST', '/instances/plan', { ...more, ...input });
const add = (input: object) => app.request('POST', '/instances', { ...more, ...input });

/** What lies in the data directory, but for marks of the audit log, which come by themselves. */
async function filesKept(): Promise<readonly string[]> {
  const files = await readdir(app.dataDir, { recursive: true });
  return files.filter((name) => !name.startsWith('audit/'));
}

describe('instances.plan', () => {
  it('tells of a remote without doing anything', async () => {
    const before = await filesKept();
    const secrets = { Authorization: 'Bearer hunter2-hunter2' };
    const { status, body } = await plan({ server: remote.url, slug: 'planned', secrets });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      slug: 'planned',
      toolbox: { slug: 'starter', environment: 'dev' },
      fetch: { packages: [], present: false },
      run: { driver: 'remote', url: remote.url, headers: ['Authorization'] },
      tools: { known: false },
      conflicts: [],
      ready: true,
    });
    expect(JSON.stringify(body)).not.toContain('hunter2');
    expect(await filesKept()).toEqual(before);
    expect((await app.request('GET', '/instances/planned')).status).toBe(404);
  });

  it('is what adding is held to', async () => {
    const input = { server: remote.url, slug: 'held' };
    const { digest: planDigest } = (await plan(input)).body;
    const other = await add({ ...input, headers: { 'X-Other': '1' }, planDigest });
    expect(other.body.at(-1).data).toMatchObject({ code: 'conflict' });
    expect((await app.request('GET', '/instances/held')).status).toBe(404);
    const { body } = await add({ ...input, planDigest });
    expect(body.at(-1).data.instance).toMatchObject({ slug: 'held' });
    const again = await plan(input);
    expect(again.body).toMatchObject({ ready: false, conflicts: [{ code: 'slug_taken' }] });
  });

  it.each([
    [{ server: 'io.github.nobody/nothing' }, 404],
    [{ server: `bundle:${'0'.repeat(64)}`, allowPrivateNetwork: undefined }, 404],
    [{ server: 'file:../../etc', allowPrivateNetwork: undefined }, 400],
    [{ server: 'git+ssh://git@host/repo.git' }, 400],
    [{ server: 'https://h.example/', toolbox: 'nowhere' }, 404],
    [{ server: 'https://h.example/', args: ['x'] }, 400],
  ])('refuses %j', async (input, status) => {
    expect(await plan(input)).toMatchObject({ status });
  });

  it('is for those who may add', async () => {
    const key = await app.buildMember('member');
    const body = { server: remote.url, ...more };
    expect(await app.request('POST', '/instances/plan', body, key)).toMatchObject({ status: 403 });
  });
});

describe('the licence policy', () => {
  const policy = { allow: ['MIT'], deny: ['GPL-3.0-only'], unknown: 'refuse' as const };

  it('is read by all, set by admins, and on record', async () => {
    const path = '/organization/licence-policy';
    expect((await app.request('GET', path)).body).toMatchObject({ allow: null, unknown: 'warn' });
    const member = await app.buildMember('auditor');
    expect(await app.request('PUT', path, policy, member)).toMatchObject({ status: 403 });
    expect((await app.request('PUT', path, policy)).body).toEqual(policy);
    expect((await app.request('GET', path, undefined, member)).body).toEqual(policy);
    const { body } = await app.request('GET', '/audit?limit=10');
    expect(body.entries[0]).toMatchObject({ kind: 'organization.licence_policy_set' });
  });

  it('names each licence that is in the way once', () => {
    const packages = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => ({
      name,
      version: '1.0.0',
      license: name === 'g' ? undefined : 'GPL-3.0-only',
    }));
    expect(licenceConflicts(policy, packages)).toMatchObject([
      { code: 'licence_refused', severity: 'error', message: expect.stringMatching(/1 more\./) },
      { code: 'licence_unknown', severity: 'error', message: expect.stringMatching(/g@1\.0\.0/) },
    ]);
    expect(licenceConflicts({ ...policy, unknown: 'warn' }, packages.slice(6))).toMatchObject([
      { severity: 'warning' },
    ]);
    expect(licenceConflicts({ ...policy, unknown: 'allow' }, packages.slice(6))).toEqual([]);
  });
});

describe('portsOf', () => {
  const launch = {
    driver: 'process' as const,
    installDir: '/x',
    entry: 'server.js',
    args: ['--port', '8080', '--port=9090', '--verbose'],
    env: { PORT: '7070', DB_PORT: '5432' },
    network: { mode: 'open' as const },
    limits: { memoryMb: 256, cpus: 1, pids: 64 },
    mounts: [],
  };

  it('are what is named to listen on, where the network is shared', () => {
    expect(portsOf(launch, 'http://localhost:6060/mcp')).toEqual([8080, 9090, 7070, 6060]);
    expect(portsOf({ ...launch, network: { mode: 'off' } }, undefined)).toEqual([]);
    expect(portsOf({ ...launch, args: ['--port'], env: { PORT: 'x' } }, undefined)).toEqual([]);
  });
});
