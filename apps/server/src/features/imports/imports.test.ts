import { newId } from '@plugboard/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildApp, type TestApp } from '../../app/testing/build-app.ts';
import { type RemoteServer, startRemoteServer } from '../../app/testing/remote-server.ts';
import { withTenant } from '../../store/tenant.ts';

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

const secret = 'Bearer imported-hunter2-hunter2';

function send(path: string, servers: object, more: object = {}, key?: string) {
  const text = JSON.stringify({ mcpServers: servers });
  return app.request('POST', path, { text, ...more }, key);
}

async function plan(servers: object, more: object = {}) {
  const { status, body } = await send('/imports/plan', servers, more);
  expect(status, JSON.stringify(body)).toBe(200);
  return body.servers;
}

/** Puts an entry into a source of the organization. */
async function publish(entry: {
  readonly name: string;
  readonly [field: string]: unknown;
}): Promise<void> {
  const { organizationId } = app;
  await withTenant(app.services.db, organizationId, async (tx) => {
    const id = newId();
    await tx
      .insertInto('catalog_sources')
      .values({
        id,
        organization_id: organizationId,
        slug: `s-${id.slice(-8)}`,
        title: 'S',
        kind: 'registry',
        location: 'https://r.example',
      })
      .execute();
    await tx
      .insertInto('catalog_versions')
      .values({
        organization_id: organizationId,
        source_id: id,
        name: entry.name,
        version: '1.0.0',
        document: JSON.stringify({ description: 'An entry', version: '1.0.0', ...entry }),
        digest: Buffer.alloc(32),
        is_latest: true,
      })
      .execute();
  });
}

describe('imports.plan', () => {
  it('finds bundled entries and those of the organization, and makes values of what fits', async () => {
    await publish({
      name: 'com.acme/notes',
      title: 'Notes',
      packages: [
        {
          registryType: 'npm',
          identifier: '@acme/notes',
          version: '1.0.0',
          transport: { type: 'stdio' },
          packageArguments: [{ type: 'named', name: '--mode' }],
          environmentVariables: [{ name: 'NOTES_KEY', isSecret: true }, { name: 'NOTES_TEAM' }],
        },
      ],
    });
    const [notes, files] = await plan({
      notes: {
        command: 'npx',
        args: ['-y', '@acme/notes', '--mode', 'x'],
        env: { NOTES_KEY: 'k', NOTES_TEAM: 't' },
      },
      files: {
        command: 'npx',
        args: ['-y', '@modelcontextprotocol/server-filesystem', '/srv/docs'],
      },
    });
    expect(notes).toMatchObject({
      action: 'add',
      server: 'com.acme/notes',
      entry: { name: 'com.acme/notes', title: 'Notes' },
      values: { mode: 'x', NOTES_TEAM: 't' },
      secretNames: ['NOTES_KEY'],
    });
    expect(files).toMatchObject({
      action: 'add',
      mounts: [{ path: '/srv/docs', writable: false }],
    });
    expect(files.problems.join()).toMatch(/read folders of this machine: \/srv\/docs/);
    const [writing] = await plan(
      { files: { command: 'npx', args: ['@modelcontextprotocol/server-filesystem', '/srv/docs'] } },
      { folders: 'write' },
    );
    expect(writing.mounts).toEqual([{ path: '/srv/docs', writable: true }]);
  });

  it('does not take facts of a stranger’s entry for ours', async () => {
    await publish({
      name: 'com.evil/thing',
      packages: [
        {
          registryType: 'npm',
          identifier: 'evil-thing',
          version: '1.0.0',
          transport: { type: 'stdio' },
        },
      ],
      _meta: { 'dev.plugboard/catalog': { launch: { arguments: ['--evil'], env: { EVIL: '1' } } } },
    });
    const [thing] = await plan({ thing: { command: 'npx', args: ['evil-thing', 'x'] } });
    expect(JSON.stringify(thing)).not.toMatch(/--evil|EVIL/);
  });

  it('never answers a secret, and none that stands in an address', async () => {
    const { body } = await send('/imports/plan', {
      a: { url: remote.url, headers: { Authorization: secret, 'X-Odd': 'q7Rz0Kp2Vx9Lm4Tn8Bd1' } },
      b: { url: 'https://api.example.com/mcp?api_key=hunter2hunter2' },
      c: { url: 'https://me:hunter2pass@api.example.com/mcp' },
    });
    expect(JSON.stringify(body)).not.toMatch(/hunter2|q7Rz0/);
    expect(body.servers).toMatchObject([
      { action: 'add', secretNames: ['Authorization', 'X-Odd'], unsure: ['X-Odd'] },
      { action: 'blocked', runs: 'https://api.example.com' },
      { action: 'add', runs: 'https://api.example.com/mcp', secretNames: ['Authorization'] },
    ]);
  });

  it('leaves Plugboard itself out, and says what a file does not have', async () => {
    const { body } = await send(
      '/imports/plan',
      {
        own: { url: `${app.services.server.urls.mcp}/starter` },
        other: { command: 'npx', args: ['x'] },
      },
      { only: ['own', 'absent'] },
    );
    expect(body.servers.map(({ action }: { action: string }) => action)).toEqual([
      'left_out',
      'left_out',
    ]);
    expect(body.problems.join()).toMatch(/absent/);
  });

  it('is for owners and admins', async () => {
    for (const role of ['member', 'auditor'] as const) {
      const key = await app.buildMember(role);
      for (const path of ['/imports/plan', '/imports']) {
        expect((await send(path, {}, {}, key)).status).toBe(403);
      }
    }
  });
});

describe('imports.apply', () => {
  it('adds a remote with its header sealed, tells of it, and finds it the next time', async () => {
    const servers = { web: { url: remote.url, headers: { Authorization: secret } } };
    const more = { allowPrivateNetwork: true };
    const { body } = await send('/imports', servers, more);
    expect(body.at(0).data).toMatchObject({ type: 'plan' });
    expect(body.at(-1).data).toMatchObject({ type: 'done', added: 1, failed: 0, undone: false });
    expect(JSON.stringify(body)).not.toContain('hunter2');
    expect(remote.authorizations).toContain(secret);
    const [again] = await plan(servers, more);
    expect(again).toMatchObject({ action: 'unchanged', instance: { slug: 'web' } });
    const audit = await app.request('GET', '/audit?limit=1000');
    expect(JSON.stringify(audit.body)).not.toContain('hunter2');
  });

  it('reports what fails, without the secrets of it', async () => {
    const { body } = await send(
      '/imports',
      { gone: { url: 'http://127.0.0.1:9/mcp', headers: { Authorization: secret } } },
      { allowPrivateNetwork: true },
    );
    expect(body.at(-1).data).toMatchObject({
      added: 0,
      failed: 1,
      outcomes: [{ slug: 'gone', outcome: 'failed', error: { code: 'upstream_failed' } }],
    });
    expect(JSON.stringify(body)).not.toContain('hunter2');
  });
});
