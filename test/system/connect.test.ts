import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { stripVTControlCharacters } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { within } from '../harness/eventually.ts';
import { signInOwner } from '../harness/people.ts';
import { type Plugboard, plugboardEnvironment, startPlugboard } from '../harness/plugboard.ts';
import { hasPseudoTerminal, runAtTerminal, type TerminalRun } from '../harness/pseudo-terminal.ts';
import type { RawClient, RpcMessage } from '../harness/raw-client.ts';
import { entryPoint, nodeFlags } from '../harness/repository.ts';
import type { TestBrowser } from '../oauth/browser.ts';
import { askApi, goOn } from '../oauth/connect-account.ts';
import { type IdentityProvider, startIdentityProvider } from '../oauth/identity-provider.ts';
import { type ProtectedServer, startProtectedServer } from '../oauth/protected-server.ts';
import { startRegistry } from '../registry/registry.ts';

/**
 * Names that lead where an attacker's lead: `private` to this machine, and `rebinding` there at first
 * and to the metadata service of a cloud from then on.
 */
const ownNames = `
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
const { lookup } = dns;
let asked = 0;
dns.lookup = (name, options, done) => {
  if (!name.endsWith('.names.test')) return lookup(name, options, done);
  const isLater = name.startsWith('rebinding') && asked++ > 0;
  done(null, [{ address: isLater ? '169.254.169.254' : '127.0.0.1', family: 4 }]);
};
syncBuiltinESMExports();`;

const stack = new AsyncDisposableStack();
let plugboard: Plugboard;
let browser: TestBrowser;
let provider: IdentityProvider;
let server: ProtectedServer;

