import { newId } from '@plugboard/contracts';
import type { OAuthClient } from '@plugboard/oauth';
import { Secret } from '@plugboard/vault';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { type OddService, startOddService } from '../../../../../../test/oauth/odd-service.ts';
import { buildApp, type TestApp } from '../../../app/testing/build-app.ts';
import { withTenant } from '../../../store/tenant.ts';
import { sealClientSecrets } from '../clients/client-row.ts';
import { wordsFor } from '../refusals.ts';
import { signInReasons } from './sign-in-required.ts';

let app: TestApp;
let service: OddService;
const call = { for: 'start' } as const;

beforeAll(async () => {
  [app, service] = await Promise.all([buildApp(), startOddService()]);
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await app[Symbol.asyncDispose]();
});
beforeEach(() => {
  service.requests.length = 0;
});

/** A connection to the service as if it were one that Plugboard has data of, its token ended. */
async function connected(provider: string, authMethod: OAuthClient['authMethod']) {
  const { services, organizationId } = app;
  const [connectionId, clientRowId] = [newId(), newId()];
  const sealed = await sealClientSecrets(services, organizationId, clientRowId, {
    clientSecret: new Secret('s3cret'),
    privateKey: undefined,
  });
  await withTenant(services.db, organizationId, async (tx) => {
    await tx
      .insertInto('oauth_clients')
      .values({
        id: clientRowId,
        organization_id: organizationId,
        issuer: `${service.origin}/${connectionId}`,
        method: 'preregistered',
        client_id: 'plugboard',
        sealed_secrets: sealed,
        metadata: JSON.stringify({ authMethod }),
      })
      .execute();
    await services.vault.insert(tx, {
      id: connectionId,
      organizationId,
      owner: { kind: 'organization' },
      kind: 'oauth',
      provider,
      name: `of ${provider} ${connectionId}`,
      fields: { access_token: new Secret('old'), refresh_token: new Secret('refresh-1') },
    });
    await tx
      .insertInto('connections')
      .values({
        id: connectionId,
        organization_id: organizationId,
        credential_id: connectionId,
        provider,
        issuer: `${service.origin}/${connectionId}`,
        server: JSON.stringify({
          issuer: `${service.origin}/${connectionId}`,
          source: 'configured',
          metadata: {
            issuer: `${service.origin}/${connectionId}`,
            token_endpoint: `${service.origin}/token`,
          },
        }),
        resource: 'https://mcp.example.test/mcp',
        oauth_client_id: clientRowId,
        grant_type: 'authorization_code',
        scopes: ['a'],
        allow_private_network: true,
        state: 'connected',
        access_expires_at: new Date(Date.now() - 60_000),
        refresh_at: new Date(Date.now() - 120_000),
      })
      .execute();
  });
  const ref = { organizationId, connectionId };
  return {
    get: async () => services.accessTokens.get(ref, call),
    refreshToken: async () => {
      const opened = await services.vault.open(
        { organizationId, credentialId: connectionId },
        { for: 'test' },
      );
      return opened.fields['refresh_token']?.reveal();
    },
  };
}

const json = (body: object, status = 200) => ({
  status,
  type: 'application/json; charset=utf-8',
  body: JSON.stringify(body),
});
const form = (fields: Record<string, string>) => ({
  type: 'application/x-www-form-urlencoded; charset=utf-8',
  body: new URLSearchParams(fields).toString(),
});

describe('renewing at a service of its own manners', () => {
  it('reads what GitHub answers as a form', async () => {
    const connection = await connected('github-app', 'client_secret_post');
    service.answer = () =>
      form({
        access_token: 'ghu_new',
        expires_in: '28800',
        refresh_token: 'ghr_new',
        refresh_token_expires_in: '15811200',
        scope: '',
        token_type: 'bearer',
      });
    expect((await connection.get()).token.reveal()).toBe('ghu_new');
    expect(await connection.refreshToken()).toBe('ghr_new');
    expect(service.requests[0]?.fields).toMatchObject({
      grant_type: 'refresh_token',
      refresh_token: 'refresh-1',
      client_id: 'plugboard',
      client_secret: 's3cret',
    });
    // It takes no such parameter.
    expect(service.requests[0]?.fields).not.toHaveProperty('resource');
  });

  it("knows GitHub's refusal, a form with status 200, for one", async () => {
    const connection = await connected('github-app', 'client_secret_post');
    service.answer = () => form({ error: 'bad_refresh_token', error_description: 'x' });
    await expect(connection.get()).rejects.toMatchObject({
      code: 'sign_in_required',
      details: { reason: 'refused' },
    });
    expect(service.requests).toHaveLength(1);
  });

  it("reads Slack's token of a person inside of what it answers", async () => {
    const connection = await connected('slack', 'client_secret_post');
    service.answer = () =>
      json({
        ok: true,
        access_token: 'xoxe.xoxb-app',
        token_type: 'bot',
        authed_user: {
          id: 'U1',
          access_token: 'xoxe.xoxp-person',
          refresh_token: 'xoxe-1-next',
          expires_in: 43_200,
          scope: 'users:read,channels:read',
          token_type: 'user',
        },
      });
    const token = await connection.get();
    expect(token.token.reveal()).toBe('xoxe.xoxp-person');
    expect(token.scopes).toEqual(['users:read', 'channels:read']);
    expect(await connection.refreshToken()).toBe('xoxe-1-next');
  });

  it("knows Slack's refusal with status 200, and trouble that passes, apart", async () => {
    const refused = await connected('slack-bot', 'client_secret_post');
    service.answer = () => json({ ok: false, error: 'invalid_refresh_token' });
    await expect(refused.get()).rejects.toMatchObject({ details: { reason: 'refused' } });
    const troubled = await connected('slack-bot', 'client_secret_post');
    service.answer = () => json({ ok: false, error: 'internal_error' });
    await expect(troubled.get()).rejects.toMatchObject({ code: 'upstream_failed' });
    // What it was made of is kept for the next try.
    expect(await troubled.refreshToken()).toBe('refresh-1');
  });

  it('sends Notion JSON, and takes what never ends', async () => {
    const connection = await connected('notion', 'client_secret_basic');
    service.answer = () =>
      json({
        access_token: 'ntn_new',
        token_type: 'bearer',
        refresh_token: 'nrt_new',
        bot_id: 'b',
      });
    expect((await connection.get()).token.reveal()).toBe('ntn_new');
    const [request] = service.requests;
    expect(request?.type).toBe('application/json');
    expect(request?.fields).toEqual({ grant_type: 'refresh_token', refresh_token: 'refresh-1' });
    expect(request?.authorization).toBe(
      `Basic ${Buffer.from('plugboard:s3cret').toString('base64')}`,
    );
    expect((await connection.get()).token.reveal()).toBe('ntn_new');
    expect(service.requests).toHaveLength(1);
  });

  it('does not take a page for tokens', async () => {
    const connection = await connected('github-app', 'client_secret_post');
    service.answer = () => ({ type: 'text/html', body: '<html>access_token=x</html>' });
    await expect(connection.get()).rejects.toMatchObject({ code: 'upstream_failed' });
    expect(await connection.refreshToken()).toBe('refresh-1');
  });
});

describe('why a connection needs sign-in', () => {
  it.each(signInReasons)('%s has words for people', (reason) => {
    expect(wordsFor(reason)).not.toContain(`(${reason})`);
  });
});
