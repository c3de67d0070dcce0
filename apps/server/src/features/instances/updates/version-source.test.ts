import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildApp, type TestApp } from '../../../app/testing/build-app.ts';
import { type RemoteServer, startRemoteServer } from '../../../app/testing/remote-server.ts';
import { withTenant } from '../../../store/tenant.ts';
import { buildSource, storeEntries } from '../../catalog/search/testing/build-catalog.ts';
import { smallEntry } from '../../catalog/search/testing/small-catalog.ts';

const name = 'com.example/watched';

let app: TestApp;
let remote: RemoteServer;
beforeAll(async () => {
  app = await buildApp();
  remote = await startRemoteServer();
  const { db } = app.services;
  const build = (slug: string, audience: 'admins' | 'members') =>
    buildSource(db, app.organizationId, { slug, kind: 'registry', audience });
  const version = (number: string) => smallEntry(name, { version: number, description: 'Watched' });
  const [open, hidden] = [await build('open', 'members'), await build('hidden', 'admins')];
  await storeEntries(db, app.organizationId, open, [version('1.0.0')]);
  await storeEntries(db, app.organizationId, hidden, [version('1.5.0')]);
  const input = { server: remote.url, slug: 'watched', allowPrivateNetwork: true };
  await app.request('POST', '/instances', input);
  await withTenant(db, app.organizationId, (tx) =>
    tx
      .updateTable('instances')
      .set({
        server_name: name,
        version: '1.0.0',
        entry: JSON.stringify({ name, version: '1.0.0', description: 'Watched' }),
      })
      .where('slug', '=', 'watched')
      .execute(),
  );
});
afterAll(async () => {
  await remote[Symbol.asyncDispose]();
  await app[Symbol.asyncDispose]();
});

describe('versions of the catalog', () => {
  it('are told to those alone who see their source', async () => {
    const member = await app.buildMember('member');
    const paths = ['/updates', '/instances/watched/versions', '/instances/watched/changelog'];
    for (const path of paths) {
      const asOwner = await app.request('GET', path);
      const asMember = await app.request('GET', path, undefined, member);
      expect([asOwner.status, asMember.status]).toEqual([200, 200]);
      expect(JSON.stringify(asOwner.body)).toContain('1.5.0');
      expect(JSON.stringify(asMember.body)).not.toContain('1.5.0');
    }
    const { body } = await app.request('GET', paths[1]!, undefined, member);
    expect(body).toMatchObject({ from: 'catalog', versions: [{ version: '1.0.0' }] });
  });

  it('are never called taken back because their source is hidden', async () => {
    const set = (version: string) =>
      withTenant(app.services.db, app.organizationId, (tx) =>
        tx.updateTable('instances').set({ version }).where('slug', '=', 'watched').execute(),
      );
    await set('1.5.0');
    const member = await app.buildMember('member');
    const { body } = await app.request('GET', '/instances/watched/versions', undefined, member);
    await set('1.0.0');
    expect(body.updates).toMatchObject({ yanked: false });
  });

  it('are asked for anew only by those who manage servers', async () => {
    for (const role of ['member', 'auditor'] as const) {
      const key = await app.buildMember(role);
      for (const path of ['/updates', '/instances/watched/versions']) {
        const { status } = await app.request('GET', `${path}?fresh=true`, undefined, key);
        expect({ role, path, status }).toEqual({ role, path, status: 403 });
      }
    }
    expect((await app.request('GET', '/updates?fresh=true')).status).toBe(200);
  });
});
