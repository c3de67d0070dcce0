import { request as requestHttp } from 'node:http';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';

import {
  Client,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';

import { addInstance } from '../harness/api-client.ts';
import { eventually } from '../harness/eventually.ts';
import { permitClient, signInOwner } from '../harness/people.ts';
import { type Plugboard, startPlugboard } from '../harness/plugboard.ts';
import { TestBrowser } from '../oauth/browser.ts';
import { listenOnLoopback } from '../oauth/listen.ts';
import { createTls } from '../oauth/tls.ts';
import { packageOf, startRegistry } from '../registry/registry.ts';

const stack = new AsyncDisposableStack();
let origin: string;
let plugboard: Plugboard;
let browser: TestBrowser;

/** A Plugboard that hears plain HTTP, behind a proxy that speaks TLS, as most are operated. */
beforeAll(async () => {
  const tls = stack.use(await createTls());
  let behind = '';
  const proxy = stack.use(
    await listenOnLoopback((request, response) => {
      const { method, headers, socket } = request;
      const forwarded = {
        ...headers,
        'x-forwarded-for': socket.remoteAddress ?? '',
        'x-forwarded-proto': 'https',
      };
      const url = new URL(request.url ?? '/', behind);
      const passed = requestHttp(url, { method, headers: forwarded, agent: false }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      passed.on('error', () => response.destroy());
      response.on('close', () => passed.destroy());
      request.pipe(passed);
    }, tls),
  );
  origin = proxy.origin;
  const trusted = getCACertificates('default');
  setDefaultCACertificates([...trusted, tls.ca]);
  stack.defer(() => setDefaultCACertificates(trusted));
  const registry = stack.use(await startRegistry());
  plugboard = stack.use(
    await startPlugboard({
      baseUrl: origin,
      registry: registry.url,
      args: ['--trusted-proxy', '127.0.0.1'],
    }),
  );
  behind = plugboard.url;
  await addInstance(plugboard.api, { server: packageOf('ten-tools'), slug: 'ten' });
  browser = await signInOwner(plugboard, new TestBrowser(tls.ca));
});
afterAll(() => stack.disposeAsync());

it('says everything of itself below its https URL', async () => {
  const refused = await fetch(`${origin}/mcp`, { method: 'POST' });
  expect(refused.status).toBe(401);
  const metadataUrl = `${origin}/.well-known/oauth-protected-resource/mcp`;
  expect(refused.headers.get('www-authenticate')).toContain(`resource_metadata="${metadataUrl}"`);
  expect(await (await fetch(metadataUrl)).json()).toMatchObject({
    resource: `${origin}/mcp`,
    authorization_servers: [origin],
  });
  const server = await fetch(`${origin}/.well-known/oauth-authorization-server`);
  const metadata = z.record(z.string(), z.unknown()).parse(await server.json());
  expect(metadata['issuer']).toBe(origin);
  const endpoints = Object.entries(metadata).filter(([name]) => /_endpoint$|_uri$/.test(name));
  expect(endpoints.length).toBeGreaterThan(3);
  for (const [name, url] of endpoints) {
    expect({ name, url }).toEqual({ name, url: expect.stringMatching(`^${origin}/oauth/`) });
  }
});

it('is not told otherwise by headers of whoever asks', async () => {
  const metadata = await fetch(`${origin}/.well-known/oauth-authorization-server`, {
    headers: { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http' },
  });
  expect(await metadata.text()).not.toMatch(/evil\.example|http:/);
});

it('signs in, permits, connects and calls; no cookie goes over a plain connection', async () => {
  expect(browser.cookie(origin, '__Host-plugboard.session_token')).toBeDefined();
  const kept: Record<string, unknown> = {};
  let asked = '';
  const redirectUrl = 'http://127.0.0.1:9/callback';
  const authProvider = {
    redirectUrl,
    clientMetadata: {
      client_name: 'TLS',
      redirect_uris: [redirectUrl],
      token_endpoint_auth_method: 'none',
    },
    // oxlint-disable-next-line typescript/no-explicit-any, typescript/no-unsafe-type-assertion -- what was kept is what is given back
    clientInformation: () => kept['client'] as any,
    saveClientInformation: (value: unknown) => void (kept['client'] = value),
    // oxlint-disable-next-line typescript/no-explicit-any, typescript/no-unsafe-type-assertion -- the same
    tokens: () => kept['tokens'] as any,
    saveTokens: (value: unknown) => void (kept['tokens'] = value),
    // oxlint-disable-next-line typescript/no-explicit-any, typescript/no-unsafe-type-assertion -- the same
    discoveryState: () => kept['discovery'] as any,
    saveDiscoveryState: (value: unknown) => void (kept['discovery'] = value),
    redirectToAuthorization: (url: URL) => void (asked = url.href),
    saveCodeVerifier: (value: string) => void (kept['verifier'] = value),
    codeVerifier: () => String(kept['verifier']),
  };
  const url = new URL(`${origin}/mcp`);
  const identity = { name: 'test-client', version: '1.0.0' };
  const first = new StreamableHTTPClientTransport(url, { authProvider });
  await expect(new Client(identity).connect(first)).rejects.toThrow(UnauthorizedError);
  expect(new URL(asked).origin).toBe(origin);

  const begun = await browser.get(asked);
  const cookies = begun.headers.getSetCookie();
  expect(cookies.length).toBeGreaterThan(0);
  for (const cookie of cookies) {
    expect(cookie).toMatch(/^__(?:Host|Secure)-plugboard/);
    expect(cookie).toMatch(/; secure/i);
    expect(cookie).toMatch(/; httponly/i);
  }

  const back = await permitClient(browser, asked);
  expect(back.searchParams.get('iss')).toBe(origin);
  await first.finishAuth(back.searchParams);
  const client = new Client(identity);
  await client.connect(new StreamableHTTPClientTransport(url, { authProvider }));
  const { tools } = await eventually('the server is listed', async () => {
    const listed = await client.listTools();
    if (listed.tools.length === 0) throw new Error('no tools');
    return listed;
  });
  const [tool] = tools;
  const answer = await client.callTool({ name: tool?.name ?? '', arguments: {} });
  expect(answer.isError ?? false).toBe(false);
  await client.close();
});
