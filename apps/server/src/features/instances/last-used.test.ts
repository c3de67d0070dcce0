import { newId } from '@plugboard/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildApp, type TestApp } from '../../app/testing/build-app.ts';
import { type RemoteServer, startRemoteServer } from '../../app/testing/remote-server.ts';
import { withTenant } from '../../store/tenant.ts';
import { keepLastUsed, writeLastUsed } from './last-used.ts';

let app: TestApp;
let remote: RemoteServer;
let id: string;
beforeAll(async () => {
  app = await buildApp();
  remote = await startRemoteServer();
  const input = { server: remote.url, slug: 'used', allowPrivateNetwork: true };
  const { body } = await app.request('POST', '/instances', input);
  id = body.at(-1).data.instance.id;
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await remote[Symbol.asyncDispose]();
});

async function stored(): Promise<number | undefined> {
  const row = await withTenant(app.services.db, app.organizationId, (tx) =>
    tx.selectFrom('instances').select('last_used_at').where('id', '=', id).executeTakeFirst(),
  );
  return row?.last_used_at?.getTime();
}

const write = (copies: Parameters<typeof writeLastUsed>[1], organizationId = app.organizationId) =>
  withTenant(app.services.db, organizationId, (tx) => writeLastUsed(tx, copies));

describe('writeLastUsed', () => {
  it('keeps the latest of all copies, and never goes back', async () => {
    const now = Date.now() + 1000;
    await write([
      { instanceId: id, lastUsedAt: now - 500 },
      { instanceId: id, lastUsedAt: now },
      { instanceId: id, lastUsedAt: undefined },
      { instanceId: newId(), lastUsedAt: now },
    ]);
    expect(await stored()).toBe(now);
    await write([{ instanceId: id, lastUsedAt: now - 1 }]);
    expect(await stored()).toBe(now);
  });

  it('writes to no other organization', async () => {
    const before = await stored();
    await write([{ instanceId: id, lastUsedAt: Date.now() + 9_000_000 }], newId());
    expect(await stored()).toBe(before);
  });
});

describe('keepLastUsed', () => {
  it('writes what was used when it ends', async () => {
    const lastUsedAt = Date.now() + 60_000;
    const status = { organizationId: app.organizationId, instanceId: id, lastUsedAt };
    const [copy] = await app.services.supervisor.statuses();
    const supervisor = { statuses: async () => (copy ? [{ ...copy, ...status }] : []) };
    const keeping = keepLastUsed({
      db: app.services.db,
      supervisor,
      log: { warn: (problem: unknown) => expect.unreachable(String(problem)) },
    });
    await keeping[Symbol.asyncDispose]();
    expect(await stored()).toBe(lastUsedAt);
  });
});
