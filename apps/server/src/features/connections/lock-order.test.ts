import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { eventually } from '../../../../../test/harness/eventually.ts';
import {
  buildRefreshFixture,
  type RefreshFixture,
} from '../../../../../test/oauth/refresh-fixture.ts';
import { Secret } from '@plugboard/vault';
import { withTenant } from '../../store/tenant.ts';
import type { Actor } from '../members/policy.ts';
import { disconnect } from './disconnect.ts';
import { storeConnection } from './flow/store-connection.ts';
import type { Intent } from './flow/intent.ts';
import { lockConnection, selectConnectionById } from './queries.ts';

let fixture: RefreshFixture;
let actor: Actor;
const { signal } = new AbortController();

beforeAll(async () => {
  fixture = await buildRefreshFixture();
  const { organizationId } = fixture.app;
  const [owner] = await fixture.sql("select id from members where role = 'owner'");
  actor = { organizationId, memberId: String(owner!['id']), role: 'owner' };
});
afterAll(() => fixture[Symbol.asyncDispose]());

async function intentOf(connectionId: string): Promise<Intent> {
  const { app } = fixture;
  const row = await withTenant(app.services.db, app.organizationId, (tx) =>
    selectConnectionById(tx, connectionId),
  );
  return {
    owner: { kind: 'organization' },
    title: row!.name,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- stored as one
    server: row!.server as Intent['server'],
    clientRowId: row!.oauth_client_id,
    scopes: ['read'],
    allowPrivateNetwork: true,
    connectionId,
  };
}

function renewed(intent: Intent, expiresAt: number) {
  return {
    intent,
    tokens: {
      accessToken: new Secret('renewed'),
      tokenType: 'Bearer' as const,
      refreshToken: new Secret('renewed too'),
      idToken: undefined,
      expiresAt,
      scopes: ['read'],
      dpopKey: undefined,
    },
    account: undefined,
    grant: 'authorization_code' as const,
    permitted: [],
    requestId: undefined,
  };
}

describe('changing a connection and its credential', () => {
  it('waits for the connection before it holds the credential, as renewals do', async () => {
    const { app } = fixture;
    const { services, organizationId } = app;
    const { connectionId } = await fixture.connect();
    const disconnecting = Promise.withResolvers<Awaited<ReturnType<typeof disconnect>>>();
    await withTenant(services.db, organizationId, async (tx) => {
      await lockConnection(tx, connectionId);
      disconnecting.resolve(disconnect(services, actor, connectionId, signal));
      await eventually('it waits', async () => {
        const [{ count } = {}] = await fixture.sql(
          `select count(*)::int from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        );
        return count === 1;
      });
      // The credential is free: were it not, both would wait for each other from here on.
      await services.vault.replace(tx, {
        organizationId,
        credentialId: connectionId,
        expectedVersion: 1,
        fields: { access_token: new Secret('of a renewal') },
        keep: false,
      });
    });
    expect(await disconnecting.promise).toMatchObject({ id: connectionId });
    expect(await fixture.row(connectionId)).toMatchObject({ state: 'revoked' });
  });

  it(
    'by removing and renewing it at once fails neither for a deadlock',
    { timeout: 60_000 },
    async () => {
      const { services } = fixture.app;
      for (let round = 0; round < 8; round += 1) {
        const { connectionId } = await fixture.connect();
        const intent = await intentOf(connectionId);
        const [removed, stored] = await Promise.allSettled([
          disconnect(services, actor, connectionId, signal),
          storeConnection(services, actor, renewed(intent, Date.now() + 60_000)),
        ]);
        expect(removed.status).toBe('fulfilled');
        if (stored.status === 'rejected') {
          expect(['conflict', 'not_found']).toContain(stored.reason.code);
        }
        expect(await fixture.row(connectionId)).toMatchObject({ state: 'revoked' });
        const left = await fixture.sql(
          'select 1 from credential_versions where credential_id = $1 and sealed is not null',
          [connectionId],
        );
        expect(left).toEqual([]);
      }
    },
  );
});

describe('what is stored at sign-in', () => {
  it.each([-600_000, 600_000])(
    'has the times of the database with a clock %d ms off',
    async (off) => {
      const { app } = fixture;
      const { connectionId } = await fixture.connect();
      const clock = () => Date.now() + off;
      const services = { ...app.services, clock };
      const intent = await intentOf(connectionId);
      await storeConnection(services, actor, renewed(intent, clock() + 120_000));
      const [row] = await fixture.sql(
        `select extract(epoch from access_expires_at - now())::float8 as ends,
         extract(epoch from refresh_at - now())::float8 as renewed_in,
         extract(epoch from refreshed_at - now())::float8 as came
       from connections where id = $1`,
        [connectionId],
      );
      expect(Math.abs(Number(row!['ends']) - 120)).toBeLessThan(60);
      expect(Number(row!['renewed_in'])).toBeGreaterThan(30);
      expect(Number(row!['renewed_in'])).toBeLessThan(120);
      expect(Math.abs(Number(row!['came']))).toBeLessThan(60);
    },
  );
});
