import type { LockDocument, LockInstance, LockPlan } from '@plugboard/contracts/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildApp, type TestApp } from '../../app/testing/build-app.ts';
import { type RemoteServer, startRemoteServer } from '../../app/testing/remote-server.ts';

let app: TestApp;
let remote: RemoteServer;
beforeAll(async () => {
  app = await buildApp();
  remote = await startRemoteServer();
  const input = { server: remote.url, slug: 'halt', allowPrivateNetwork: true };
  await app.request('POST', '/instances', input);
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await remote[Symbol.asyncDispose]();
});

const lock = async (): Promise<LockDocument> => (await app.request('GET', '/lock')).body;
const halt = ({ instances = [] }: LockDocument) => instances.find(({ slug }) => slug === 'halt');
const stop = () => app.request('POST', '/instances/halt/stop', {});
const state = async () => (await app.request('GET', '/instances/halt')).body.state;
const remove = () => app.request('DELETE', '/instances/halt');

function withHalt(document: LockDocument, change: Partial<LockInstance>): LockDocument {
  const { stopped: _former, ...instance } = halt(document)!;
  return { version: 1, instances: [{ ...instance, ...change }] };
}

async function plan(document: LockDocument): Promise<LockPlan['changes']> {
  const { body } = await app.request('POST', '/lock/plan', { document });
  return body.changes.filter(({ kind }: { kind: string }) => kind === 'instance');
}

async function apply(document: LockDocument) {
  const { body } = await app.request('POST', '/lock/apply', { document });
  return body.at(-1);
}

describe('a lock document with a stopped instance', () => {
  it('says so, and says nothing of one that runs', async () => {
    expect(halt(await lock())).not.toHaveProperty('stopped');
    await stop();
    expect(halt(await lock())).toMatchObject({ stopped: true });
  });

  it('leaves what is stopped stopped where it says nothing', async () => {
    const silent = withHalt(await lock(), {});
    expect(await plan(silent)).toEqual([]);
    await apply(silent);
    expect(await state()).toMatchObject({ name: 'stopped' });
  });

  it('stops and starts, and its plan tells which', async () => {
    const running = withHalt(await lock(), { stopped: false });
    expect(await plan(running)).toMatchObject([
      { action: 'change', fields: [{ path: 'stopped', before: true, after: false }] },
    ]);
    expect(await apply(running)).toMatchObject({ data: { type: 'done' } });
    expect(await state()).toMatchObject({ name: 'ready' });
    expect(await plan(running)).toEqual([]);

    const stopped = withHalt(await lock(), { stopped: true });
    expect(await plan(stopped)).toMatchObject([{ fields: [{ path: 'stopped', after: true }] }]);
    await apply(stopped);
    expect(await state()).toMatchObject({ name: 'stopped' });
    const audit = await app.request('GET', '/audit?kind=instance.stopped');
    expect(audit.body.entries.length).toBeGreaterThanOrEqual(2);
  });

  it('makes one as stopped without asking it anything', async () => {
    const document = await lock();
    await remove();
    const asked = remote.authorizations.length;
    expect(await apply(document)).toMatchObject({ data: { type: 'done' } });
    expect(await state()).toMatchObject({ name: 'stopped', stoppedAt: expect.any(String) });
    expect(remote.authorizations.length).toBe(asked);
    // What it lists is unknown, and no drift.
    expect(await plan(document)).toEqual([]);
  });

  it('stops it again when it lists something else than is locked', async () => {
    const definitions = [{ kind: 'tool', name: 'other', sha256: 'a'.repeat(64) }] as const;
    const other = withHalt(await lock(), { stopped: false, definitions: [...definitions] });
    const failed = await apply(other);
    expect(JSON.stringify(failed)).toMatch(/lists other definitions than are locked/);
    expect(await state()).toMatchObject({ name: 'stopped' });
  });
});

describe('a backup with a stopped instance', () => {
  it('is restored with it stopped, also when it can run no more', async () => {
    const { body: backup } = await app.request('POST', '/lock/backup', {});
    await remove();
    await remote[Symbol.asyncDispose]();
    const restored = await app.request('POST', '/lock/restore', { file: backup.file });
    expect(restored.body.at(-1)).toMatchObject({ data: { type: 'done' } });
    expect(await state()).toMatchObject({ name: 'stopped' });
  });
});
