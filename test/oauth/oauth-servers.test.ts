import { createHash, randomBytes } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { runProgram } from '../harness/run-program.ts';
import { TestBrowser } from './browser.ts';
import { type IdentityProvider, startIdentityProvider } from './identity-provider.ts';
import { type ProtectedServer, startProtectedServer } from './protected-server.ts';
import { createTls } from './tls.ts';

const redirectUri = 'http://127.0.0.1:9/callback';
const client = {
  client_id: 'tester',
  token_endpoint_auth_method: 'none',
  application_type: 'native',
  redirect_uris: [redirectUri],
  grant_types: ['authorization_code', 'refresh_token'],
};

type Tokens = Record<string, string>;

describe('the servers that tests of OAuth use', () => {
  let provider: IdentityProvider;
  let server: ProtectedServer;
  beforeAll(async () => {
    provider = await startIdentityProvider({ clients: [client] });
    server = await startProtectedServer({ provider });
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await provider[Symbol.asyncDispose]();
  });

  async function ask(params: Tokens): Promise<{ status: number; body: Tokens }> {
    const body = new URLSearchParams({ client_id: 'tester', resource: server.url, ...params });
    const answer = await fetch(`${provider.issuer}/token`, { method: 'POST', body });
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- RFC 6749 section 5
    return { status: answer.status, body: (await answer.json()) as Tokens };
  }

  async function connect(account: string, scopes?: string[]): Promise<Tokens> {
    const verifier = randomBytes(32).toString('base64url');
    const url = new URL(`${provider.issuer}/auth`);
    url.search = new URLSearchParams({
      client_id: 'tester',
      response_type: 'code',
      redirect_uri: redirectUri,
      scope: 'read write',
      resource: server.url,
      state: 's',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    }).toString();
    const back = new URL(await provider.signIn(url.href, { account, ...(scopes && { scopes }) }));
    const code = back.searchParams.get('code')!;
    expect(back.searchParams.get('iss')).toBe(provider.issuer);
    const given = await ask({
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      code_verifier: verifier,
    });
    expect(given).toMatchObject({ status: 200, body: { token_type: 'Bearer' } });
    return given.body;
  }

  async function call(token: string | undefined, tool: string): Promise<Response> {
    return fetch(server.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'tools/call',
        'mcp-name': tool,
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: {
          name: tool,
          arguments: {},
          _meta: {
            'io.modelcontextprotocol/protocolVersion': '2026-07-28',
            'io.modelcontextprotocol/clientInfo': { name: 't', version: '1' },
            'io.modelcontextprotocol/clientCapabilities': {},
          },
        },
      }),
    });
  }

  it('tells whose account calls, and refuses what is missing, foreign or too narrow', async () => {
    const ann = await connect('ann', ['read']);
    const answer = await call(ann['access_token'], 'whoami');
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('\\"account\\":\\"ann\\"');
    const missing = await call(undefined, 'whoami');
    expect(missing.status).toBe(401);
    expect(missing.headers.get('www-authenticate')).toContain(
      `resource_metadata="${new URL(server.url).origin}/.well-known/oauth-protected-resource/mcp"`,
    );
    expect((await call('nonsense', 'whoami')).status).toBe(401);
    const narrow = await call(ann['access_token'], 'write');
    expect(narrow.status).toBe(403);
    expect(narrow.headers.get('www-authenticate')).toContain(
      'error="insufficient_scope", scope="read write"',
    );
  });

  it('rotates refresh tokens, and takes the whole family back when one is reused', async () => {
    const first = await connect('bob');
    const refresh = (token: string) => ask({ grant_type: 'refresh_token', refresh_token: token });
    const second = await refresh(first['refresh_token']!);
    expect(second.status).toBe(200);
    expect(second.body['refresh_token']).not.toBe(first['refresh_token']);
    expect((await call(second.body['access_token'], 'whoami')).status).toBe(200);
    const reused = await refresh(first['refresh_token']!);
    expect(reused).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect(provider.counters).toMatchObject({ refreshes: 2, refreshed: 1, reuses: 1 });
    expect((await refresh(second.body['refresh_token']!)).status).toBe(400);
    expect((await call(second.body['access_token'], 'whoami')).status).toBe(401);
  });

  it('fails as it is told to, and registers clients', async () => {
    const ann = await connect('ann');
    const refresh = () =>
      ask({ grant_type: 'refresh_token', refresh_token: ann['refresh_token']! });
    provider.fault = () => ({
      kind: 'status',
      status: 503,
      body: { error: 'temporarily_unavailable' },
    });
    expect((await refresh()).status).toBe(503);
    provider.fault = () => ({ kind: 'lost' });
    await expect(refresh()).rejects.toThrow();
    provider.fault = undefined;
    expect((await refresh()).status).toBe(400);
    const registered = await fetch(`${provider.issuer}/reg`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ redirect_uris: [redirectUri], application_type: 'native' }),
    });
    expect(registered.status).toBe(201);
  });

  it('takes back what it gave', async () => {
    const [ann, bob] = [await connect('ann'), await connect('bob')];
    await provider.revokeGrants('ann');
    expect(await provider.introspect(ann['access_token']!)).toBeUndefined();
    expect(await provider.introspect(bob['access_token']!)).toMatchObject({ account: 'bob' });
  });

  it('can be reached by https, by whom their authority is told to', async () => {
    await using tls = await createTls();
    await using secure = await startIdentityProvider({ tls });
    const url = `${secure.issuer}/.well-known/openid-configuration`;
    await expect(new TestBrowser().get(url)).rejects.toThrow(/certificate/);
    const { body } = await new TestBrowser(tls.ca).get(url);
    expect(JSON.parse(body)).toMatchObject({
      issuer: secure.issuer,
      client_id_metadata_document_supported: true,
      code_challenge_methods_supported: ['S256'],
    });
    const program = `fetch(${JSON.stringify(url)}).then(({ status }) => console.log(status))`;
    const { stdout } = await runProgram(process.execPath, ['-e', program], {
      env: { ...process.env, NODE_EXTRA_CA_CERTS: tls.caFile },
    });
    expect(stdout.trim()).toBe('200');
  });
});
