import { AppError } from '@plugboard/contracts';
import { Secret } from '@plugboard/vault';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildApp, type TestApp } from '../../../app/testing/build-app.ts';
import { type RemoteServer, startRemoteServer } from '../../../app/testing/remote-server.ts';
import { withTenant } from '../../../store/tenant.ts';
import type { TenantDb } from '../../tenant-db.ts';
import type { Candidate } from '../candidate.ts';
import { changeInstance, type ChangeOptions } from './change-instance.ts';
import { revisionBefore } from './revision-before.ts';
import { openUnrecorded, selectRevision, selectStored } from './stored-candidate.ts';

let app: TestApp;
let remote: RemoteServer;
beforeAll(async () => {
  app = await buildApp();
  remote = await startRemoteServer();
});
afterAll(async () => {
  await remote[Symbol.asyncDispose]();
  await app[Symbol.asyncDispose]();
});

const inTenant = <T>(work: (db: TenantDb) => Promise<T>) =>
  withTenant(app.services.db, app.organizationId, work);

async function add(slug: string, secrets: object = {}): Promise<string> {
  const input = { server: remote.url, slug, allowPrivateNetwork: true, secrets };
  const { body } = await app.request('POST', '/instances', input);
  return body.at(-1).data.instance.id;
}

/** Changes an instance as `source` says of what it is, and resolves with the revision. */
async function change(
  id: string,
  make: (present: Candidate) => Partial<Candidate> | Promise<Partial<Candidate>>,
  options: Partial<ChangeOptions> = {},
): Promise<number> {
  const { organizationId, services } = app;
  const { signal } = new AbortController();
  const { revision } = await changeInstance(
    services,
    { organizationId },
    id,
    async ({ row, stored }) => {
      const secrets = await openUnrecorded(services, organizationId, id, row.sealed_secrets);
      const candidate = { ...stored, slug: row.slug, secrets };
      return {
        ...candidate,
        ...(await make(candidate)),
        [Symbol.asyncDispose]: async () => undefined,
      };
    },
    { reason: 'configured', onProgress: () => undefined, signal, ...options },
  );
  return revision;
}

const secretsOf = (id: string, revision: number) =>
  inTenant(async (db) => (await selectRevision(db, id, revision))?.sealed_secrets);

