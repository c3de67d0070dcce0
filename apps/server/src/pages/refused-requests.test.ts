import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildApp, type TestApp } from '../app/testing/build-app.ts';
import { Browser, signInOwner } from '../features/people/testing/browser.ts';
import { createRefusedRequests } from './refused-requests.ts';

let app: TestApp;
let owner: Browser;
beforeAll(async () => {
  app = await buildApp();
  owner = await signInOwner(app);
});
afterAll(() => app[Symbol.asyncDispose]());

const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };

async function recorded(kind: string) {
  const { body } = await app.request('GET', `/audit?limit=100&kind=${kind}`);
  return body.entries.map((entry: { record: object }) => entry.record);
}

describe('what another site has a browser send', () => {
  it('is on record with the member who is signed in, and nothing of it', async () => {
    const secret = 'do-not-write-this-down';
    await owner.post('/account/name', { csrf: secret, name: secret });
    await owner.post('/account/name', { csrf: secret, name: secret }, foreign);
    await owner.api('POST', '/agents', { slug: secret }, foreign);
    await owner.get(`/connect/callback?code=${secret}&state=${secret}`);
    const records = [
      ...(await recorded('sign_in.refused')),
      ...(await recorded('api.refused')),
      ...(await recorded('connection.refused')),
    ];
    expect(records.map(({ change }) => change.reason)).toEqual([
      'foreign_page',
      'csrf',
      'cross_origin',
      'unknown_state',
    ]);
    for (const record of records) expect(record).toMatchObject({ memberId: expect.any(String) });
    expect(JSON.stringify(records)).not.toContain(secret);
  });

  it('is in the log alone when nobody is signed in', async () => {
    const before = (await app.request('GET', '/audit?limit=1000')).body.entries.length;
    const stranger = new Browser(app);
    await stranger.get('/connect/callback?code=x&state=guessed');
    await stranger.post('/sign-in', { email: 'a@b.example', password: 'x' }, foreign);
    expect((await app.request('GET', '/audit?limit=1000')).body.entries.length).toBe(before);
  });

  it('is written down so often in a minute, and counted beyond that', async () => {
    const lines: Record<string, unknown>[] = [];
    const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) });
    let now = 0;
    const refused = createRefusedRequests({ ...app.services, clock: () => now, log });
    const request = {
      kind: 'connection.refused',
      reason: 'no_state',
      signedIn: undefined,
    } as const;
    for (let count = 0; count < 100; count += 1) await refused.report(request);
    expect(lines).toHaveLength(60);
    now += 60_000;
    await refused.report(request);
    expect(lines.at(-1)).toMatchObject({ reason: 'no_state', leftOut: 40 });
  });
});
