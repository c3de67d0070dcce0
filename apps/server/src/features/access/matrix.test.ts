import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildApp, type TestApp } from '../../app/testing/build-app.ts';
import { type RemoteServer, startRemoteServer } from '../../app/testing/remote-server.ts';
import { withTenant } from '../../store/tenant.ts';

let app: TestApp;
let remote: RemoteServer;
beforeAll(async () => {
  app = await buildApp();
  remote = await startRemoteServer();
  for (const slug of ['alpha', 'beta', 'be-a']) {
    const input = { server: remote.url, slug, allowPrivateNetwork: true };
    await app.request('POST', '/instances', input);
  }
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await remote[Symbol.asyncDispose]();
});

let count = 0;
async function buildAgent() {
  const { body } = await app.request('POST', '/agents', { slug: `matrix-${(count += 1)}` });
  return body;
}
const grant = (agent: string, target: object, level: string, fields: object = {}) =>
  app.request('POST', '/grants', { agent, target, level, ...fields });
const alpha = { scope: 'instance', instance: 'alpha' };

describe('access.matrix', () => {
  it('shows where there are grants, up to which level, with denies and exceptions', async () => {
    const { slug, id } = await buildAgent();
    const until = new Date(Date.now() + 60_000).toISOString();
    await grant(slug, alpha, 'read');
    await grant(slug, alpha, 'write', { expiresAt: until });
    await grant(slug, alpha, 'execute', { effect: 'deny' });
    await grant(slug, alpha, 'admin', { effect: 'deny' });
    await grant(slug, { scope: 'offering', instance: 'alpha', name: 'act' }, 'execute');
    await grant(slug, { scope: 'toolbox', toolbox: 'starter' }, 'read');
    const { body } = await app.request('GET', '/access/matrix');
    const cells = body.cells.filter(({ agentId }: { agentId: string }) => agentId === id);
    const instance = body.instances.find((each: { slug: string }) => each.slug === 'alpha');
    expect(instance).toMatchObject({
      tools: { read: 1, write: 0, execute: 1, admin: 0 },
      stopped: false,
      title: expect.any(String),
    });
    expect(cells).toEqual([
      {
        agentId: id,
        scope: 'instance',
        id: instance.id,
        level: 'write',
        expiresAt: until,
        denies: 2,
        denyLevel: 'execute',
        exceptions: 1,
      },
      {
        agentId: id,
        scope: 'toolbox',
        id: instance.toolboxId,
        level: 'read',
        denies: 0,
        exceptions: 0,
      },
    ]);
  });

  it('leaves out grants that ran out, and agents that are gone', async () => {
    const { slug, id } = await buildAgent();
    const made = await grant(slug, alpha, 'read');
    await withTenant(app.services.db, app.organizationId, (tx) =>
      tx
        .updateTable('grants')
        .set({ expires_at: new Date(0) })
        .where('id', '=', made.body.id)
        .execute(),
    );
    const ofAgent = async () => {
      const { body } = await app.request('GET', '/access/matrix');
      const cells = body.cells.filter(({ agentId }: { agentId: string }) => agentId === id);
      return [body.agents.some((agent: { id: string }) => agent.id === id), cells];
    };
    expect(await ofAgent()).toEqual([true, []]);
    await app.request('DELETE', `/agents/${slug}`);
    expect(await ofAgent()).toEqual([false, []]);
  });

  it('counts tools by the levels that an admin set', async () => {
    await app.request('PUT', '/instances/beta/levels', { name: 'look', level: 'admin' });
    const { body } = await app.request('GET', '/access/matrix');
    const beta = body.instances.find((each: { slug: string }) => each.slug === 'beta');
    expect(beta.tools).toEqual({ read: 0, write: 0, execute: 1, admin: 1 });
  });

  it('is of the own organization alone', async () => {
    const { body: made } = await app.request('POST', '/organizations', { name: 'Another' });
    const { slug } = await buildAgent();
    await grant(slug, alpha, 'read');
    const { status, body } = await app.request('GET', '/access/matrix', undefined, made.key);
    expect(status).toBe(200);
    expect(JSON.stringify(body)).not.toContain(slug);
    expect(body.instances.map((each: { slug: string }) => each.slug)).not.toContain('be-a');
  });
});

