import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildApp, type TestApp } from '../../../app/testing/build-app.ts';
import { withTenant } from '../../../store/tenant.ts';
import { buildSource, storeEntries } from '../search/testing/build-catalog.ts';
import { smallEntry } from '../search/testing/small-catalog.ts';
import { buildOrganization } from '../../../store/testing/test-database.ts';
import { signInOwner } from '../../people/testing/browser.ts';
import { answerIcon } from './icon-route.ts';
import type { Icons } from './icons.ts';

const picture = 'https://pictures.example/icon.svg';
const withIcon = (name: string, title: string) =>
  smallEntry(name, { title, description: 'with a picture', source: { icon: picture } });

let app: TestApp;
beforeAll(async () => {
  app = await buildApp();
  const { db } = app.database;
  const open = await buildSource(db, app.organizationId, { slug: 'open', kind: 'registry' });
  await storeEntries(db, app.organizationId, open, [
    withIcon('io.github.acme/pictured', 'Pictured'),
    smallEntry('io.github.acme/plain', { title: 'Plain', description: 'without' }),
  ]);
  const closed = await buildSource(db, app.organizationId, {
    slug: 'closed',
    kind: 'registry',
    audience: 'admins',
  });
  await storeEntries(db, app.organizationId, closed, [withIcon('io.github.acme/own', 'Own')]);
});
afterAll(() => app[Symbol.asyncDispose]());

const asked: string[] = [];
/** Pictures that were fetched before. */
const icons: Icons = {
  load: async (url) => {
    asked.push(url);
    return { type: 'image/svg+xml', bytes: Buffer.from('<svg onload="alert(1)"/>') };
  },
  [Symbol.asyncDispose]: async () => undefined,
};

async function iconFor(server: string, role: 'owner' | 'member' = 'owner') {
  const memberId = await withTenant(app.services.db, app.organizationId, async (tx) => {
    const { rows } = await sql<{ id: string }>`select id from members limit 1`.execute(tx);
    return rows[0]?.id ?? '';
  });
  const actor = { organizationId: app.organizationId, memberId, role };
  const query = new URLSearchParams({ server });
  const request = new Request(`http://127.0.0.1/api/v1/catalog/icon?${query.toString()}`);
  return answerIcon({ ...app.services, icons }, actor, request);
}

describe('the icon of a server', () => {
  it('is shown as a picture that can do nothing', async () => {
    const response = await iconFor('io.github.acme/pictured');
    expect(Object.fromEntries(response.headers)).toEqual({
      'content-type': 'image/svg+xml',
      'content-length': '24',
      'content-disposition': 'inline',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
      'cache-control': 'private, max-age=86400',
      'x-content-type-options': 'nosniff',
    });
    expect(asked).toEqual([picture]);
  });

  it.each(['io.github.acme/plain', 'io.github.acme/absent', '', "x'; drop table members; --"])(
    'is not there for %j',
    async (server) => {
      await expect(iconFor(server)).rejects.toMatchObject({ code: 'not_found' });
    },
  );

  it('is for who may see the server', async () => {
    expect((await iconFor('io.github.acme/own', 'owner')).status).toBe(200);
    await expect(iconFor('io.github.acme/own', 'member')).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('is of the organization that its address names, for its members alone', async () => {
    const browser = await signInOwner(app);
    const other = await buildOrganization(app.services.db);
    const ask = async (organization: string) => {
      const query = new URLSearchParams({ server: 'io.github.acme/pictured', organization });
      const response = await browser.api('GET', `/catalog/icon?${query.toString()}`);
      return { status: response.status, message: await response.text() };
    };
    expect((await ask(other)).status).toBe(403);
    // Theirs, where there is no picture at that address.
    expect(await ask(app.organizationId)).toMatchObject({ status: 404 });
    expect(await ask('x\r\ny')).toMatchObject({ status: 404 });
  });

  it('is for nobody without a key or session', async () => {
    const response = await app.fetch('/api/v1/catalog/icon?server=io.github.acme/pictured');
    expect(response.status).toBe(401);
  });

  it('has letters beside its path, and the host of the picture is told nowhere', async () => {
    const { body } = await app.request('GET', '/catalog?q=pictured');
    expect(body.servers[0].icon).toEqual({
      text: 'P',
      color: expect.stringMatching(/^#[0-9a-f]{6}$/),
      image: '/api/v1/catalog/icon?server=io.github.acme%2Fpictured',
    });
    expect(JSON.stringify(body)).not.toContain('pictures.example');
    const plain = (await app.request('GET', '/catalog?q=plain')).body.servers[0];
    expect(plain.icon).not.toHaveProperty('image');
  });
});
