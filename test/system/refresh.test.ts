import { setTimeout as delay } from 'node:timers/promises';

import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { buildRefreshFixture, call, type RefreshFixture } from '../oauth/refresh-fixture.ts';

let fixture: RefreshFixture;
beforeAll(async () => {
  fixture = await buildRefreshFixture();
});
afterAll(() => fixture[Symbol.asyncDispose]());
beforeEach(() => {
  const { provider } = fixture;
  provider.fault = undefined;
  provider.accessTokenSeconds = 3600;
  provider.saysExpiry = true;
  Object.assign(provider.counters, { refreshes: 0, refreshed: 0, reuses: 0 });
});

describe('one connection on several nodes', () => {
  it('is refreshed once for 200 calls that meet an ended token at the same time', async () => {
    const { provider } = fixture;
    const ref = await fixture.connectEnded();
    provider.fault = () => ({ kind: 'wait', until: 200 });
    const nodes = [fixture.node(), fixture.node()];
    const tokens = await Promise.all(
      Array.from({ length: 200 }, async (_, index) => nodes[index % 2]!.get(ref, call)),
    );
    expect(new Set(tokens.map(({ token }) => token.reveal())).size).toBe(1);
    expect(await provider.introspect(tokens[0]!.token.reveal())).toMatchObject({ account: 'ann' });
    expect(provider.counters).toMatchObject({ refreshes: 1, refreshed: 1, reuses: 0 });
    expect(provider.requests.at(-1)?.params).toMatchObject({
      grant_type: 'refresh_token',
      resource: 'https://api.example.test/mcp',
    });
  });

  it('does not mind clocks that are ten minutes off', async () => {
    const { provider } = fixture;
    provider.accessTokenSeconds = 120;
    const ref = await fixture.connectEnded();
    const early = fixture.node({ clock: () => Date.now() - 600_000 });
    const late = fixture.node({ clock: () => Date.now() + 600_000 });
    const [one, other] = [await early.get(ref, call), await late.get(ref, call)];
    expect(one.token.reveal()).toBe(other.token.reveal());
    for (const node of [early, late]) expect(await node.get(ref, call)).toBeDefined();
    expect(provider.counters).toMatchObject({ refreshes: 1 });
    const { remaining } = (
      await fixture.sql(
        'select extract(epoch from access_expires_at - now())::int as remaining from connections where id = $1',
        [ref.connectionId],
      )
    )[0]!;
    expect(Number(remaining)).toBeGreaterThan(100);
    expect(Number(remaining)).toBeLessThanOrEqual(120);
  });

  it('drops a token everywhere as soon as the connection is revoked', async () => {
    const ref = await fixture.connect();
    const nodes = [fixture.node(), fixture.node()];
    for (const node of nodes) expect(await node.get(ref, call)).toBeDefined();
    await fixture.sql(
      `update connections set state = 'revoked', reason = 'revoked' where id = $1`,
      [ref.connectionId],
    );
    await fixture.sql(`select pg_notify('plugboard_changes', $1)`, [
      JSON.stringify({ kind: 'connection', ...ref, tokens: undefined }),
    ]);
    await fixture.app.services.heard();
    for (const node of nodes) {
      await expect(async () => node.get(ref, call)).rejects.toMatchObject({
        code: 'sign_in_required',
        details: { reason: 'revoked' },
      });
    }
  });

  it('gives back what comes for a connection that was disconnected meanwhile', async () => {
    const { provider, app } = fixture;
    const ref = await fixture.connectEnded();
    const gate = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    provider.fault = () => {
      asked.resolve();
      return { kind: 'wait', until: gate.promise };
    };
    const got = Promise.resolve(fixture.node().get(ref, call));
    got.catch(() => undefined);
    await asked.promise;
    const { organizationId, connectionId } = ref;
    const { withTenant } = await import('../../apps/server/src/store/tenant.ts');
    await withTenant(app.services.db, organizationId, async (tx) => {
      await app.services.vault.destroy(tx, { organizationId, credentialId: connectionId });
      await tx
        .updateTable('connections')
        .set({ state: 'revoked', reason: 'revoked' })
        .where('id', '=', connectionId)
        .execute();
    });
    gate.resolve();
    await expect(got).rejects.toMatchObject({ code: 'not_found' });
    expect(provider.counters).toMatchObject({ refreshed: 1 });
    expect(provider.counters.revocations).toBeGreaterThan(0);
  });
});

