import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  buildRefreshFixture,
  type RefreshFixture,
} from '../../../../../../test/oauth/refresh-fixture.ts';
import { keepConnectionsAliveJob } from './keep-alive-job.ts';

let fixture: RefreshFixture;
beforeAll(async () => {
  fixture = await buildRefreshFixture();
});
afterAll(() => fixture[Symbol.asyncDispose]());

type Context = Parameters<typeof keepConnectionsAliveJob.run>[1];

async function run(signal = new AbortController().signal): Promise<void> {
  const services = { ...fixture.app.services, accessTokens: fixture.node() };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the job takes of its context
  const context = { services, signal } as Context;
  await keepConnectionsAliveJob.run({}, context);
}

/** A connection that was renewed so many days ago, and is due or not. */
async function connected(days: number, isDue = true): Promise<string> {
  const { connectionId } = await fixture.connect();
  await fixture.sql(
    `update connections set refreshed_at = now() - make_interval(days => $2),
       access_expires_at = now() - make_interval(days => $2),
       refresh_at = now() + make_interval(days => $3) where id = $1`,
    [connectionId, days, isDue ? -days : 1],
  );
  return connectionId;
}

async function versionOf(id: string): Promise<unknown> {
  return (await fixture.sql('select version from credentials where id = $1', [id]))[0]!['version'];
}

describe('the job that keeps connections alive', () => {
  it('renews what nobody has used for a week, once, and nothing else', async () => {
    const unused = [await connected(8), await connected(30)];
    const others = [await connected(6), await connected(30, false)];
    const over = await connected(30);
    await fixture.sql(`update connections set state = 'revoked' where id = $1`, [over]);
    for (let round = 0; round < 2; round += 1) await run();
    for (const id of unused) expect(await versionOf(id)).toBe(2);
    for (const id of [...others, over]) expect(await versionOf(id)).toBe(1);
    expect(fixture.provider.counters).toMatchObject({ refreshes: 2, refreshed: 2, reuses: 0 });
    for (const id of others) await fixture.sql(`delete from connections where id = $1`, [id]);
  });

  it('goes on after one that fails, and stops when it is told to', async () => {
    const ids = [await connected(20), await connected(10)];
    const stopped = new AbortController();
    stopped.abort();
    await run(stopped.signal);
    for (const id of ids) expect(await versionOf(id)).toBe(1);
    let asked = 0;
    fixture.provider.fault = () => {
      asked += 1;
      return asked === 1 ? { kind: 'status', status: 503, body: {} } : undefined;
    };
    await run();
    expect(await Promise.all(ids.map(versionOf))).toEqual([1, 2]);
    expect(await fixture.row(ids[0]!)).toMatchObject({ state: 'connected', failures: 1 });
  });
});