beforeAll(async () => {
  const registry = stack.use(await startRegistry());
  const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(ownNames)}` };
  plugboard = stack.use(await startPlugboard({ registry: registry.url, env }));
  browser = await signInOwner(plugboard);
  provider = stack.use(await startIdentityProvider());
  const scopesSupported = ['openid', 'email', 'read', 'write'];
  server = stack.use(await startProtectedServer({ provider, scopes: [], scopesSupported }));
});
afterAll(() => within('everything had ended', stack.disposeAsync(), 120_000));

/** Runs the command line at a terminal. */
function atTerminal(...args: string[]): TerminalRun {
  const env = plugboardEnvironment(plugboard.dataDir);
  return runAtTerminal(process.execPath, [...nodeFlags, entryPoint, ...args], { env });
}

/** Signs in at the link that a run shows. */
async function followLink({ shown }: TerminalRun, account: string): Promise<void> {
  const [authorizeUrl = ''] = /http\S+\/connect\/\S+/.exec(stripVTControlCharacters(shown)) ?? [];
  expect(new URL(authorizeUrl).origin).toBe(plugboard.url);
  const requestId = authorizeUrl.split('/').at(-1);
  await goOn(plugboard, browser, provider, { authorizeUrl, requestId }, { account });
}

async function call(client: RawClient): Promise<RpcMessage> {
  const asked = client.request('tools/call', { name: 'guarded__whoami', arguments: {} });
  return (await within('a call was answered', asked)).message;
}

describe.skipIf(!hasPseudoTerminal)('a server that wants a sign-in', () => {
  let client: RawClient;
  let id: string;

  it('is not added when nobody signs in', async () => {
    const run = atTerminal('server', 'add', server.url, '--allow-private-network');
    await run.sees(/Connect an account for all to use\? \[y\/N\] $/);
    run.type('n\r');
    expect(await run.ended).toBe(1);
    expect(provider.counters.registrations).toBe(0);
  });

  it('is added by who follows the link that is shown', async () => {
    const args = ['--name', 'guarded', '--allow-private-network'];
    const run = atTerminal('server', 'add', server.url, ...args);
    await run.sees(/wants a sign-in, and none is given[^]*Connect an account.*\[y\/N\] $/);
    run.type('y\r');
    await run.sees(/Open this in your browser[^]*\/connect\/\S+\s/);
    await followLink(run, 'bob');
    await run.sees(/Connected\.[^]*bob@example\.test[^]*Add guarded\? \[y\/N\] $/);
    run.type('y\r');
    expect(await run.ended).toBe(0);
    expect(run.shown).toContain('guarded is ready with 3 tools');
  });

  it('is called as the account that was connected', async () => {
    client = await plugboard.client(plugboard.demoToken);
    const { result } = await call(client);
    expect(JSON.parse(result.content[0].text)).toMatchObject({ account: 'bob' });
    expect(server.calls).toMatchObject([{ tool: 'whoami', account: 'bob' }]);
  });

  it('says whose account it is, and who connected it', async () => {
    const { stdout } = await plugboard.cli('connection', 'list');
    expect(stdout).toMatch(/A protected server +bob@example\.test +\S.* +connected/);
    const { json } = await plugboard.cli('connection', 'list', '--json');
    expect(json.connections).toMatchObject([
      {
        account: { id: 'bob', name: 'bob@example.test' },
        owner: { kind: 'organization' },
        state: 'connected',
        instances: [{ slug: 'guarded', slot: 'Authorization' }],
      },
    ]);
    id = json.connections[0].id;
    const audit = await plugboard.cli('audit', 'list', '--json');
    const { entries }: { entries: { kind: string; record: Record<string, unknown> }[] } =
      audit.json;
    const { members } = (await plugboard.cli('member', 'list', '--json')).json;
    expect(entries.find(({ kind }) => kind === 'connection.connected')?.record).toMatchObject({
      memberId: members[0].id,
      change: { id, account: 'bob@example.test', owner: { kind: 'organization' } },
    });
  });

  it('gives its access back when the connection is removed', async () => {
    const { token } = server.calls.at(-1)!;
    const asked = await plugboard.cli('connection', 'remove', id);
    expect(asked.code).toBe(2);
    expect(provider.counters.revocations).toBe(0);
    const removed = await plugboard.cli('connection', 'remove', id, '--yes');
    expect(removed).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('is revoked and gone'),
    });
    expect(provider.counters.revocations).toBeGreaterThan(0);
    expect(await provider.introspect(token)).toBeUndefined();
    expect((await plugboard.cli('connection', 'list')).stdout).toContain('Nothing is connected');
  });

  it('then says where to sign in, which is enough to call it again', async () => {
    const calls = server.calls.length;
    const { error } = await call(client);
    expect(error).toMatchObject({ data: { code: 'sign_in_required' } });
    expect(server.calls).toHaveLength(calls);
    const connectUrl = `${plugboard.url}/connect/guarded`;
    expect(error?.message).toContain(connectUrl);

    const page = await browser.get(connectUrl);
    const csrf = /name="csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
    const sameOrigin = { 'sec-fetch-site': 'same-origin' };
    const { location: authorizeUrl = '' } = await browser.post(connectUrl, { csrf }, sameOrigin);
    const requestId = authorizeUrl.split('/').at(-1);
    await goOn(plugboard, browser, provider, { authorizeUrl, requestId }, { account: 'ann' });
    const { result } = await call(client);
    expect(JSON.parse(result.content[0].text)).toMatchObject({ account: 'ann' });
    await client.end();
  });
});

describe('what a connection may reach', () => {
  let spy: Server;
  let port: number;
  let reached = 0;
  /** What it answers, by path. */
  let answers: Record<string, [status: number, headers: Record<string, string>, body?: unknown]>;

  beforeAll(async () => {
    spy = createServer((request, response) => {
      const [status, headers, body] = answers[request.url ?? ''] ?? [404, {}];
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(JSON.stringify(body ?? {}));
    });
    spy.on('connection', () => (reached += 1));
    await new Promise<void>((resolve) => void spy.listen(0, '127.0.0.1', resolve));
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens at a port
    ({ port } = spy.address() as AddressInfo);
  });
  afterAll(() => {
    spy.closeAllConnections();
    spy.close();
  });

  it.each([
    'http://127.0.0.1',
    'https://127.0.0.1',
    'https://localhost',
    'https://[::1]',
    'https://private.names.test',
  ])('is not %s, unless private networks are allowed', async (origin) => {
    const refused = origin.startsWith('https:') ? /is not on the public internet/ : /https/;
    reached = 0;
    const url = `${origin}:${port}/mcp`;
    const connected = await plugboard.cli('connection', 'add', url, '--for', 'organization');
    expect(connected).toMatchObject({ code: 4, stderr: expect.stringMatching(refused) });
    const added = await plugboard.cli('server', 'add', url, '--yes');
    expect(added.code).not.toBe(0);
    expect(added.stderr).toMatch(refused);
    expect(reached).toBe(0);
  });

  it.each(['challenge', 'metadata', 'redirect', 'endpoint'])(
    'is not the metadata service of a cloud that discovery names in a %s',
    async (where) => {
      const own = `http://127.0.0.1:${port}`;
      const bad = 'http://169.254.169.254';
      const described = `${own}/.well-known/oauth-protected-resource/mcp`;
      const challenged = where === 'challenge' ? `${bad}/latest` : described;
      answers = {
        '/mcp': [401, { 'www-authenticate': `Bearer resource_metadata="${challenged}"` }],
        '/.well-known/oauth-protected-resource/mcp':
          where === 'redirect'
            ? [302, { location: `${bad}/latest` }]
            : [
                200,
                {},
                {
                  resource: `${own}/mcp`,
                  authorization_servers: [where === 'metadata' ? bad : own],
                },
              ],
        '/.well-known/oauth-authorization-server': [
          200,
          {},
          {
            issuer: own,
            authorization_endpoint: `${own}/authorize`,
            token_endpoint: `${own}/token`,
            registration_endpoint: `${bad}/register`,
            response_types_supported: ['code'],
            code_challenge_methods_supported: ['S256'],
          },
        ],
      };
      const args = ['--for', 'organization', '--allow-private-network', '--no-wait', '--json'];
      const { code, stderr } = await plugboard.cli('connection', 'add', `${own}/mcp`, ...args);
      const reason = where === 'redirect' ? 'redirected' : 'address_not_allowed';
      expect(code).toBe(1);
      expect(JSON.parse(stderr)).toMatchObject({ error: { details: { reason } } });
    },
  );

  it('is not where a name leads that was allowed when it led elsewhere', async () => {
    const own = `http://rebinding.names.test:${port}`;
    const challenge = `Bearer resource_metadata="${own}/.well-known/oauth-protected-resource/mcp"`;
    answers = { '/mcp': [401, { 'www-authenticate': challenge, connection: 'close' }] };
    reached = 0;
    const args = ['--for', 'organization', '--allow-private-network', '--no-wait', '--json'];
    const { code, stderr } = await plugboard.cli('connection', 'add', `${own}/mcp`, ...args);
    expect(code).toBe(1);
    const details = { reason: 'address_not_allowed' };
    expect(JSON.parse(stderr)).toMatchObject({ error: { details } });
    expect(reached).toBe(1);
  });

  it('leaves nothing behind when it is refused', async () => {
    const { connections } = await askApi(plugboard, 'GET', '/connections');
    const { instances } = await plugboard.api.instances.list();
    const origins = [...connections, ...instances].map((each) => JSON.stringify(each));
    expect(origins.filter((each) => each.includes(`:${port}`))).toEqual([]);
    const { stdout } = await plugboard.cli('audit', 'list', '--json');
    expect(stdout).toContain('"connection.refused"');
  });
});
