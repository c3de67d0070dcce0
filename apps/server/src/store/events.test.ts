import type { ChangeEvent } from '@plugboard/contracts';
import { newId } from '@plugboard/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type ChangeFeed, listen, publish } from './events.ts';
import { silentLog } from './testing/database-server.ts';
import { asRole, createTestDatabase, type TestDatabase } from './testing/test-database.ts';

let database: TestDatabase;
let feed: ChangeFeed;
const heard: ChangeEvent[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  feed = await listen(database.connection, silentLog);
  feed.onChange(() => {
    throw new Error('a bad listener');
  });
  feed.onChange((event) => heard.push(event));
});
afterAll(async () => {
  await feed[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

const buildEvent = (): ChangeEvent => ({ kind: 'access', organizationId: newId() });

describe('change events', () => {
  it('arrive when the transaction commits, and not when it does not', async () => {
    const [lost, kept] = [buildEvent(), buildEvent()];
    const failing = database.db.transaction().execute(async (tx) => {
      await publish(tx, lost);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await database.db.transaction().execute((tx) => publish(tx, kept));
    await expect.poll(() => heard).toContainEqual(kept);
    expect(heard).not.toContainEqual(lost);
  });

  it('tell of mail for a session as what it is', async () => {
    const event: ChangeEvent = {
      kind: 'session',
      organizationId: newId(),
      session: 'its hash',
      about: 'answer',
      id: newId(),
    };
    await publish(database.db, event);
    await expect.poll(() => heard).toContainEqual(event);
  });

  it('say everything after the connection was lost', async () => {
    heard.length = 0;
    await asRole(database.superuser, (client) =>
      client.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'plugboard events' and datname = current_database()",
      ),
    );
    await expect.poll(() => heard).toContainEqual({ kind: 'everything' });
    const event = buildEvent();
    await publish(database.db, event);
    await expect.poll(() => heard).toContainEqual(event);
  });

  it('say everything for what is not understood', async () => {
    heard.length = 0;
    await asRole(database.connection, (client) => client.query("notify plugboard_changes, 'x'"));
    await expect.poll(() => heard).toEqual([{ kind: 'everything' }]);
  });

  it('are refused when too long to send', async () => {
    const event: ChangeEvent = { kind: 'access', organizationId: 'x'.repeat(9000) };
    await expect(publish(database.db, event)).rejects.toThrow(RangeError);
  });
});
