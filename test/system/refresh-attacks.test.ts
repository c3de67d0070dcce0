import { newId } from '@plugboard/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { createUpstreamAuthorization } from '../../apps/server/src/features/connections/refresh/upstream-authorization.ts';
import { buildOrganization } from '../../apps/server/src/store/testing/test-database.ts';
import {
  buildRefreshFixture,
  call,
  type RefreshFixture,
  resource,
} from '../oauth/refresh-fixture.ts';

let fixture: RefreshFixture;
beforeAll(async () => {
  fixture = await buildRefreshFixture();
});
afterAll(() => fixture[Symbol.asyncDispose]());
beforeEach(() => {
  fixture.provider.fault = undefined;
  Object.assign(fixture.provider.counters, { refreshes: 0, refreshed: 0, reuses: 0 });
});

async function member(name: string): Promise<string> {
  const id = newId();
  await fixture.sql(
    `insert into members (id, organization_id, name, role) values ($1, $2, $3, 'member')`,
    [id, fixture.app.organizationId, name],
  );
  return id;
}

function ask(refreshToken: string): Promise<Response> {
  return fetch(`${fixture.provider.issuer}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: 'plugboard',
      refresh_token: refreshToken,
      resource,
    }),
  });
}

describe('tokens that others want', () => {
  it('a stolen refresh token ends the whole grant: sign-in is needed, and it is on record', async () => {
    const { provider } = fixture;
    const ref = await fixture.connectEnded();
    const stolen = ref.tokens.refreshToken!.reveal();
    const theirs = await ask(stolen);
    expect(theirs.status).toBe(200);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- RFC 6749 section 5.1
    const taken = (await theirs.json()) as { access_token: string };
    await expect(async () => fixture.node().get(ref, call)).rejects.toMatchObject({
      code: 'sign_in_required',
      details: { reason: 'refused' },
    });
    expect(provider.counters.reuses).toBe(1);
    expect(await provider.introspect(taken.access_token)).toBeUndefined();
    const records = await fixture.audited('connection.needs_sign_in');
    expect(records.some((line) => line.includes(ref.connectionId))).toBe(true);
  });

  it("one member's is never given for another's call, nor for nobody's", async () => {
    const [ann, bob] = [await member('Ann'), await member('Bob')];
    const ref = await fixture.connect({ owner: { kind: 'member', id: ann } });
    const node = fixture.node();
    for (let warm = 0; warm < 2; warm += 1) {
      for (const purpose of [{ ...call, memberId: bob }, call]) {
        await expect(async () => node.get(ref, purpose)).rejects.toMatchObject({
          code: 'forbidden',
        });
      }
      expect(await node.get(ref, { ...call, memberId: ann })).toBeDefined();
    }
    const records = await fixture.audited('connection.refused');
    expect(records.filter((line) => line.includes('belongs_to_another'))).toHaveLength(4);
  });

  it("one organization's is not there for another", async () => {
    const ref = await fixture.connect();
    const node = fixture.node();
    expect(await node.get(ref, call)).toBeDefined();
    const other = { ...ref, organizationId: await buildOrganization(fixture.app.services.db) };
    for (const attempt of [
      async () => node.get(other, call),
      async () => node.refused(other, ref.tokens.accessToken),
      async () => node.needScopes(other, ['admin']),
      async () => node.renew(other),
    ]) {
      await expect(attempt).rejects.toMatchObject({ code: 'not_found' });
    }
    expect(await node.get(ref, call)).toBeDefined();
  });

  it('are in no log, error or audit record', async () => {
    const { provider } = fixture;
    const ref = await fixture.connectEnded();
    const secrets = [ref.tokens.accessToken.reveal(), ref.tokens.refreshToken!.reveal()];
    provider.fault = ({ params }) => ({
      kind: 'status',
      status: 400,
      body: {
        error: 'invalid_request',
        error_description: `cannot use ${params['refresh_token']}`,
        access_token: secrets[0],
      },
    });
    const error = await Promise.resolve(fixture.node().get(ref, call)).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: expect.any(String) });
    const { inspect } = await import('node:util');
    const records = await fixture.sql('select record from audit_records');
    const seen = `${inspect(error, { depth: 9 })}${fixture.logged()}${JSON.stringify(records)}`;
    for (const secret of secrets) expect(seen).not.toContain(secret);
  });
});

describe('a token endpoint that answers with something else', () => {
  it.each([
    ['a token of another type', { token_type: 'DPoP' }],
    ['a type that is none', { token_type: 'mac' }],
    ['no token', { access_token: undefined }],
    ['a token that breaks headers', { access_token: 'a\r\nx-admin: 1' }],
  ])('is not believed: %s', async (_, changes) => {
    const { provider } = fixture;
    const ref = await fixture.connectEnded();
    provider.fault = () => ({ kind: 'change', change: (body) => ({ ...body, ...changes }) });
    const before = await fixture.sql('select version from credentials where id = $1', [
      ref.connectionId,
    ]);
    await expect(async () => fixture.node().get(ref, call)).rejects.toMatchObject({
      code: 'upstream_failed',
    });
    expect(
      await fixture.sql('select version from credentials where id = $1', [ref.connectionId]),
    ).toEqual(before);
  });

  it('does not change what the tokens are for; what it grants is kept as it says, on record', async () => {
    const { provider } = fixture;
    const ref = await fixture.connectEnded();
    provider.fault = () => ({
      kind: 'change',
      change: (body) => ({ ...body, scope: 'read admin', resource: 'https://evil.example' }),
    });
    const token = await fixture.node().get(ref, call);
    expect(token.scopes).toEqual(['read', 'admin']);
    expect(await fixture.row(ref.connectionId)).toMatchObject({ resource });
    const records = await fixture.audited('connection.refreshed');
    expect(records.find((line) => line.includes(ref.connectionId))).toContain(
      '"scopes":{"from":["read"],"to":["read","admin"]}',
    );
  });
});

describe('a server that refuses', () => {
  const request = { method: 'POST', url: resource };
  const challenge = (error: string, more = '') => `Bearer error="${error}"${more}`;

  it('every token has it changed once, and not for each call', async () => {
    const { provider, app } = fixture;
    const ref = await fixture.connect();
    await fixture.sql(`update connections set refreshed_at = now() - interval '1 hour'`);
    const accessTokens = fixture.node();
    const authorization = createUpstreamAuthorization(
      { accessTokens, clock: app.services.clock },
      ref,
      call,
    );
    const again: boolean[] = [];
    for (let count = 0; count < 10; count += 1) {
      const { authorization: sent } = await authorization.headers(request);
      again.push(
        await authorization.refused({
          status: 401,
          challenge: challenge('invalid_token'),
          dpopNonce: undefined,
          sent,
        }),
      );
    }
    expect(again).toEqual([true, ...Array.from({ length: 9 }, () => false)]);
    expect(provider.counters.refreshes).toBe(1);
  });

  it('for scopes names them with those held, and only when they are not held', async () => {
    const { app } = fixture;
    const ref = await fixture.connect();
    const authorization = createUpstreamAuthorization(
      { accessTokens: fixture.node(), clock: app.services.clock },
      ref,
      call,
    );
    const { authorization: sent } = await authorization.headers(request);
    const refusal = { status: 403, dpopNonce: undefined, sent };
    await expect(
      authorization.refused({
        ...refusal,
        challenge: challenge('insufficient_scope', ', scope="write"'),
      }),
    ).rejects.toMatchObject({
      code: 'sign_in_required',
      details: { reason: 'scopes', scopes: ['read', 'write'] },
    });
    expect(await fixture.row(ref.connectionId)).toMatchObject({
      state: 'connected',
      wanted_scopes: ['read', 'write'],
    });
    // And whoever looks at it is told so, though it goes on working for what was granted.
    const { body } = await app.request('GET', `/connections/${ref.connectionId}`);
    expect(body).toMatchObject({
      state: 'connected',
      wantedScopes: ['write'],
      reason: { code: 'scopes' },
      signIn: { url: expect.stringContaining(ref.connectionId) },
    });
    expect(
      await authorization.refused({
        ...refusal,
        challenge: challenge('insufficient_scope', ', scope="read"'),
      }),
    ).toBe(false);
  });
});
