import { newId } from '@plugboard/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildApp, type TestApp } from '../../app/testing/build-app.ts';
import { checkCredentials } from './check-credentials.ts';
import { tellExpiring } from './expiry-job.ts';

let app: TestApp;
beforeAll(async () => {
  app = await buildApp();
});
afterAll(() => app[Symbol.asyncDispose]());

const dayMs = 86_400_000;

describe('what expires', () => {
  it('is on record on certain days before, and told by the doctor', async () => {
    const name = `ends-${newId()}`;
    const ends = Date.now() + 30 * dayMs;
    const { body } = await app.request('POST', '/credentials', {
      name,
      kind: 'api_key',
      owner: { kind: 'organization' },
      fields: { key: 'some-key' },
      expiresAt: new Date(ends).toISOString(),
    });
    const told = async (daysBefore: number) =>
      tellExpiring(
        { ...app.services, clock: () => ends - daysBefore * dayMs + 1000 },
        app.organizationId,
      );
    expect(await told(20)).toBe(0);
    expect(await told(14)).toBe(1);
    expect(await told(10)).toBe(0);
    expect(await told(1)).toBe(1);
    expect(await told(0)).toBe(1);
    expect(await told(-3)).toBe(0);
    const { body: log } = await app.request('GET', '/audit?limit=20');
    expect(JSON.stringify(log)).toContain('credential.expired');
    expect(JSON.stringify(log)).not.toContain('some-key');

    const services = { db: app.services.db, clock: () => ends + 1000 };
    expect(await checkCredentials(services, app.organizationId)).toMatchObject([
      { name: 'credentials', result: 'warning', message: `Expired: ${name}.` },
    ]);
    await app.request('DELETE', `/credentials/${body.id}`);
    expect(await checkCredentials(services, app.organizationId)).toMatchObject([{ result: 'ok' }]);
  });
});
