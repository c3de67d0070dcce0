import { isAppError } from '@plugboard/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { eventually, within } from '../harness/eventually.ts';
import { buildRefreshFixture, call, type RefreshFixture } from '../oauth/refresh-fixture.ts';

let fixture: RefreshFixture;
beforeAll(async () => {
  fixture = await buildRefreshFixture();
});
afterAll(() => fixture[Symbol.asyncDispose]());
beforeEach(() => {
  fixture.provider.fault = undefined;
  Object.assign(fixture.provider.counters, { refreshes: 0, refreshed: 0, reuses: 0 });
});

/** As if the time that a failure asked for had passed. */
async function passRetry(connectionId: string): Promise<void> {
  await fixture.sql(`update connections set retry_at = now() where id = $1`, [connectionId]);
}

/** Its token is due to be renewed, and good for some minutes still. */
async function makeDue(connectionId: string): Promise<void> {
  await fixture.sql(
    `update connections set refresh_at = now() - interval '1 minute',
       access_expires_at = now() + interval '5 minutes', refreshed_at = now() - interval '1 hour'
     where id = $1`,
    [connectionId],
  );
}

describe('a provider that fails for a while', () => {
  it.each([
    ['503', { kind: 'status', status: 503, body: { error: 'temporarily_unavailable' } }],
    ['500 with a page', { kind: 'status', status: 500, body: '<html>oops</html>' }],
    ['429', { kind: 'status', status: 429, headers: { 'retry-after': '120' }, body: {} }],
  ] as const)('with %s is asked again later, and nobody has to sign in', async (_, fault) => {
    const { provider } = fixture;
    const ref = await fixture.connectEnded();
    const node = fixture.node();
    provider.fault = () => fault;
    const error = await Promise.resolve(node.get(ref, call)).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'upstream_failed' });
    // While it is to be left alone, it is.
    await expect(async () => node.get(ref, call)).rejects.toMatchObject({
      code: 'upstream_failed',
    });
    expect(provider.counters.refreshes).toBe(1);
    if (fault.status === 429) {
      expect(isAppError(error) && error.retryAfterMs).toBeGreaterThan(110_000);
    }
    provider.fault = undefined;
    await passRetry(ref.connectionId);
    expect(await node.get(ref, call)).toMatchObject({ tokenType: 'Bearer' });
    expect(await fixture.row(ref.connectionId)).toMatchObject({
      state: 'connected',
      failures: 0,
      retry_at: null,
    });
  });

  it('costs no call while the old token is good', async () => {
    const { provider } = fixture;
    const ref = await fixture.connect();
    await makeDue(ref.connectionId);
    const node = fixture.node();
    provider.fault = () => ({ kind: 'status', status: 503, body: {} });
    const { token } = await node.get(ref, call);
    await node.get(ref, call);
    await expect.poll(() => provider.counters.refreshes).toBe(1);
    await expect
      .poll(async () => (await fixture.row(ref.connectionId))['failures'])
      .toBeGreaterThan(0);
    expect((await node.get(ref, call)).token.reveal()).toBe(token.reveal());
    expect(await provider.introspect(token.reveal())).toBeDefined();
  });

  it('by not being there is asked again later', async () => {
    const { provider } = fixture;
    const ref = await fixture.connectEnded();
    const node = fixture.node();
    await provider.stop();
    try {
      await expect(async () => node.get(ref, call)).rejects.toMatchObject({
        code: 'upstream_failed',
      });
    } finally {
      await provider.start();
    }
    await passRetry(ref.connectionId);
    expect(await node.get(ref, call)).toBeDefined();
  });
});

describe('an answer that is lost after the provider rotated', () => {
  it.each(['lost', 'garbage'] as const)(
    'is made up for where the provider takes a refresh token once more (%s)',
    async (kind) => {
      await using lenient = await buildRefreshFixture({ graceMs: 60_000 });
      const ref = await lenient.connectEnded();
      const node = lenient.node();
      lenient.provider.fault = () => ({ kind });
      await expect(async () => node.get(ref, call)).rejects.toMatchObject({
        code: 'upstream_failed',
      });
      lenient.provider.fault = undefined;
      await lenient.sql(`update connections set retry_at = now()`);
      const { token } = await node.get(ref, call);
      expect(await lenient.provider.introspect(token.reveal())).toBeDefined();
    },
  );

  it('needs sign-in where it does not, and says that this is why', async () => {
    const { provider } = fixture;
    const ref = await fixture.connectEnded();
    const node = fixture.node();
    provider.fault = () => ({ kind: 'lost' });
    await expect(async () => node.get(ref, call)).rejects.toMatchObject({
      code: 'upstream_failed',
    });
    provider.fault = undefined;
    await passRetry(ref.connectionId);
    await expect(async () => node.get(ref, call)).rejects.toMatchObject({
      code: 'sign_in_required',
      details: { reason: 'interrupted' },
    });
    expect(await fixture.row(ref.connectionId)).toMatchObject({
      state: 'needs_sign_in',
      reason: 'interrupted',
    });
  });
});

