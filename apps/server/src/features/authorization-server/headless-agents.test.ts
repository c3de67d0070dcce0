import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { newId } from '@plugboard/contracts';

import { withTenant } from '../../store/tenant.ts';
import { exchangeGrant } from './grants/exchange-grant.ts';
import { serveApp, type ServedApp } from './testing/serve-app.ts';

const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token';

let served: ServedApp;
beforeAll(async () => void (served = await serveApp()));
afterAll(() => served[Symbol.asyncDispose]());

async function token(form: Readonly<Record<string, string>>, headers: Record<string, string> = {}) {
  const response = await served.send('/oauth/token', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(form).toString(),
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- tests look at parts of answers
  return { status: response.status, body: (await response.json()) as Record<string, string> };
}

async function buildAgentClient(input: object = {}) {
  const { body } = await served.app.request('POST', '/agents/demo/clients', input);
  return body;
}

function clientRows() {
  const { services, organizationId } = served.app;
  return withTenant(services.db, organizationId, (tx) =>
    tx.selectFrom('agent_clients').selectAll().execute(),
  );
}

describe('client_credentials', () => {
  it('gives a token for the endpoint named, by either way to send a secret', async () => {
    const { clientId, clientSecret } = await buildAgentClient();
    const resource = `${served.base}/mcp/starter`;
    const grant = { grant_type: 'client_credentials', resource };
    const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
    for (const answer of [
      await token({ ...grant, client_id: clientId, client_secret: clientSecret }),
      await token(grant, { authorization: `Basic ${basic}` }),
    ]) {
      expect(answer).toMatchObject({ status: 200, body: { token_type: 'Bearer' } });
      expect((await served.mcp('/starter', answer.body['access_token'])).status).toBe(200);
      expect((await served.mcp('', answer.body['access_token'])).status).toBe(401);
    }
  });

  it('takes a signed assertion, once', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
    const key = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256' };
    const { clientId } = await buildAgentClient({ jwks: { keys: [key] } });
    const assertion = await new SignJWT({})
      .setProtectedHeader({ alg: 'ES256', kid: 'one' })
      .setIssuer(clientId)
      .setSubject(clientId)
      .setAudience(served.base)
      .setJti(newId())
      .setIssuedAt()
      .setExpirationTime('1m')
      .sign(privateKey);
    const ask = () =>
      token({
        grant_type: 'client_credentials',
        client_id: clientId,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: assertion,
      });
    expect((await ask()).status).toBe(200);
    expect(await ask()).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
  });

  it('is refused with a wrong secret, the hash of the right one, and after it was revoked', async () => {
    const { clientId, clientSecret } = await buildAgentClient();
    const ask = (secret: string) =>
      token({ grant_type: 'client_credentials', client_id: clientId, client_secret: secret });
    const { body } = await ask(clientSecret);
    const row = (await clientRows()).find((each) => each.client_id === clientId);
    const hash = row?.secret_hash?.toString('hex') ?? '';
    expect(hash).toHaveLength(64);
    expect((await ask(hash)).status).toBe(401);
    expect((await ask(`${clientSecret}x`)).status).toBe(401);
    expect((await served.mcp('', body['access_token'])).status).toBe(200);
    await served.app.request('DELETE', `/agents/demo/clients/${clientId}`);
    expect((await ask(clientSecret)).status).toBe(401);
    expect((await served.mcp('', body['access_token'])).status).toBe(401);
  });

  it('keeps no secret, and takes no private key', async () => {
    const { clientSecret } = await buildAgentClient();
    expect(JSON.stringify(await clientRows())).not.toContain(clientSecret);
    const { privateKey } = await generateKeyPair('ES256', { extractable: true });
    const jwks = { keys: [await exportJWK(privateKey)] };
    const refused = await served.app.request('POST', '/agents/demo/clients', { jwks });
    expect(refused).toMatchObject({ status: 400, body: { code: 'invalid_input' } });
  });
});

describe('token exchange', () => {
  const exchange = (subject: string, more: Record<string, string> = {}) =>
    token({
      grant_type: exchangeGrant,
      client_id: 'agent',
      subject_token: subject,
      subject_token_type: accessTokenType,
      ...more,
    });

  it("makes a narrower token of an agent's static one, which ends with it", async () => {
    const { body: parent } = await served.app.request('POST', '/agents/demo/tokens', {});
    const { body: toolboxes } = await served.app.request('GET', '/toolboxes');
    const toolbox = toolboxes.toolboxes[0].id;
    const { status, body } = await exchange(parent.token, {
      resource: `${served.base}/mcp/starter`,
      toolbox,
      expires_in: '60',
    });
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { issued_token_type: accessTokenType, expires_in: 60 },
    });
    const narrow = body['access_token'];
    expect(await served.app.services.agents.find(narrow ?? '')).toMatchObject({
      toolboxIds: [toolbox],
      resources: [`${served.base}/mcp/starter`],
    });
    expect((await served.mcp('/starter', narrow)).status).toBe(200);
    expect((await served.mcp('', narrow)).status).toBe(401);
    await served.app.request('DELETE', `/agents/demo/tokens/${parent.id}`);
    expect((await served.mcp('/starter', narrow)).status).toBe(401);
  });

  it('never makes a wider one', async () => {
    const { body: toolboxes } = await served.app.request('GET', '/toolboxes');
    const toolbox = toolboxes.toolboxes[0].id;
    const { body } = await exchange(served.app.demoToken, {
      resource: `${served.base}/mcp/starter`,
      toolbox,
      expires_in: '60',
    });
    const narrow = body['access_token'] ?? '';
    expect((await exchange(narrow, { resource: `${served.base}/mcp` })).body['error']).toBe(
      'invalid_target',
    );
    expect((await exchange(narrow, { toolbox: newId() })).body['error']).toBe('invalid_scope');
    const longer = await exchange(narrow, { expires_in: '1800' });
    expect(Number(longer.body['expires_in'])).toBeLessThanOrEqual(60);
    expect(await served.app.services.agents.find(longer.body['access_token'] ?? '')).toMatchObject({
      toolboxIds: [toolbox],
    });
    const part = await exchange(narrow, { resource: `${served.base}/mcp/starter/memory` });
    expect(part.status).toBe(200);
  });

  it('takes no token that is not good', async () => {
    expect((await exchange('pbo_nothing')).body['error']).toBe('invalid_grant');
    expect((await exchange(served.app.ownerKey)).body['error']).toBe('invalid_grant');
  });
});
