import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { newId } from '@plugboard/contracts';

import { exchangeGrant } from '../grants/exchange-grant.ts';
import { buildClient, permission, type TestClient } from '../testing/oauth-client.ts';
import { buildPkce, serveApp, type Person, type ServedApp } from '../testing/serve-app.ts';
import { createBound } from '../../bound.ts';
import { boundedText, createRefusals } from './refusals.ts';

let served: ServedApp;
let person: Person;
beforeAll(async () => {
  served = await serveApp();
  person = await served.signIn('owner');
});
afterAll(() => served[Symbol.asyncDispose]());

async function refusals() {
  const { body } = await served.app.request('GET', '/audit?limit=100&kind=oauth.refused');
  return body.entries.map((each: { record: object }) => each.record);
}

/** The one record that `act` leaves, which has nothing of what was sent in it. */
async function recordOf(act: () => Promise<unknown>, ...secrets: readonly string[]) {
  const before = (await refusals()).length;
  await act();
  const after = await refusals();
  expect(after).toHaveLength(before + 1);
  for (const secret of secrets) expect(JSON.stringify(after[0])).not.toContain(secret);
  return after[0];
}

async function agentOf(token: string) {
  const identity = await served.app.services.agents.find(token);
  return { agentId: identity?.agentId, id: identity?.tokenId };
}

async function withCode(client: TestClient) {
  const back = await client.answer(person.browser, await client.begin(person.browser));
  const form = {
    grant_type: 'authorization_code',
    code: back.searchParams.get('code') ?? '',
    redirect_uri: client.redirectUri,
    code_verifier: client.verifier,
  };
  return { form, redeem: (changes = {}) => client.token({ ...form, ...changes }) };
}

describe('on record, with its agent and client, is', () => {
  it('a code with another verifier, redirect or client, and one that is used twice', async () => {
    const client = await buildClient(served);
    const thief = await buildClient(served);
    const { form, redeem } = await withCode(client);
    const { clientId } = client;
    const { verifier } = buildPkce();
    const wrong = await recordOf(() => redeem({ code_verifier: verifier }), verifier, form.code);
    expect(wrong).toMatchObject({ change: { reason: 'wrong_code_verifier', clientId } });
    const elsewhere = 'http://127.0.0.1:9/elsewhere';
    const moved = await recordOf(() => redeem({ redirect_uri: elsewhere }), elsewhere);
    expect(moved).toMatchObject({ change: { reason: 'wrong_redirect_uri', clientId } });
    const stolen = await recordOf(() => thief.token(form), form.code);
    expect(stolen).toMatchObject({
      change: { reason: 'code_of_another_client', clientId: thief.clientId },
    });
    const { body } = await redeem();
    const { agentId, id } = await agentOf(body.access_token);
    expect(agentId).toBeDefined();
    for (const each of [wrong, moved, stolen])
      expect(each).toMatchObject({ agentId, change: { id } });
    expect(await recordOf(() => redeem(), form.code)).toMatchObject({
      agentId,
      change: { reason: 'code_used_twice', clientId, id },
    });
  });

  it('a refresh token that is used twice, or whose grant was revoked', async () => {
    const client = await buildClient(served);
    const refresh = (token: string) =>
      client.token({ grant_type: 'refresh_token', refresh_token: token });
    const one = await client.connect(person.browser);
    await refresh(one.refresh_token);
    const twice = await recordOf(() => refresh(one.refresh_token), one.refresh_token);
    expect(twice).toMatchObject({ change: { reason: 'refresh_token_used_twice' } });

    const two = await client.connect(person.browser);
    const { agentId, id } = await agentOf(two.access_token);
    await served.app.request('DELETE', `/agents/${agentId}/tokens/${id}`);
    expect(await recordOf(() => refresh(two.refresh_token), two.refresh_token)).toMatchObject({
      agentId,
      change: { reason: 'grant_ended', clientId: client.clientId, id },
    });
  });

  it('a token of one endpoint at another', async () => {
    const client = await buildClient(served);
    const resource = `${served.base}/mcp/starter`;
    const { access_token: token } = await client.connect(person.browser, { resource });
    const { agentId, id } = await agentOf(token);
    const { memberId } = person;
    expect(await recordOf(() => served.mcp('', token), token)).toMatchObject({
      agentId,
      memberId,
      change: { reason: 'token_of_another_endpoint', id },
    });
  });

  it('a client of an agent with another secret or assertion', async () => {
    const post = async (form: Readonly<Record<string, string>>) =>
      served.send('/oauth/token', { method: 'POST', body: new URLSearchParams(form) });
    const { body: made } = await served.app.request('POST', '/agents/demo/clients', {});
    const asked = { grant_type: 'client_credentials', client_id: made.clientId };
    const secret = `${made.clientSecret}x`;
    const wrong = await recordOf(
      () => post({ ...asked, client_secret: secret }),
      made.clientSecret,
    );
    const { agentId } = await agentOf(served.app.demoToken);
    expect(wrong).toMatchObject({
      agentId,
      change: { reason: 'wrong_client_secret', clientId: made.clientId },
    });

    const [own, other] = await Promise.all([generateKeyPair('ES256'), generateKeyPair('ES256')]);
    const key = { ...(await exportJWK(own.publicKey)), kid: 'one', alg: 'ES256' };
    const jwks = { keys: [key] };
    const { body: signed } = await served.app.request('POST', '/agents/demo/clients', { jwks });
    const assertion = await new SignJWT({})
      .setProtectedHeader({ alg: 'ES256', kid: 'one' })
      .setIssuer(signed.clientId)
      .setSubject(signed.clientId)
      .setAudience(served.base)
      .setJti(newId())
      .setIssuedAt()
      .setExpirationTime('1m')
      .sign(other.privateKey);
    const form = {
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    };
    expect(await recordOf(() => post(form), assertion)).toMatchObject({
      agentId,
      change: { reason: 'wrong_client_assertion', clientId: signed.clientId },
    });
  });

  it('an exchange for more than there is', async () => {
    const client = await buildClient(served);
    const resource = `${served.base}/mcp/starter`;
    const { access_token: token } = await client.connect(person.browser, { resource });
    const { agentId, id } = await agentOf(token);
    const exchange = () =>
      client.token({
        grant_type: exchangeGrant,
        subject_token: token,
        subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        resource: `${served.base}/mcp`,
      });
    expect(await recordOf(exchange, token)).toMatchObject({
      agentId,
      change: { reason: 'exchange_invalid_target', clientId: client.clientId, id },
    });
  });

  it('consent that was denied, forged, or is for what another browser began', async () => {
    const client = await buildClient(served);
    const { clientId } = client;
    const { browser, memberId } = person;
    const page = await client.begin(browser);
    const forged = () => browser.post(page, [['csrf', 'forged'], ...permission('')]);
    expect(await recordOf(forged, 'forged')).toMatchObject({
      memberId,
      change: { reason: 'csrf', clientId },
    });
    const other = await served.signIn('owner');
    expect(await recordOf(() => other.browser.go(page))).toMatchObject({
      memberId: other.memberId,
      change: { reason: 'other_browser', clientId },
    });
    expect(
      await recordOf(() => client.answer(browser, page, [['decision', 'deny']])),
    ).toMatchObject({ memberId, change: { reason: 'denied', clientId } });
  });
});

