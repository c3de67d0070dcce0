import type { AuditEntry, Grant, GrantEffect } from '@plugboard/contracts/api';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { buildApp, type TestApp } from '../../app/testing/build-app.ts';
import { type RemoteServer, startRemoteServer } from '../../app/testing/remote-server.ts';
import { withTenant } from '../../store/tenant.ts';

let app: TestApp;
let remote: RemoteServer;
beforeAll(async () => {
  app = await buildApp();
  remote = await startRemoteServer();
  remote.tools = [
    { name: 'look', annotations: { readOnlyHint: true }, inputSchema: { type: 'object' } },
    {
      name: 'note',
      annotations: { readOnlyHint: false, destructiveHint: false },
      inputSchema: { type: 'object' },
    },
    { name: 'act', inputSchema: { type: 'object' } },
  ];
  await app.request('POST', '/toolboxes', { slug: 'other' });
  for (const [slug, toolbox] of [
    ['one', 'starter'],
    ['two', 'other'],
  ] as const) {
    const input = { server: remote.url, slug, toolbox, allowPrivateNetwork: true };
    const { body } = await app.request('POST', '/instances', input);
    expect(body.at(-1).data.type).toBe('done');
  }
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await remote[Symbol.asyncDispose]();
});

let count = 0;
let agent: string;
let agentId: string;
beforeEach(async () => {
  agent = `setter-${(count += 1)}`;
  agentId = (await app.request('POST', '/agents', { slug: agent })).body.id;
});

const one = { scope: 'instance', instance: 'one' };
const two = { scope: 'instance', instance: 'two' };
const starter = { scope: 'toolbox', toolbox: 'starter' };
const set = (changes: readonly object[], confirm?: boolean, key?: string) =>
  app.request('POST', '/grants/set', { changes, ...(confirm !== undefined && { confirm }) }, key);
const nameOf = (target: Grant['target']) => {
  if (target.scope === 'toolbox') return target.toolbox.slug;
  const { slug } = target.instance;
  return target.scope === 'instance' ? slug : `${slug}/${target.name}`;
};
const preview = (changes: readonly object[], key?: string) =>
  app.request('POST', '/grants/preview', { changes }, key);
const grantsOf = async (slug = agent) =>
  (await app.request('GET', `/grants?agent=${slug}`)).body.grants.map(
    ({ target, level, effect, expiresAt }: Grant) =>
      [effect, level, nameOf(target), ...(expiresAt === undefined ? [] : ['until'])].join(' '),
  );

