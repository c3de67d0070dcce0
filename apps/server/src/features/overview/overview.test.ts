import { newId } from '@plugboard/contracts';
import type { Need, Overview } from '@plugboard/contracts/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildApp, type TestApp } from '../../app/testing/build-app.ts';
import { startRemoteServer } from '../../app/testing/remote-server.ts';
import { withTenant } from '../../store/tenant.ts';
import { buildOrganization } from '../../store/testing/test-database.ts';
import { buildOutcome, demoAgent, ownAgent } from '../live/testing/outcomes.ts';
import { readCallWindow } from './call-window.ts';

let app: TestApp;
beforeAll(async () => {
  app = await buildApp();
});
afterAll(() => app[Symbol.asyncDispose]());

async function overview(key?: string): Promise<Overview> {
  const { status, body } = await app.request('GET', '/overview', undefined, key);
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
}

const kinds = (needs: readonly Need[]) => needs.map(({ kind }) => kind);
const inTenant = <T>(work: Parameters<typeof withTenant<T>>[2]) =>
  withTenant(app.services.db, app.organizationId, work);

describe('the overview of a new installation', () => {
  it('has nothing to show but what to do first', async () => {
    const { health, calls, agents, needs, counts } = await overview();
    expect(health).toMatchObject({ total: 0, failing: 0 });
    expect(calls).toMatchObject({ total: 0, p50Ms: null, p95Ms: null, recent: [] });
    expect(calls.perMinute).toHaveLength(60);
    expect(calls.window.complete).toBe(true);
    expect(agents).toEqual([]);
    expect(kinds(needs)).toContain('no_instance');
    expect(counts).toMatchObject({ instances: 0, toolboxes: 1, agents: 1 });
  });

  it('asks nobody to do what they may not', async () => {
    for (const role of ['member', 'auditor'] as const) {
      const { needs } = await overview(await app.buildMember(role));
      expect(kinds(needs)).toEqual([]);
    }
  });
});

describe('calls of the overview', () => {
  it('counts what calls came to, by minute and agent, for whom may see them', async () => {
    const agent = await demoAgent(app);
    const key = await app.buildMember('member');
    const { body: me } = await app.request('GET', '/me', undefined, key);
    const own = await ownAgent(app, me.memberId);
    const append = (outcome: ReturnType<typeof buildOutcome>) =>
      app.services.audit.append(app.organizationId, outcome);
    await append(buildOutcome(agent.id, { durationMs: 10 }));
    await append(buildOutcome(agent.id, { durationMs: 30, outcome: 'tool_error' }));
    await append(buildOutcome(agent.id, { durationMs: 20, outcome: 'input_required' }));
    await append(
      buildOutcome(agent.id, { durationMs: 999, outcome: 'refused', reason: 'no_grant' }),
    );
    await append(buildOutcome(own.id, { durationMs: 5, offering: 'mine' }));
    // Longer ago than is looked at.
    await append(buildOutcome(agent.id, { at: Date.now() - 3 * 3_600_000, outcome: 'error' }));
    // Of nobody that is there any more.
    await append(buildOutcome(newId(), { outcome: 'cancelled' }));

    const seen = await withTenant(app.services.db, app.organizationId, (tx) =>
      readCallWindow(tx, { now: Date.now() }),
    );
    expect(seen).toMatchObject({ total: 6, ok: 3, failed: 2, refused: 1, complete: true });
    expect(seen.p95).toBeLessThanOrEqual(30);
    expect(seen.minutes.reduce((sum, { ok }) => sum + ok, 0)).toBe(3);
    expect(seen.agents).toEqual([
      { id: own.id, calls: 1, failed: 0, refused: 0, seq: expect.any(Number) },
      { id: agent.id, calls: 4, failed: 1, refused: 1, seq: expect.any(Number) },
    ]);

    const mine = await overview(key);
    expect(mine.calls).toMatchObject({ total: 1, ok: 1, failed: 0, refused: 0 });
    expect(mine.calls.recent.map(({ tool }) => tool)).toEqual(['mine']);
    expect(mine.agents).toMatchObject([{ agent: { id: own.id }, calls: 1, lastTool: 'mine' }]);

    const all = await overview(await app.buildMember('auditor'));
    expect(all.calls.recent).toHaveLength(7);
    expect(all.calls.recent[0]).toMatchObject({ agent: null, outcome: 'cancelled' });
  });

  it('says from when on it looked where there were more than it looks at', async () => {
    const window = await inTenant((tx) => readCallWindow(tx, { now: Date.now(), mostCalls: 3 }));
    expect(window).toMatchObject({ total: 3, complete: false });
    expect(window.from).toBeGreaterThan(Date.now() - 3_600_000);
  });

  it('has none of another organization', async () => {
    const other = await buildOrganization(app.services.db);
    const before = await inTenant((tx) => readCallWindow(tx, { now: Date.now() }));
    await app.services.audit.append(other, buildOutcome(newId()));
    const after = await inTenant((tx) => readCallWindow(tx, { now: Date.now() }));
    expect(after.total).toBe(before.total);
  });
});

