import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildApp, type TestApp } from '../../../app/testing/build-app.ts';
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
});