describe('what belongs to no organization', () => {
  it('is in the log with its code and without what was sent, so many times a minute', async () => {
    const lines: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
    let now = 0;
    const clock = () => now;
    const bounded = createRefusals({ ...served.app.services, clock, log });
    const clientId = `https://client.example/${'x'.repeat(5_000)}\u202e`;
    for (let count = 0; count < 500; count += 1)
      await bounded.report({ reason: 'unknown_code', clientId });
    expect(lines).toHaveLength(120);
    expect(lines[0]!.length).toBeLessThan(500);
    expect(JSON.parse(lines[0]!)).toMatchObject({ level: 40, reason: 'unknown_code' });
    now += 60_000;
    await bounded.report({ reason: 'unknown_client' });
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({ reason: 'unknown_client', leftOut: 380 });
  });

  it('leaves no record', async () => {
    const before = (await refusals()).length;
    const client = await buildClient(served);
    const answer = await client.token({
      grant_type: 'authorization_code',
      code: 'guessed',
      redirect_uri: client.redirectUri,
      code_verifier: client.verifier,
    });
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect((await refusals()).length).toBe(before);
  });
});

describe('records of one organization', () => {
  it('are bounded, and say how many were left out', async () => {
    let now = 0;
    const clock = () => now;
    const { organizationId } = served.app;
    const bounded = createRefusals({ ...served.app.services, clock });
    const count = async () => {
      const { body } = await served.app.request('GET', '/audit?limit=500&kind=oauth.refused');
      return body.entries.length;
    };
    const before = await count();
    for (let each = 0; each < 130; each += 1)
      await bounded.report({ reason: 'many', organizationId });
    expect(await count()).toBe(before + 120);
    now += 60_000;
    await bounded.report({ reason: 'many', organizationId });
    expect((await refusals())[0]).toMatchObject({ change: { reason: 'many', leftOut: 10 } });
  });

  it('are counted for each by itself, and not without end', () => {
    const bound = createBound(() => 0, { most: 1, perMs: 1000 });
    expect(bound.take('a').isWithin).toBe(true);
    expect(bound.take('a').isWithin).toBe(false);
    expect(bound.take('b').isWithin).toBe(true);
  });

  it('have the id of a client as one bounded line of text', () => {
    expect(boundedText('a\nb')).toBe('a b');
    expect(boundedText('x'.repeat(300))).toHaveLength(201);
    expect(boundedText(undefined)).toBeUndefined();
  });
});