describe('what needs somebody', () => {
  it('is an instance that fails, worst first, until it runs again', async () => {
    const remote = await startRemoteServer();
    await app.request('POST', '/instances', {
      server: remote.url,
      slug: 'frail',
      allowPrivateNetwork: true,
    });
    expect((await overview()).health).toMatchObject({ total: 1, ready: 1 });
    await remote[Symbol.asyncDispose]();
    expect((await app.request('POST', '/instances/frail/restart')).status).not.toBe(200);
    const { health, needs } = await overview();
    expect(health).toMatchObject({ total: 1, failing: 1 });
    expect(needs[0]).toMatchObject({
      kind: 'instance_failing',
      severity: 'high',
      instance: { slug: 'frail', toolbox: 'starter' },
      action: { kind: 'restart', href: '/instances/frail' },
    });
    const seen = await overview(await app.buildMember('auditor'));
    expect(seen.needs[0]).toMatchObject({ kind: 'instance_failing', action: { kind: 'open' } });
  });

  it('is a newer version, for whom may update, as long as the old one runs', async () => {
    await inTenant((tx) =>
      tx
        .updateTable('instances')
        .set((eb) => ({ newer_version: '9.9.9', newer_than: eb.ref('version') }))
        .where('slug', '=', 'frail')
        .execute(),
    );
    const update = (needs: readonly Need[]) =>
      needs.find(({ kind }) => kind === 'update_available');
    expect(update((await overview(await app.buildMember('admin'))).needs)).toMatchObject({
      version: '9.9.9',
      action: { kind: 'update' },
    });
    expect(update((await overview(await app.buildMember('member'))).needs)).toBeUndefined();
  });

  it('is a credential that has expired, of its owner and of those who answer for all', async () => {
    const key = await app.buildMember('member');
    const created = await app.request(
      'POST',
      '/credentials',
      {
        name: 'own key',
        kind: 'api_key',
        owner: { kind: 'member' },
        fields: { key: 'shhh-secret' },
      },
      key,
    );
    expect(created.status, JSON.stringify(created.body)).toBeLessThan(300);
    await inTenant((tx) =>
      tx
        .updateTable('credentials')
        .set({ expires_at: new Date(Date.now() + 86_400_000) })
        .where('id', '=', created.body.id)
        .execute(),
    );
    const mine = await overview(key);
    expect(mine.needs).toMatchObject([
      {
        kind: 'instance_failing',
      },
      {
        kind: 'credential_expiring',
        severity: 'low',
        credential: { name: 'own key' },
        action: { kind: 'replace', href: `/credentials/${created.body.id}` },
      },
    ]);
    expect(JSON.stringify(mine)).not.toContain('shhh');
    // What is a member's own is nobody else's to replace.
    expect(kinds((await overview(await app.buildMember('admin'))).needs)).not.toContain(
      'credential_expiring',
    );
  });

  it('is a source that cannot be read', async () => {
    const { body } = await app.request('POST', '/catalog/sources', {
      slug: 'gone',
      kind: 'registry',
      location: 'https://registry.invalid',
    });
    await inTenant((tx) =>
      tx
        .insertInto('catalog_syncs')
        .values({
          id: newId(),
          organization_id: app.organizationId,
          source_id: body.id,
          state: 'failed',
          error: 'The registry did not answer.',
          started_at: new Date(),
          ended_at: new Date(),
        })
        .execute(),
    );
    const found = (await overview(await app.buildMember('owner'))).needs.find(
      ({ kind }) => kind === 'source_failing',
    );
    expect(found).toMatchObject({ severity: 'medium', action: { kind: 'sync' } });
  });

  it('is an agent that may call tools and does not', async () => {
    const agent = await demoAgent(app);
    await app.request('POST', '/grants', {
      agent: 'demo',
      level: 'admin',
      target: { scope: 'toolbox', toolbox: 'starter' },
    });
    const idle = async () =>
      (await overview(await app.buildMember('admin'))).needs.find(
        ({ kind }) => kind === 'agent_idle_grant',
      );
    expect(await idle()).toBeUndefined();
    await inTenant((tx) =>
      tx
        .updateTable('agents')
        .set({ created_at: new Date(Date.now() - 90 * 86_400_000) })
        .where('id', '=', agent.id)
        .execute(),
    );
    expect(await idle()).toMatchObject({ agent: { slug: 'demo' }, severity: 'low' });
  });
});
