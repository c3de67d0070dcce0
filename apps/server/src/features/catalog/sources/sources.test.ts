import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildApp, type TestApp } from '../../../app/testing/build-app.ts';
import { withTenant } from '../../../store/tenant.ts';
import { seedBundled } from './seed.ts';

describe('the bundled source', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await buildApp();
  });
  afterAll(() => app[Symbol.asyncDispose]());

  it('is there from the beginning, and filled once', async () => {
    const signal = new AbortController().signal;
    await seedBundled(app.services, signal);
    const { body } = await app.request('GET', '/catalog/sources/bundled');
    expect(body).toMatchObject({ kind: 'bundled', lastSync: { state: 'succeeded' } });
    expect(body.servers).toBeGreaterThan(3);
    await seedBundled(app.services, signal);
    const { body: syncs } = await app.request('GET', '/catalog/sources/bundled/syncs');
    expect(syncs.syncs).toHaveLength(1);
  });

  it('comes to an organization from before there were sources, and the rest with it', async () => {
    const { services, organizationId } = app;
    await withTenant(services.db, organizationId, (tx) =>
      tx.deleteFrom('catalog_sources').execute(),
    );
    await seedBundled(services, new AbortController().signal);
    const { body } = await app.request('GET', '/catalog/sources');
    expect(body.sources.map((source: { slug: string }) => source.slug)).toEqual([
      'bundled',
      'official',
    ]);
    expect((await app.request('GET', '/catalog/server?name=github')).status).toBe(200);
  });

  it('tells of nothing while it is disabled', async () => {
    const found = async () => {
      const { body } = await app.request('GET', '/catalog?q=playwright');
      const shown = await app.request('GET', '/catalog/server?name=playwright');
      return { found: body.total > 0, shown: shown.status };
    };
    expect(await found()).toEqual({ found: true, shown: 200 });
    await app.request('PATCH', '/catalog/sources/bundled', { enabled: false });
    expect(await found()).toEqual({ found: false, shown: 404 });
    await app.request('PATCH', '/catalog/sources/bundled', { enabled: true });
    expect(await found()).toEqual({ found: true, shown: 200 });
  });

  it('stays, and takes no location or token', async () => {
    expect((await app.request('DELETE', '/catalog/sources/bundled')).body).toMatchObject({
      code: 'conflict',
    });
    const moved = { location: 'https://r.example' };
    expect((await app.request('PATCH', '/catalog/sources/bundled', moved)).status).toBe(400);
  });
});

describe('a source', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await buildApp();
  });
  afterAll(() => app[Symbol.asyncDispose]());

  it.each([
    ['http://r.example', 'Plain http'],
    ['https://user:pass@r.example', 'token'],
    ['file:///etc/passwd', 'https'],
    ['https://r.example/#x', 'fragment'],
    ['https://r.example/?a=1', 'query'],
  ])('cannot be a registry at %s', async (location, words) => {
    const body = { slug: 'odd', kind: 'registry', location };
    const answer = await app.request('POST', '/catalog/sources', body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_input' } });
    expect(answer.body.message).toContain(words);
  });

  it('for admins alone is not there for members, and every change is on record', async () => {
    const body = {
      slug: 'inner',
      kind: 'registry',
      location: 'https://r.example',
      audience: 'admins',
    };
    expect((await app.request('POST', '/catalog/sources', body)).status).toBe(201);
    const member = await app.buildMember('member');
    for (const path of ['/catalog/sources/inner', '/catalog/sources/inner/syncs']) {
      expect((await app.request('GET', path, undefined, member)).status).toBe(404);
      expect((await app.request('GET', path)).status).toBe(200);
    }
    const listed = await app.request('GET', '/catalog/sources', undefined, member);
    expect(listed.body.sources.map(({ slug }: { slug: string }) => slug)).toEqual([
      'bundled',
      'official',
    ]);
    const token = 'a-secret-token';
    await app.request('PATCH', '/catalog/sources/inner', { token, audience: 'members' });
    expect(
      (await app.request('GET', '/catalog/sources/inner', undefined, member)).body,
    ).toMatchObject({ hasToken: true });
    expect((await app.request('DELETE', '/catalog/sources/inner')).status).toBe(200);
    const audit = JSON.stringify((await app.request('GET', '/audit')).body);
    for (const kind of ['source.added', 'source.changed', 'source.removed']) {
      expect(audit).toContain(kind);
    }
    expect(audit).not.toContain(token);
  });
});
