import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildApp, type TestApp } from '../../app/testing/build-app.ts';
import { type RemoteServer, startRemoteServer } from '../../app/testing/remote-server.ts';
import { createAccessSource } from './access-source.ts';

let app: TestApp;
let remote: RemoteServer;
beforeAll(async () => {
  app = await buildApp();
  remote = await startRemoteServer();
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
async function buildAgent() {
  const { body } = await app.request('POST', '/agents', { slug: `agent-${(count += 1)}` });
  return body;
}

describe('access', () => {
  it('is none without a grant', async () => {
    const agent = await buildAgent();
    const { body } = await app.request('GET', `/agents/${agent.slug}/tools`);
    expect(body.tools).toEqual([]);
    const check = await app.request('GET', `/check?agent=${agent.slug}&name=one__look`);
    expect(check.body).toMatchObject({ allowed: false, reason: 'no_grant' });
    expect(check.body.explanation).toMatch(/no grant/);
  });

  it('follows grants at every scope, denies and levels', async () => {
    const { slug: agent } = await buildAgent();
    const grant = (target: object, level: string, effect = 'allow') =>
      app.request('POST', '/grants', { agent, target, level, effect });
    const allowed = async () => {
      const { body } = await app.request('GET', `/agents/${agent}/tools`);
      return body.tools.map((tool: { exposedName: string }) => tool.exposedName).sort();
    };
    await grant({ scope: 'toolbox', toolbox: 'starter' }, 'read');
    expect(await allowed()).toEqual(['one__look']);
    await grant({ scope: 'offering', instance: 'two', name: 'act' }, 'execute');
    expect(await allowed()).toEqual(['one__look', 'two__act']);
    const tooLow = await app.request('GET', `/check?agent=${agent}&instance=one&name=act`);
    expect(tooLow.body).toMatchObject({ allowed: false, reason: 'level_too_low' });
    const deny = await grant({ scope: 'instance', instance: 'one' }, 'read', 'deny');
    expect(await allowed()).toEqual(['two__act']);
    const revoked = await app.request('DELETE', `/grants/${deny.body.id}`);
    expect(revoked.status).toBe(200);
    expect(await allowed()).toEqual(['one__look', 'two__act']);
  });

  it("takes an admin's word on a level, and takes it back", async () => {
    const { slug: agent } = await buildAgent();
    const target = { scope: 'instance', instance: 'two' };
    await app.request('POST', '/grants', { agent, target, level: 'read' });
    const check = async () =>
      (await app.request('GET', `/check?agent=${agent}&name=two__act`)).body;
    expect(await check()).toMatchObject({ allowed: false, level: 'execute' });
    const set = await app.request('PUT', '/instances/two/levels', { name: 'act', level: 'read' });
    expect(set.body).toMatchObject({ level: 'read', declaredLevel: 'execute', overridden: true });
    expect(await check()).toMatchObject({ allowed: true, level: 'read' });
    await app.request('POST', '/instances/two/levels/reset', { name: 'act' });
    expect(await check()).toMatchObject({ allowed: false, level: 'execute' });
  });

  it('loads only what some allow reaches, with raw definitions', async () => {
    const agent = await buildAgent();
    const target = { scope: 'offering', instance: 'two', name: 'look' };
    await app.request('POST', '/grants', { agent: agent.slug, target, level: 'read' });
    const source = createAccessSource(app.services.db);
    const { grants, instances } = await source.load(app.organizationId, agent.id);
    expect(grants).toHaveLength(1);
    expect(instances.map(({ slug }) => slug)).toEqual(['two']);
    expect(instances[0]?.offerings.map(({ name, level }) => [name, level])).toEqual([
      ['look', 'read'],
      ['act', 'execute'],
    ]);
    expect(instances[0]?.offerings[0]?.definition.toString()).toBe(JSON.stringify(remote.tools[0]));
    expect(instances[0]?.hello?.toString()).toContain('"name":"remote"');
  });

  it('refuses grants on what is not there', async () => {
    const { slug: agent } = await buildAgent();
    const target = { scope: 'offering', instance: 'two', name: 'lok' };
    const wrong = await app.request('POST', '/grants', { agent, target, level: 'read' });
    expect(wrong).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(wrong.body.message).toMatch(/offers no tool "lok".*look, act/);
    const past = await app.request('POST', '/grants', {
      agent,
      target: { scope: 'instance', instance: 'two' },
      level: 'read',
      expiresAt: '2020-01-01T00:00:00Z',
    });
    expect(past.status).toBe(400);
    expect(past.body.message).toMatch(/expiresAt: must lie in the future/);
  });

  it('calls a tool as an agent, on record like any call', async () => {
    const { slug: agent, id } = await buildAgent();
    const call = (name: string) =>
      app.request('POST', '/calls', { agent, name, arguments: { a: 1 } });
    expect(await call('two__act')).toMatchObject({ status: 404, body: { code: 'not_found' } });
    const target = { scope: 'instance', instance: 'two' };
    await app.request('POST', '/grants', { agent, target, level: 'execute' });
    await expect
      .poll(async () => (await call('two__act')).body)
      .toMatchObject({ outcome: 'ok', result: { extra: 'kept' } });
    const audit = await app.request('GET', `/audit?agent=${id}&kind=call`);
    expect(audit.body.entries[0]).toMatchObject({
      kind: 'call.outcome',
      record: { outcome: 'ok', offering: 'act', memberId: expect.any(String) },
    });
  });
});