describe('a database that is away when the provider has answered', () => {
  /** Nobody but a superuser gets in, and who is in is thrown out. */
  async function shut(): Promise<AsyncDisposable> {
    const [row] = await fixture.sql('select current_database() as name');
    const limit = (count: number) =>
      fixture.sql(`alter database "${String(row!['name'])}" connection limit ${count}`);
    await limit(0);
    await fixture.sql(
      `select pg_terminate_backend(pid) from pg_stat_activity a join pg_roles r on r.rolname = a.usename
       where a.datname = current_database() and not r.rolsuper`,
    );
    return { [Symbol.asyncDispose]: async () => void (await limit(-1)) };
  }

  it('is given what came as soon as it is back, from memory', async () => {
    const { provider } = fixture;
    const ref = await fixture.connectEnded();
    const [node, other] = [fixture.node(), fixture.node()];
    const asked = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    provider.fault = () => {
      asked.resolve();
      return { kind: 'wait', until: gate.promise };
    };
    const got = Promise.resolve(node.get(ref, call));
    got.catch(() => undefined);
    await within('the provider was asked', asked.promise);
    {
      await using _shut = await shut();
      gate.resolve();
      await eventually('it was tried to store it', () =>
        fixture.logged().includes('could not be stored yet'),
      );
      expect(provider.counters).toMatchObject({ refreshes: 1, refreshed: 1 });
      await expect(async () => other.get(ref, call)).rejects.toThrow();
    }
    const { token } = await within('what came was stored', got);
    expect(await provider.introspect(token.reveal())).toBeDefined();
    expect((await other.get(ref, call)).token.reveal()).toBe(token.reveal());
    expect(provider.counters).toMatchObject({ refreshes: 1, refreshed: 1, reuses: 0 });
    expect(await fixture.row(ref.connectionId)).toMatchObject({ state: 'connected', failures: 0 });
    expect(
      await fixture.sql('select holder from connection_refreshes where connection_id = $1', [
        ref.connectionId,
      ]),
    ).toEqual([]);
  });
});

describe('a connection that nothing renews', () => {
  it('whose grant was revoked needs sign-in: it says whose and where, and counts calls', async () => {
    const { provider } = fixture;
    const ref = await fixture.connectEnded({ account: 'bob' });
    const nodes = [fixture.node(), fixture.node()];
    await provider.revokeGrants('bob');
    const calls = await Promise.allSettled(
      Array.from({ length: 10 }, async (_, index) => nodes[index % 2]!.get(ref, call)),
    );
    for (const each of calls) {
      expect(each).toMatchObject({
        status: 'rejected',
        reason: {
          code: 'sign_in_required',
          details: {
            who: { kind: 'organization' },
            connection: ref.connectionId,
            reason: 'refused',
            connectUrl: `http://127.0.0.1:4477/connect/${ref.connectionId}`,
          },
        },
      });
    }
    expect(provider.counters).toMatchObject({ refreshes: 1 });
    await expect.poll(async () => (await fixture.row(ref.connectionId))['blocked_calls']).toBe(10);
    const [record] = (await fixture.audited('connection.needs_sign_in')).filter((line) =>
      line.includes(ref.connectionId),
    );
    expect(record).toContain('"reason":"refused"');
  });

  it('without a refresh token is used to its end, and needs sign-in then', async () => {
    await using single = await buildRefreshFixture({ refresh: 'none' });
    const ref = await single.connect();
    expect(ref.tokens.refreshToken).toBeUndefined();
    const node = single.node();
    expect(await node.get(ref, call)).toBeDefined();
    await single.sql(`update connections set access_expires_at = now(), refresh_at = now()`);
    await expect(async () => single.node().get(ref, call)).rejects.toMatchObject({
      code: 'sign_in_required',
      details: { reason: 'ended' },
    });
    expect(single.provider.counters.tokens).toBe(1);
  });

  it('without a refresh token needs sign-in when a server refuses its token', async () => {
    await using single = await buildRefreshFixture({ refresh: 'none', saysExpiry: false });
    const ref = await single.connect();
    const node = single.node();
    const { token } = await node.get(ref, call);
    await expect(node.refused(ref, token)).rejects.toMatchObject({
      code: 'sign_in_required',
      details: { reason: 'token_refused' },
    });
  });

  it('is renewed where the provider never rotates, however often', async () => {
    await using fixed = await buildRefreshFixture({ refresh: 'fixed' });
    const ref = await fixed.connectEnded();
    for (let round = 1; round <= 3; round += 1) {
      const { token } = await fixed.node().get(ref, call);
      expect(await fixed.provider.introspect(token.reveal())).toBeDefined();
      expect(fixed.provider.counters).toMatchObject({ refreshed: round });
      await fixed.sql(`update connections set access_expires_at = now()`);
    }
  });

  it('of a client that the provider forgot is asked to sign in, and registers anew then', async () => {
    const { provider } = fixture;
    const ref = await fixture.connectEnded();
    provider.fault = () => ({ kind: 'status', status: 401, body: { error: 'invalid_client' } });
    await expect(async () => fixture.node().get(ref, call)).rejects.toMatchObject({
      code: 'sign_in_required',
      details: { reason: 'client_unknown' },
    });
    const clients = await fixture.sql('select replaced_at from oauth_clients');
    expect(clients).toEqual([{ replaced_at: expect.any(Date) }]);
  });
});
