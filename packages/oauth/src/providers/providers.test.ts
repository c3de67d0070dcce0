import { describe, expect, it } from 'vitest';

import type { OAuthAnswer, OAuthRequest } from '../network.ts';
import {
  describedServer,
  explainScope,
  findProvider,
  listProviders,
  normalizeAnswers,
  resolveProvider,
} from './index.ts';

const form = 'application/x-www-form-urlencoded';

function buildRequest(body: string): OAuthRequest {
  return {
    method: 'POST',
    headers: { 'Content-Type': form },
    body,
    redirect: 'manual',
    signal: AbortSignal.timeout(1000),
  };
}

function buildAnswer(status: number, body: unknown): OAuthAnswer {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { status, headers: new Headers(), body: chunks(text) };
}

async function* chunks(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text.slice(0, 5));
  yield Buffer.from(text.slice(5));
}

async function read({ body }: OAuthAnswer): Promise<unknown> {
  const parts: Uint8Array[] = [];
  for await (const part of body ?? []) parts.push(part);
  return JSON.parse(Buffer.concat(parts).toString());
}

function provider(slug: string) {
  const definition = findProvider(slug);
  if (!definition) throw new Error(`no ${slug}`);
  return definition;
}

describe('listProviders', () => {
  it('has each service once, named as its file is', () => {
    const slugs = listProviders().map(({ slug }) => slug);
    expect(slugs).toEqual([
      'atlassian',
      'github',
      'github-app',
      'gitlab',
      'google',
      'linear',
      'microsoft',
      'notion',
      'slack',
      'slack-bot',
    ]);
  });

  it.each(listProviders())('tells of $slug what a person needs', (definition) => {
    const { setup, scopes, discovered, endpoints, revocation } = definition;
    expect(setup.some((step) => step.includes('{redirect_uri}'))).toBe(true);
    expect(new Set(scopes.map(({ name }) => name)).size).toBe(scopes.length);
    expect(discovered).toBe(endpoints === undefined);
    if (revocation.shape === 'rfc7009' && !discovered) expect(endpoints?.revocation).toBeDefined();
    if (scopes.length > 0) expect(scopes.some(({ usual }) => usual)).toBe(true);
    // What is asked for without being asked may never manage anything.
    expect(scopes.filter(({ usual, risk }) => usual && risk === 'admin')).toEqual([]);
  });
});

describe('resolveProvider', () => {
  it('puts variables into every address, and defaults where none are given', () => {
    const own = resolveProvider(provider('gitlab'), { host: 'git.example.com:8443' });
    expect(own.issuer).toBe('https://git.example.com:8443');
    expect(own.account).toMatchObject({ url: 'https://git.example.com:8443/api/v4/user' });
    expect(describedServer(own)).toBeUndefined();
    const tenant = resolveProvider(provider('microsoft'));
    expect(describedServer(tenant)?.metadata.token_endpoint).toBe(
      'https://login.microsoftonline.com/organizations/oauth2/v2.0/token',
    );
    expect(JSON.stringify(tenant.setup)).toContain('{redirect_uri}');
  });

  it.each(['evil.example/path', 'user@evil.example', 'evil.example?x', '', '-x', 'a b', 'x#y'])(
    'refuses %j as a host',
    (host) => {
      expect(() => resolveProvider(provider('gitlab'), { host })).toThrow(/does not fit/);
    },
  );

  it('refuses a tenant that leads elsewhere, and variables that there are none of', () => {
    expect(() => resolveProvider(provider('microsoft'), { tenant: '../x' })).toThrow(/not fit/);
    expect(() => resolveProvider(provider('github'), { host: 'x' })).toThrow(/no variable/);
  });
});