describe('a token in use', () => {
  it('is renewed ahead of its end, beside the calls', async () => {
    const { provider } = fixture;
    const ref = await fixture.connect();
    const node = fixture.node();
    const old = await node.get(ref, call);
    await fixture.sql(
      `update connections set refresh_at = now() - interval '1 minute', access_expires_at = now() + interval '5 minutes' where id = $1`,
      [ref.connectionId],
    );
    const late = fixture.node();
    const gate = Promise.withResolvers<void>();
    provider.fault = () => ({ kind: 'wait', until: gate.promise });
    expect((await late.get(ref, call)).token.reveal()).toBe(old.token.reveal());
    // The second use renews it, and is not held up by that.
    expect(late.get(ref, call)).toMatchObject({ scopes: ['read'] });
    await delay(1100);
    late.look();
    await expect.poll(() => provider.counters.refreshes).toBe(1);
    expect(late.get(ref, call)).not.toBeInstanceOf(Promise);
    gate.resolve();
    await expect
      .poll(async () => (await late.get(ref, call)).token.reveal())
      .not.toBe(old.token.reveal());
    await expect
      .poll(async () => (await node.get(ref, call)).token.reveal())
      .not.toBe(old.token.reveal());
    expect(provider.counters).toMatchObject({ refreshes: 1, reuses: 0 });
  });

  it('of 30 seconds lives through an hour of simulated time on two nodes', async () => {
    const { provider } = fixture;
    provider.accessTokenSeconds = 30;
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    const began = Date.now();
    try {
      const ref = await fixture.connect();
      // The provider's clock, the nodes' and the database's move together.
      const databaseNow = () =>
        sql<Date>`clock_timestamp() + make_interval(secs => ${(Date.now() - began) / 1000})`;
      const clock = () => Date.now();
      const nodes = [1, 2].map(() => fixture.node({ clock }, { databaseNow }));
      let failures = 0;
      for (let second = 0; second < 3600; second += 1) {
        vi.setSystemTime(began + second * 1000);
        const { token } = await nodes[second % 2]!.get(ref, call);
        if (!(await provider.introspect(token.reveal()))) failures += 1;
      }
      expect(failures).toBe(0);
      expect(provider.counters.refreshes).toBe(provider.counters.refreshed);
      expect(provider.counters.reuses).toBe(0);
      expect(provider.counters.refreshes).toBeGreaterThan(119);
      expect(provider.counters.refreshes).toBeLessThan(180);
    } finally {
      vi.useRealTimers();
    }
  });

  it('that does not say when it ends is changed when it is refused', async () => {
    const { provider } = fixture;
    provider.saysExpiry = false;
    const ref = await fixture.connect();
    const node = fixture.node();
    const { token } = await node.get(ref, call);
    expect(await fixture.row(ref.connectionId)).toMatchObject({ access_expires_at: null });
    const nodes = [node, fixture.node()];
    const next = await Promise.all(
      Array.from({ length: 20 }, (_, index) => nodes[index % 2]!.refused(ref, token)),
    );
    expect(new Set(next.map((each) => each?.token.reveal())).size).toBe(1);
    expect(next[0]?.token.reveal()).not.toBe(token.reveal());
    expect(provider.counters).toMatchObject({ refreshes: 1, reuses: 0 });
    // The new one refused as well: another will not help, however often it is asked for.
    for (let count = 0; count < 5; count += 1) {
      expect(await node.refused(ref, next[0]!.token)).toBeUndefined();
    }
    expect(provider.counters).toMatchObject({ refreshes: 1 });
    // One from before is answered with the newest.
    expect((await node.refused(ref, token))?.token.reveal()).toBe(next[0]?.token.reveal());
  });
});
