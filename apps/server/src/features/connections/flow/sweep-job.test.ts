import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  type IdentityProvider,
  startIdentityProvider,
} from '../../../../../../test/oauth/identity-provider.ts';
import { buildApp, type TestApp } from '../../../app/testing/build-app.ts';
import { allJobs } from '../../../jobs/all-jobs.ts';
import { asRole } from '../../../store/testing/test-database.ts';
import { type Browser, signInOwner } from '../../people/testing/browser.ts';
import { ask, begin, connect } from '../testing/connect.ts';
import { sweepRequestsJob } from './sweep-job.ts';

let app: TestApp;
let provider: IdentityProvider;
let owner: Browser;

beforeAll(async () => {
  [app, provider] = await Promise.all([buildApp(), startIdentityProvider()]);
  owner = await signInOwner(app);
  await ask(owner, 'PUT', '/providers/company', {
    issuer: provider.issuer,
    scopes: ['openid'],
    allowPrivateNetwork: true,
  });
});
afterAll(async () => {
  await provider[Symbol.asyncDispose]();
  await app[Symbol.asyncDispose]();
});

const own = { provider: 'company', owner: { kind: 'member' } };

/** As if so many hours had gone by for a request. */
async function age(requestId: string, hours: number): Promise<void> {
  await asRole(app.database.superuser, (client) =>
    client.query(
      `update authorization_requests set expires_at = expires_at - make_interval(hours => $2),
         ended_at = ended_at - make_interval(hours => $2) where id = $1`,
      [requestId, hours],
    ),
  );
}

async function left(): Promise<string[]> {
  return asRole(app.database.superuser, async (client) =>
    (await client.query('select id from authorization_requests')).rows.map(({ id }) => id),
  );
}

describe('sweeping authorizations', () => {
  it('removes those that are over for a day, and leaves what is made of them', async () => {
    const abandoned = await begin(owner, own);
    const late = await begin(owner, own);
    const waiting = await begin(owner, own);
    const ended = await connect(owner, provider, own);
    await age(abandoned.requestId, 25);
    await age(late.requestId, 2);
    await age(ended.id, 30);
    const { signal } = new AbortController();
    await sweepRequestsJob.run({}, { services: app.services, signal });
    expect((await left()).toSorted()).toEqual([late.requestId, waiting.requestId].toSorted());
    const { connection } = ended;
    expect((await ask(owner, 'GET', `/connections/${connection.id}`)).status).toBe(200);
    const gone = await owner.get(abandoned.page);
    expect(gone.status).toBe(404);
  });

  it('is done by itself', () => {
    expect(allJobs).toContain(sweepRequestsJob);
  });
});