describe('normalizeAnswers', () => {
  it('turns failures with status 200 into failures, by the code of the RFC', async () => {
    const fetch = normalizeAnswers(provider('slack'), { token: 'https://t' }, async () =>
      buildAnswer(200, { ok: false, error: 'invalid_refresh_token' }),
    );
    const answer = await fetch('https://t', buildRequest('a=b'));
    expect(answer.status).toBe(400);
    expect(await read(answer)).toMatchObject({ error: 'invalid_grant' });
  });

  it('reads the type and the scopes of tokens as the RFC has them', async () => {
    const fetch = normalizeAnswers(provider('slack-bot'), { token: 'https://t' }, async () =>
      buildAnswer(200, { ok: true, access_token: 'x', token_type: 'bot', scope: 'a:b,c:d' }),
    );
    expect(await read(await fetch('https://t', buildRequest('')))).toMatchObject({
      token_type: 'bearer',
      scope: 'a:b c:d',
    });
  });

  it('takes the token of the person from inside, where it is beside that of an app', async () => {
    const inside = { access_token: 'person', refresh_token: 'r', expires_in: 9, scope: 'a,b' };
    const fetch = normalizeAnswers(provider('slack'), { token: 'https://t' }, async () =>
      buildAnswer(200, { ok: true, access_token: 'app', refresh_token: 'x', authed_user: inside }),
    );
    expect(await read(await fetch('https://t', buildRequest('')))).toMatchObject({
      access_token: 'person',
      refresh_token: 'r',
      expires_in: 9,
      scope: 'a b',
      token_type: 'bearer',
    });
    const plain = normalizeAnswers(provider('slack'), { token: 'https://t' }, async () =>
      buildAnswer(200, { ok: true, access_token: 'own', authed_user: { id: 'U1' } }),
    );
    expect(await read(await plain('https://t', buildRequest('')))).toMatchObject({
      access_token: 'own',
    });
  });

  it('takes what passes by itself for what passes', async () => {
    for (const error of ['internal_error', 'ratelimited', 'service_unavailable']) {
      const fetch = normalizeAnswers(provider('slack'), { token: 'https://t' }, async () =>
        buildAnswer(200, { ok: false, error }),
      );
      expect(await read(await fetch('https://t', buildRequest('')))).toMatchObject({
        error: 'temporarily_unavailable',
      });
    }
  });

  it('sends JSON where a service wants it, and leaves other requests alone', async () => {
    const sent: OAuthRequest[] = [];
    const fetch = normalizeAnswers(
      provider('notion'),
      { token: 'https://t' },
      async (_, request) => {
        sent.push(request);
        return buildAnswer(200, {});
      },
    );
    await fetch('https://t', buildRequest('grant_type=authorization_code&code=a%20b'));
    await fetch('https://other', buildRequest('c=d'));
    expect(sent[0]?.headers).toEqual({ 'content-type': 'application/json' });
    expect(JSON.parse(sent[0]?.body ?? '')).toEqual({
      grant_type: 'authorization_code',
      code: 'a b',
    });
    expect(sent[1]?.body).toBe('c=d');
  });

  it('gives nothing of an answer that is not JSON, or far too long', async () => {
    for (const body of ['<html>', '[1]', 'x'.repeat(1_000_001)]) {
      const fetch = normalizeAnswers(provider('github'), { token: 'https://t' }, async () =>
        buildAnswer(200, body),
      );
      expect((await fetch('https://t', buildRequest(''))).body).toBeNull();
    }
  });
});

describe('explainScope', () => {
  it('says what the data say, and guesses upwards where they say nothing', () => {
    expect(explainScope(provider('github'), 'delete_repo').risk).toBe('admin');
    expect(explainScope(undefined, 'openid').risk).toBe('read');
    expect(explainScope(undefined, 'files:read').risk).toBe('read');
    expect(explainScope(undefined, 'files:readwrite').risk).toBe('write');
    expect(explainScope(undefined, 'mcp:tools').risk).toBe('write');
    expect(explainScope(undefined, 'https://x.example/admin.read').risk).toBe('admin');
  });
});