describe('grants.set', () => {
  it('makes the grants at a target to be one level, and says how to undo it', async () => {
    const first = await set([{ agent, target: one, level: 'read' }]);
    expect(first.body).toEqual({
      changed: 1,
      before: [
        {
          agent: agentId,
          target: { scope: 'instance', instance: expect.any(String) },
          level: null,
          effect: 'allow',
        },
      ],
    });
    const second = await set([{ agent, target: one, level: 'write' }]);
    expect(await grantsOf()).toEqual(['allow write one']);
    await set(second.body.before, true);
    expect(await grantsOf()).toEqual(['allow read one']);
    await set(first.body.before, true);
    expect(await grantsOf()).toEqual([]);
  });

  it('undoes to the very grants that were there: several, denies and ends', async () => {
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const grant = (fields: object) => app.request('POST', '/grants', { agent, ...fields });
    await grant({ target: one, level: 'read' });
    await grant({ target: one, level: 'admin', expiresAt: until });
    await grant({ target: one, level: 'admin', effect: 'deny' });
    const was = (await grantsOf()).toSorted();
    const done = await set([
      { agent, target: one, level: null },
      { agent, target: one, level: null, effect: 'deny' },
    ]);
    expect(done.body.changed).toBe(2);
    expect(await grantsOf()).toEqual([]);
    const undone = await set(done.body.before, true);
    expect(undone.status).toBe(200);
    expect((await grantsOf()).toSorted()).toEqual(was);
  });

  it('touches nothing beside exactly that target and effect', async () => {
    const tool = { scope: 'offering', instance: 'one', name: 'act' };
    await app.request('POST', '/grants', { agent, target: tool, level: 'execute' });
    await app.request('POST', '/grants', { agent, target: starter, level: 'read' });
    await app.request('POST', '/grants', { agent, target: one, level: 'admin', effect: 'deny' });
    await set([{ agent, target: one, level: 'read' }]);
    expect((await grantsOf()).toSorted()).toEqual([
      'allow execute one/act',
      'allow read one',
      'allow read starter',
      'deny admin one',
    ]);
  });

  it('changes nothing, and records nothing, when all is as wanted', async () => {
    await set([{ agent, target: one, level: 'read' }]);
    const again = await set([{ agent, target: one, level: 'read' }]);
    expect(again.body).toEqual({ changed: 0, before: [] });
    const audit = await app.request('GET', `/audit?agent=${agentId}&kind=grant`);
    expect(audit.body.entries).toHaveLength(1);
  });

  it('records each grant that it made or took, with what it was about', async () => {
    await set([{ agent, target: one, level: 'read' }]);
    await set([
      { agent, target: one, level: 'write' },
      { agent, target: starter, level: 'read' },
    ]);
    const audit = await app.request('GET', `/audit?agent=${agentId}&kind=grant`);
    const facts = audit.body.entries.map(({ kind, record }: AuditEntry) => {
      const { level, instance, toolbox } = Object(record['change']);
      return [kind, level, instance ?? toolbox];
    });
    expect(facts.toSorted()).toEqual([
      ['grant.created', 'read', 'one'],
      ['grant.created', 'read', 'starter'],
      ['grant.created', 'write', 'one'],
      ['grant.revoked', 'read', 'one'],
    ]);
    expect((await app.request('POST', '/audit/verify', {})).body).toMatchObject({ ok: true });
  });

  it('asks for a confirmation of what is dangerous, and does nothing without', async () => {
    const refused = await set([
      { agent, target: one, level: 'execute' },
      { agent, target: two, level: 'read' },
    ]);
    expect(refused).toMatchObject({ status: 409, body: { code: 'conflict' } });
    expect(refused.body.details).toMatchObject({ dangerous: 1 });
    expect(await grantsOf()).toEqual([]);
    expect((await set([{ agent, target: one, level: 'execute' }], true)).status).toBe(200);
    // To take away is not dangerous, nor is what was there before.
    expect((await set([{ agent, target: one, level: 'write' }])).status).toBe(200);
  });

  it('is dangerous where taking a deny away lets an agent do what is', async () => {
    await set([{ agent, target: one, level: 'read', effect: 'deny' }]);
    await set([{ agent, target: one, level: 'execute' }], false);
    const freed = await set([{ agent, target: one, level: null, effect: 'deny' }]);
    expect(freed).toMatchObject({ status: 409, body: { code: 'conflict' } });
    expect(await grantsOf()).toContain('deny read one');
  });

  it('does all or nothing', async () => {
    const wrong = await set([
      { agent, target: one, level: 'read' },
      { agent, target: { scope: 'instance', instance: 'nowhere' }, level: 'read' },
    ]);
    expect(wrong).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(await grantsOf()).toEqual([]);
  });

  it('refuses tools that are not there, but takes grants on them away', async () => {
    const target = { scope: 'offering', instance: 'one', name: 'gone' };
    expect((await set([{ agent, target, level: 'read' }])).status).toBe(404);
    await withTenant(app.services.db, app.organizationId, async (tx) => {
      const grant = { agent, target: { ...target, name: 'act' }, level: 'execute' };
      expect((await app.request('POST', '/grants', grant)).status).toBe(201);
      return tx;
    });
    await withTenant(app.services.db, app.organizationId, (tx) =>
      tx
        .updateTable('grants')
        .set({ offering_name: 'gone' })
        .where('agent_id', '=', agentId)
        .execute(),
    );
    expect((await set([{ agent, target, level: null }])).body.changed).toBe(1);
    expect(await grantsOf()).toEqual([]);
  });

  it('takes what is said twice of one target together', async () => {
    const done = await set([
      { agent, target: one, level: 'read' },
      { agent: agentId, target: one, level: 'read' },
      { agent, target: one, level: null },
    ]);
    expect(done.body.changed).toBe(1);
    expect(await grantsOf()).toEqual(['allow read one']);
  });

  it('holds two who set the same at once to one after the other', async () => {
    await Promise.all(
      (['read', 'write', 'read', 'write', 'read'] as const).map((level) =>
        set([{ agent, target: one, level }]),
      ),
    );
    expect(await grantsOf()).toHaveLength(1);
  });

  it('refuses ends in the past, no change, and too many', async () => {
    const past = { agent, target: one, level: 'read', expiresAt: '2020-01-01T00:00:00Z' };
    expect((await set([past])).status).toBe(400);
    expect((await set([])).status).toBe(400);
    const many = Array.from({ length: 501 }, (_, n) => ({
      agent,
      target: { scope: 'offering', instance: 'one', name: `t${n}` },
      level: null,
    }));
    expect((await set(many)).status).toBe(400);
    expect((await set(many.slice(1))).body).toEqual({ changed: 0, before: [] });
    expect((await set(Array.from({ length: 1001 }, () => past))).status).toBe(400);
  });

  it('is in force at once for what agents see', async () => {
    const tools = async () =>
      (await app.request('GET', `/agents/${agent}/tools`)).body.tools.map(
        ({ exposedName }: { exposedName: string }) => exposedName,
      );
    await set([{ agent, target: one, level: 'write' }]);
    expect(await tools()).toEqual(['one__look', 'one__note']);
    const call = { agent, name: 'one__look', arguments: {} };
    expect((await app.request('POST', '/calls', call)).body.outcome).toBe('ok');
    await set([{ agent, target: one, level: null }]);
    expect((await app.request('POST', '/calls', call)).status).toBe(404);
  });

  it('finds nothing of another organization, by slug or id', async () => {
    const { body: made } = await app.request('POST', '/organizations', { name: 'Another' });
    const theirs = await app.request('POST', '/toolboxes', { slug: 'theirs' }, made.key);
    const strange = { scope: 'toolbox', toolbox: theirs.body.id };
    for (const ask of [
      () => set([{ agent: agentId, target: strange, level: 'read' }]),
      () => set([{ agent: agentId, target: strange, level: 'read' }], true, made.key),
      () => preview([{ agent: agentId, target: strange, level: 'read' }], made.key),
    ]) {
      expect(await ask()).toMatchObject({ status: 404, body: { code: 'not_found' } });
    }
    expect(await grantsOf()).toEqual([]);
  });

  it('is for owners and admins alone', async () => {
    for (const role of ['member', 'auditor'] as const) {
      const key = await app.buildMember(role);
      const changes = [{ agent, target: one, level: 'admin' }];
      expect((await set(changes, true, key)).status).toBe(403);
      expect((await preview(changes, key)).status).toBe(403);
    }
    expect(await grantsOf()).toEqual([]);
  });
});