describe('revisions', () => {
  it('carry secrets sealed and seal anew what changes', async () => {
    const id = await add('carried', { Authorization: 'Bearer one', 'X-Other': 'two' });
    await change(id, () => ({ idleMs: 1 }));
    expect(await secretsOf(id, 2)).toEqual(await secretsOf(id, 1));
    await change(id, ({ secrets }) => ({
      secrets: { ...secrets, Authorization: new Secret('Bearer new') },
    }));
    const [before, after] = [await secretsOf(id, 2), await secretsOf(id, 3)];
    expect(after).toMatchObject({ 'X-Other': Reflect.get(Object(before), 'X-Other') });
    expect(Reflect.get(Object(after), 'Authorization')).not.toBe(
      Reflect.get(Object(before), 'Authorization'),
    );
    expect(remote.authorizations.at(-1)).toBe('Bearer new');
    const diff = await app.request('GET', '/instances/carried/revisions/diff?from=1&to=3');
    expect(diff.body).toMatchObject({ secretsChanged: ['Authorization'] });
    const whole = JSON.stringify([
      diff.body,
      (await app.request('GET', '/instances/carried/revisions')).body,
      (await app.request('GET', '/audit?kind=instance.configured')).body,
    ]);
    expect(whole).not.toMatch(/Bearer/);
  });

  it('hide values from members who may not see a launch', async () => {
    const id = await add('hidden');
    await change(id, ({ launch }) =>
      launch.driver === 'remote' ? { launch: { ...launch, headers: { 'X-Team': 'blue' } } } : {},
    );
    const member = await app.buildMember('member');
    const path = '/instances/hidden/revisions';
    const asOwner = await app.request('GET', path);
    expect(JSON.stringify(asOwner.body)).toContain('blue');
    const { body, status } = await app.request('GET', path, undefined, member);
    expect(status).toBe(200);
    expect(JSON.stringify(body)).not.toContain('blue');
    expect(body.revisions[0].changed).toEqual([{ path: 'launch.headers.X-Team' }]);
  });

  it('begin with the state before the first change of an older instance', async () => {
    const id = await add('older');
    await inTenant(async (db) => {
      await db.deleteFrom('instance_revisions').where('instance_id', '=', id).execute();
      await db.updateTable('instances').set({ settings: '{}' }).where('id', '=', id).execute();
    });
    expect(await change(id, () => ({ idleMs: 5 }))).toBe(2);
    const [first, second] = [
      await inTenant((db) => selectRevision(db, id, 1)),
      await inTenant((db) => selectRevision(db, id, 2)),
    ];
    expect(first).toMatchObject({
      reason: 'installed',
      settings: { allowPrivateNetwork: true, transport: 'streamable-http' },
    });
    expect(second).toMatchObject({ idle_ms: 5, settings: { allowPrivateNetwork: true } });
  });

  it('forget secrets of those too old to go back to', async () => {
    const id = await add('forgotten', { Authorization: 'Bearer one' });
    for (let idleMs = 1; idleMs <= 10; idleMs += 1) await change(id, () => ({ idleMs }));
    expect(await secretsOf(id, 1)).toEqual({});
    expect(await secretsOf(id, 2)).not.toEqual({});
    const { body } = await app.request('POST', '/instances/forgotten/rollback', { revision: 1 });
    expect(JSON.stringify(body)).toMatch(/too old/);
    const shown = await app.request('GET', '/instances/forgotten/revisions');
    expect(shown.body.revisions).toHaveLength(11);
    expect(shown.body.revisions.at(-1)).toMatchObject({ revision: 1, kept: false });
  });

  it('are written only for what was tried, and never over another change', async () => {
    const id = await add('tried');
    await expect(change(id, () => ({ launch: { ...never } }))).rejects.toThrow();
    const leaving = new AbortController();
    leaving.abort();
    await expect(change(id, () => ({}), { signal: leaving.signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
    await expect(
      change(id, async () => {
        // As another node would.
        await inTenant((db) =>
          db.updateTable('instances').set({ revision: 7 }).where('id', '=', id).execute(),
        );
        return {};
      }),
    ).rejects.toMatchObject({ code: 'conflict' });
    expect((await inTenant((db) => selectStored(db, id)))?.revision).toBe(7);
    await expect(change(id, () => ({}), { signal: AbortSignal.abort() })).rejects.toThrow();
    expect(app.services.instanceChanges.isUnderWay(id)).toBe(false);
  });

  it('are not written when what is listed is refused, and taken back when it is so only then', async () => {
    const id = await add('refused');
    const refuse = (after: number) => {
      let listed = 0;
      return () => {
        listed += 1;
        if (listed > after) throw new AppError('conflict', 'It lists something else.');
      };
    };
    const revisions = () => inTenant((db) => selectStored(db, id)).then((row) => row?.revision);
    await expect(change(id, () => ({}), { refuse: refuse(0) })).rejects.toMatchObject({
      code: 'conflict',
      message: 'It lists something else.',
    });
    expect(await revisions()).toBe(1);
    await expect(change(id, () => ({}), { refuse: refuse(1) })).rejects.toMatchObject({
      code: 'upstream_failed',
      message: expect.stringMatching(/It lists something else\.[^]*back at/),
    });
    expect(await inTenant((db) => selectRevision(db, id, 3))).toMatchObject({
      reason: 'rolled_back',
    });
    expect(await change(id, () => ({}), { refuse: refuse(2) })).toBe(4);
  });

  it('lead back past what was gone back from', async () => {
    const id = await add('path');
    expect(await inTenant((db) => revisionBefore(db, id))).toBeUndefined();
    await change(id, () => ({ startTimeoutMs: 5000 }));
    const before = await inTenant((db) => revisionBefore(db, id));
    expect(before).toBe(1);
  });
});

const never = {
  driver: 'remote',
  transport: 'streamable-http',
  url: 'http://127.0.0.1:1/mcp',
  headers: {},
  allowPrivateNetwork: true,
} as const;