describe('access.tools in pages', () => {
  const page = async (agent: string, query: string) =>
    (await app.request('GET', `/agents/${agent}/tools?${query}`)).body;

  it('gives each tool once, whatever the size of pages', async () => {
    const { slug } = await buildAgent();
    const whole = await page(slug, 'all=true');
    expect(whole.total).toBe(whole.tools.length);
    for (const limit of [1, 2, 4, 1000]) {
      const seen: unknown[] = [];
      let cursor: string | undefined;
      do {
        const some = await page(
          slug,
          `all=true&limit=${limit}${cursor === undefined ? '' : `&cursor=${cursor}`}`,
        );
        expect(some.tools.length).toBeLessThanOrEqual(limit);
        expect(some.total).toBe(whole.total);
        seen.push(...some.tools);
        cursor = some.nextCursor;
      } while (cursor !== undefined);
      expect(seen).toEqual(whole.tools);
    }
  });

  it('goes on where its last tool is gone', async () => {
    const { slug } = await buildAgent();
    const gone = Buffer.from(JSON.stringify(['be-a', 'tool', 'gone'])).toString('base64url');
    const { tools } = await page(slug, `all=true&cursor=${gone}`);
    expect(tools.map(({ instance }: { instance: string }) => instance)).toEqual(['beta', 'beta']);
  });

  it('finds by instance and by a part of the name', async () => {
    const { slug } = await buildAgent();
    const ofBeta = await page(slug, 'all=true&instance=beta');
    expect(ofBeta.tools).toHaveLength(2);
    expect((await page(slug, 'all=true&instance=beta&q=LOO')).tools).toMatchObject([
      { instance: 'beta', name: 'look' },
    ]);
    expect((await page(slug, 'instance=beta')).tools).toEqual([]);
    const nowhere = await app.request('GET', `/agents/${slug}/tools?instance=nowhere`);
    expect(nowhere.status).toBe(404);
  });

  it.each(['x', 'e30', Buffer.from('["a"]').toString('base64url')])(
    'refuses the cursor %s, which nobody gave out',
    async (cursor) => {
      const { slug } = await buildAgent();
      const answer = await app.request('GET', `/agents/${slug}/tools?cursor=${cursor}`);
      expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_input' } });
    },
  );
});

describe('offerings.definition', () => {
  it('is the server’s own JSON, with the level in force', async () => {
    const { body } = await app.request('GET', '/instances/alpha/definition?name=look');
    expect(body).toEqual({
      kind: 'tool',
      name: 'look',
      level: 'read',
      declaredLevel: 'read',
      overridden: false,
      definition: remote.tools[0],
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    const missing = await app.request('GET', '/instances/alpha/definition?name=none');
    expect(missing).toMatchObject({ status: 404, body: { code: 'not_found' } });
    const otherKind = await app.request('GET', '/instances/alpha/definition?kind=prompt&name=look');
    expect(otherKind.status).toBe(404);
  });
});

describe('agents.change and toolboxes.change', () => {
  it('renames an agent, keeps its slug, and is on record', async () => {
    const { slug, id } = await buildAgent();
    const renamed = await app.request('PATCH', `/agents/${slug}`, { name: 'Night watch' });
    expect(renamed.body).toMatchObject({ id, slug, name: 'Night watch' });
    const audit = await app.request('GET', `/audit?agent=${id}&kind=agent.changed`);
    expect(audit.body.entries[0].record.change).toMatchObject({
      name: 'Night watch',
      before: slug,
    });
    const wrong = await app.request('PATCH', `/agents/${slug}`, { name: 'a\u0000b' });
    expect(wrong.status).toBe(400);
  });

  it('changes what is named of a toolbox and nothing else', async () => {
    await app.request('POST', '/toolboxes', { slug: 'box', name: 'Box' });
    const change = (body: object) => app.request('PATCH', '/toolboxes/box', body);
    expect((await change({ memberLevel: 'read' })).body).toMatchObject({ name: 'Box' });
    expect((await change({ name: 'Crate', environment: 'prod' })).body).toMatchObject({
      slug: 'box',
      name: 'Crate',
      environment: 'prod',
      memberLevel: 'read',
    });
    expect((await change({ memberLevel: null })).body.memberLevel).toBeUndefined();
    expect((await change({})).status).toBe(400);
    expect((await change({ environment: 'moon' })).status).toBe(400);
  });
});
