import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildApp, type TestApp } from '../../../app/testing/build-app.ts';
import { type RemoteServer, startRemoteServer } from '../../../app/testing/remote-server.ts';
import { withTenant } from '../../../store/tenant.ts';
import { lookForUpdates } from './look-for-updates.ts';
import { lookForUpdatesJob } from './look-for-updates-job.ts';

let app: TestApp;
let remote: RemoteServer;
beforeAll(async () => {
  app = await buildApp();
  remote = await startRemoteServer();
  for (const slug of ['package', 'elsewhere']) {
    const input = { server: remote.url, slug, allowPrivateNetwork: true };
    await app.request('POST', '/instances', input);
  }
  await withTenant(app.services.db, app.organizationId, (tx) =>
    tx
      .updateTable('instances')
      .set({
        version: '1.0.0',
        package: JSON.stringify({ type: 'npm', name: 'demo', version: '1.0.0', integrity: '' }),
      })
      .where('slug', '=', 'package')
      .execute(),
  );
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await remote[Symbol.asyncDispose]();
});

const published = (versions: readonly string[]) => ({
  ...app.services.published,
  versions: async (name: string) => ({
    name,
    versions: versions.map((version) => ({ version, suitsNode: true })),
  }),
});
const shown = async (slug: string) =>
  (await app.request('GET', `/instances/${slug}`)).body.updateAvailable;
const look = (versions: readonly string[]) => {
  const services = { ...app.services, published: published(versions) };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what it does not ask is left out
  return lookForUpdates(services as never, app.organizationId, new AbortController().signal);
};

describe('lookForUpdates', () => {
  it('keeps what is newer for every list, and forgets it when it is withdrawn', async () => {
    await look(['1.0.0', '1.2.0']);
    expect(await shown('package')).toBe('1.2.0');
    expect(await shown('elsewhere')).toBeUndefined();
    await look(['1.0.0']);
    expect(await shown('package')).toBeUndefined();
  });

  it('asks nobody where nothing is to be asked by itself', async () => {
    const signal = new AbortController().signal;
    const never = {
      ...app.services.published,
      versions: () => expect.unreachable('asked a registry'),
    };
    const services = { ...app.services, published: never };
    await lookForUpdatesJob.run({}, { services, signal });
    expect(services.server.catalogSync).toBe('manual');
  });
});