describe('grants.preview', () => {
  it('tells what agents gain and lose, dangerous first, and does nothing', async () => {
    await set([{ agent, target: two, level: 'read' }]);
    const { body } = await preview([
      { agent, target: starter, level: 'execute' },
      { agent, target: two, level: null },
    ]);
    const named = (effects: GrantEffect[]) =>
      effects.map(({ instance, name, dangerous }) => [instance.slug, name, dangerous]);
    expect(named(body.gains)[0]).toEqual(['one', 'act', true]);
    expect(named(body.gains)).toHaveLength(3);
    expect(named(body.gains)).toContainEqual(['one', 'note', false]);
    expect(named(body.loses)).toEqual([['two', 'look', false]]);
    expect(body.totals).toEqual({ gains: 3, loses: 1, dangerous: 1, agents: 1 });
    expect(body.gains[0].agent).toEqual({ id: agentId, slug: agent });
    expect(await grantsOf()).toEqual(['allow read two']);
  });

  it('counts what denies keep away, and levels that an admin set', async () => {
    await set([{ agent, target: one, level: 'read', effect: 'deny' }]);
    const changes = [{ agent, target: starter, level: 'admin' }];
    expect((await preview(changes)).body.totals.gains).toBe(0);
    await set([{ agent, target: one, level: null, effect: 'deny' }]);
    await app.request('PUT', '/instances/one/levels', { name: 'note', level: 'admin' });
    const { body } = await preview(changes);
    expect(body.totals).toMatchObject({ gains: 3, dangerous: 2 });
    await app.request('POST', '/instances/one/levels/reset', { name: 'note' });
  });

  it('takes no word of a tool for its safety that it does not say as it should', async () => {
    const before = remote.tools;
    const annotations = { destructiveHint: 'false' };
    remote.tools = [
      { name: 'liar', annotations, inputSchema: {} },
      {
        name: 'sly',
        destructiveHint: false,
        inputSchema: { description: '"destructiveHint":false' },
      },
    ];
    const input = { server: remote.url, slug: 'odd', allowPrivateNetwork: true };
    await app.request('POST', '/instances', input);
    const target = { scope: 'instance', instance: 'odd' };
    const { body } = await preview([{ agent, target, level: 'execute' }]);
    expect(body.gains.map(({ dangerous }: { dangerous: boolean }) => dangerous)).toEqual([
      true,
      true,
    ]);
    await app.request('DELETE', '/instances/odd');
    remote.tools = before;
  });
});
