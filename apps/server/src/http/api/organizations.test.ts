import { newId } from '@plugboard/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildApp, type TestApp } from '../../app/testing/build-app.ts';
import { type RemoteServer, startRemoteServer } from '../../app/testing/remote-server.ts';
import { withTenant } from '../../store/tenant.ts';

let app: TestApp;
let remote: RemoteServer;
let otherKey: string;
/** Ids of the first organization, and names that the other has, too. */
const ids: Record<string, string> = {};

beforeAll(async () => {
  app = await buildApp();
  remote = await startRemoteServer();
  const made = await app.request('POST', '/organizations', { name: 'Other' });
  otherKey = made.body.key;
  await app.buildMember('member');
  const server = { server: remote.url, slug: 'ours', allowPrivateNetwork: true };
  const added = await app.request('POST', '/instances', server);
  expect(added.body.at(-1)?.data).toMatchObject({ type: 'done' });
  const fields = { key: 'canary-of-the-first' };
  const credential = { name: 'ours', kind: 'api_key', owner: { kind: 'organization' }, fields };
  ids['credential'] = (await app.request('POST', '/credentials', credential)).body.id;
  await app.request('PUT', '/instances/ours/credentials/X-Key', { credential: 'ours' });
  ids['instance'] = (await app.request('GET', '/instances/ours')).body.id;
  const { members } = (await app.request('GET', '/members')).body;
  ids['member'] = members.find(({ role }: { role: string }) => role === 'member').id;
  const invited = await app.request('POST', '/invitations', { email: 'ann@example.com' });
  ids['invitation'] = invited.body.id;
  ids['key'] = (await app.request('POST', '/keys', { name: 'ours' })).body.id;
  ids['agent'] = (await app.request('GET', '/agents')).body.agents[0].id;
  const theirs = { ...credential, name: 'theirs', fields: { key: 'key-of-the-other' } };
  ids['theirs'] = (await app.request('POST', '/credentials', theirs, otherKey)).body.id;
  expect(Object.values(ids)).not.toContain(undefined);
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await remote[Symbol.asyncDispose]();
});

/** All rows that something of the first organization could have been changed in. */
function snapshot(): Promise<string> {
  return withTenant(app.services.db, app.organizationId, async (tx) =>
    JSON.stringify([
      await tx
        .selectFrom('credentials')
        .select(['id', 'name', 'labels', 'version', 'expires_at', 'test', 'destroyed_at'])
        .orderBy('id')
        .execute(),
      await tx.selectFrom('credential_versions').selectAll().orderBy('version').execute(),
      await tx.selectFrom('instance_credentials').selectAll().orderBy('id').execute(),
      await tx.selectFrom('instances').select(['id', 'account', 'account_slots']).execute(),
      await tx.selectFrom('members').select(['id', 'role', 'suspended_at']).orderBy('id').execute(),
      await tx.selectFrom('invitations').selectAll().orderBy('id').execute(),
      await tx.selectFrom('api_keys').select(['id', 'name', 'revoked_at']).orderBy('id').execute(),
    ]),
  );
}

const fields = { key: 'stolen' };

const attempts: readonly (readonly [string, string, object?])[] = [
  ['GET', '/credentials/:credential'],
  ['PATCH', '/credentials/:credential', { name: 'stolen' }],
  ['DELETE', '/credentials/:credential', { force: true }],
  ['POST', '/credentials/:credential/replace', { fields, keep: false }],
  ['GET', '/credentials/:credential/versions'],
  ['POST', '/credentials/:credential/rollback', { version: 1 }],
  ['POST', '/credentials/:credential/test', {}],
  ['GET', '/credentials?agent=:agent'],
  [
    'POST',
    '/credentials',
    { name: 'x', kind: 'api_key', owner: { kind: 'agent', agent: ':agent' }, fields },
  ],
  ['GET', '/instances/:instance/credentials'],
  ['PUT', '/instances/:instance/credentials/X-Key', { credential: ':theirs' }],
  ['PUT', '/instances/:instance/credentials/X-New', { credential: ':credential' }],
  ['DELETE', '/instances/:instance/credentials/X-Key', {}],
  ['POST', '/instances/:instance/credentials/confirm', { destination: 'x' }],
  ['POST', '/instances/:instance/credentials/refresh', {}],
  ['PUT', '/instances/:instance/account', { account: 'member' }],
  ['GET', '/instances/:instance/accounts'],
  ['PUT', '/members/:member/role', { role: 'owner' }],
  ['POST', '/members/:member/suspend', {}],
  ['POST', '/members/:member/reinstate', {}],
  ['DELETE', '/members/:member'],
  ['POST', '/members/:member/reset-link', {}],
  ['POST', '/invitations/:invitation/resend', {}],
  ['DELETE', '/invitations/:invitation'],
  ['DELETE', '/keys/:key'],
];

describe("another organization's owner", () => {
  it.each(attempts.map(([method, path, body]) => ({ method, path, body })))(
    'finds nothing with $method $path',
    async ({ method, path, body }) => {
      const fill = (text: string) =>
        Object.entries(ids).reduce((filled, [name, id]) => filled.replaceAll(`:${name}`, id), text);
      const before = await snapshot();
      const given: unknown = body && JSON.parse(fill(JSON.stringify(body)));
      const answer = await app.request(method, fill(path), given, otherKey);
      expect([answer.status, answer.body]).toMatchObject([404, { code: expect.any(String) }]);
      expect(JSON.stringify(answer.body)).not.toContain('canary');
      expect(await snapshot()).toBe(before);
    },
  );

  it('invites nobody in place of one of its members, and learns of none so', async () => {
    const before = await snapshot();
    const answers = [ids['member'], newId()].map(async (member) => {
      const body = { email: 'eve@example.com', member };
      const { status, body: answer } = await app.request('POST', '/invitations', body, otherKey);
      return { status, code: answer.code, message: answer.message };
    });
    const [ours, nobodys] = await Promise.all(answers);
    expect(ours).toEqual(nobodys);
    expect(ours?.status).toBe(409);
    expect(await snapshot()).toBe(before);
  });

  it('sees nothing of it in lists, and does nothing to it in bulk', async () => {
    for (const path of [
      '/credentials',
      '/members',
      '/invitations',
      '/keys?all=true',
      '/accounts',
    ]) {
      const { status, body } = await app.request('GET', path, undefined, otherKey);
      expect(status).toBe(200);
      for (const [name, id] of Object.entries(ids)) {
        if (name !== 'theirs') expect(JSON.stringify(body)).not.toContain(id);
      }
    }
    const before = await snapshot();
    const bulk = { action: 'destroy', credentials: [ids['credential'], newId()], force: true };
    const { body } = await app.request('POST', '/credentials/bulk', bulk, otherKey);
    expect(body.outcomes).toMatchObject([{ code: 'not_found' }, { code: 'not_found' }]);
    expect(await snapshot()).toBe(before);
  });
});
