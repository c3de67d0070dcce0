import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:https';
import { createRequire } from 'node:module';
import path from 'node:path';

import {
  Client as ClientV2,
  StreamableHTTPClientTransport as HttpV2,
  UnauthorizedError as UnauthorizedV2,
} from '@modelcontextprotocol/client';
import { UnauthorizedError as UnauthorizedV1 } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as HttpV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { beforeAll, describe, expect, it } from 'vitest';

import { eventually } from '../harness/eventually.ts';
import { plugboardForFile } from '../harness/for-file.ts';
import { freePort } from '../harness/free-port.ts';
import { permitClient, signInOwner } from '../harness/people.ts';
import { plugboardEnvironment, startPlugboard } from '../harness/plugboard.ts';
import { repository } from '../harness/repository.ts';
import { makeScratch } from '../harness/scratch.ts';
import type { TestBrowser } from '../oauth/browser.ts';
import { createTls } from '../oauth/tls.ts';
import { packageOf } from '../registry/registry.ts';

const fixture = plugboardForFile({}, async ({ plugboard }) => {
  await plugboard.add({ server: packageOf('echo'), slug: 'echo' });
});
let browser: TestBrowser;
beforeAll(async () => void (browser = await signInOwner(fixture.plugboard)));

const identity = { name: 'test-client', version: '1.0.0' };
const redirectUrl = 'http://localhost:9/callback';
const require = createRequire(import.meta.url);

/** What an SDK client keeps of its way to a token, and where it sends the person. */
function oauthProvider() {
  const kept: Record<string, unknown> = {};
  let asked: URL | undefined;
  return {
    get redirectUrl() {
      return redirectUrl;
    },
    get clientMetadata() {
      return {
        client_name: 'SDK client',
        redirect_uris: [redirectUrl],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
      };
    },
    state: () => 'a state',
    // oxlint-disable-next-line typescript/no-explicit-any, typescript/no-unsafe-type-assertion -- the SDKs' types differ, their values do not
    clientInformation: () => kept['client'] as any,
    saveClientInformation: (value: unknown) => void (kept['client'] = value),
    // oxlint-disable-next-line typescript/no-explicit-any, typescript/no-unsafe-type-assertion -- the same
    tokens: () => kept['tokens'] as any,
    saveTokens: (value: unknown) => void (kept['tokens'] = value),
    redirectToAuthorization: (url: URL) => void (asked = url),
    saveCodeVerifier: (value: string) => void (kept['verifier'] = value),
    codeVerifier: () => String(kept['verifier']),
    // oxlint-disable-next-line typescript/no-explicit-any, typescript/no-unsafe-type-assertion -- the same
    discoveryState: () => kept['discovery'] as any,
    saveDiscoveryState: (value: unknown) => void (kept['discovery'] = value),
    asked: () => asked?.href ?? '',
    kept,
  };
}

/** Ends a client, and waits until it has: its folder goes next. */
async function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

describe.each(['', '/starter', '/starter/echo'])('a client that knows only the URL %s', (at) => {
  it('connects: SDK v1', async () => {
    const url = new URL(fixture.plugboard.mcpUrl + at);
    const provider = oauthProvider();
    const first = new HttpV1(url, { authProvider: provider });
    await expect(new ClientV1(identity).connect(first)).rejects.toThrow(UnauthorizedV1);
    const back = await permitClient(browser, provider.asked());
    await first.finishAuth(back.searchParams.get('code') ?? '');
    const client = new ClientV1(identity);
    await client.connect(new HttpV1(url, { authProvider: provider }));
    const { tools } = await client.listTools();
    expect(tools.length).toBeGreaterThan(0);
    await client.close();
  });

  it.each(['legacy', 'auto'] as const)('connects: SDK v2, %s', async (mode) => {
    const url = new URL(fixture.plugboard.mcpUrl + at);
    const provider = oauthProvider();
    const options = { versionNegotiation: { mode } } as const;
    const first = new HttpV2(url, { authProvider: provider });
    await expect(new ClientV2(identity, options).connect(first)).rejects.toThrow(UnauthorizedV2);
    const back = await permitClient(browser, provider.asked());
    await first.finishAuth(back.searchParams);
    const client = new ClientV2(identity, options);
    await client.connect(new HttpV2(url, { authProvider: provider }));
    const { tools } = await client.listTools();
    expect(tools.length).toBeGreaterThan(0);
    await client.close();
  });
});

describe('a client whose access token has ended', () => {
  it('goes on by its refresh token, without a person', async () => {
    const url = new URL(fixture.plugboard.mcpUrl);
    const provider = oauthProvider();
    const first = new HttpV1(url, { authProvider: provider });
    await expect(new ClientV1(identity).connect(first)).rejects.toThrow(UnauthorizedV1);
    const back = await permitClient(browser, provider.asked());
    await first.finishAuth(back.searchParams.get('code') ?? '');
    provider.kept['tokens'] = { ...provider.tokens(), access_token: 'pbo_ended' };
    const client = new ClientV1(identity);
    await client.connect(new HttpV1(url, { authProvider: provider }));
    expect(provider.tokens().access_token).not.toBe('pbo_ended');
    await client.close();
  });
});

describe('an answer of another authorization server', () => {
  it.each([
    ['says so', 'https://evil.example'],
    ['says nothing', undefined],
  ])('is refused by a client when it %s', async (_, issuer) => {
    const url = new URL(fixture.plugboard.mcpUrl);
    const provider = oauthProvider();
    const first = new HttpV2(url, { authProvider: provider });
    await expect(new ClientV2(identity).connect(first)).rejects.toThrow(UnauthorizedV2);
    const { searchParams } = await permitClient(browser, provider.asked());
    expect(searchParams.get('iss')).toBe(fixture.plugboard.url);
    if (issuer === undefined) searchParams.delete('iss');
    else searchParams.set('iss', issuer);
    await expect(first.finishAuth(searchParams)).rejects.toThrow(/iss/i);
    expect(provider.tokens()).toBeUndefined();
  });
});

describe('mcp-remote', () => {
  it('connects knowing only the URL', async () => {
    await using scratch = await makeScratch('mcp-remote');
    const manifest = require.resolve('mcp-remote/package.json', { paths: [repository] });
    const { bin } = require(manifest);
    const script = path.join(path.dirname(manifest), bin['mcp-remote-client']);
    const port = await freePort();
    const { mcpUrl, dataDir } = fixture.plugboard;
    const args = [script, mcpUrl, String(port), '--allow-http', '--transport', 'http-only'];
    const env = {
      ...plugboardEnvironment(dataDir),
      MCP_REMOTE_CONFIG_DIR: scratch.path,
      // No browser of this machine is to open.
      BROWSER: 'true',
      PATH: path.dirname(process.execPath),
    };
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => void (output += text));
    }
    try {
      const asked = await eventually('it asked for a person', async () => {
        const found = /https?:\/\/\S+\/oauth\/authorize\?\S+/.exec(output)?.[0];
        if (found === undefined) throw new Error(output);
        return found;
      });
      const back = await permitClient(browser, asked);
      await fetch(back);
      await eventually('it was connected', async () => {
        if (!output.includes('Connected successfully!')) throw new Error(output);
        return true;
      });
    } finally {
      await endOf(child);
    }
  });
});

describe('the inspector’s command line', () => {
  it('connects knowing only the URL', async () => {
    await using scratch = await makeScratch('inspector');
    const manifest = require.resolve('@modelcontextprotocol/inspector/package.json', {
      paths: [repository],
    });
    const script = path.join(path.dirname(manifest), require(manifest).bin['mcp-inspector']);
    const { mcpUrl, dataDir } = fixture.plugboard;
    const callback = `http://127.0.0.1:${await freePort()}/oauth/callback`;
    const args = [script, '--cli', mcpUrl, '--transport', 'http', '--method', 'tools/list'];
    const env = {
      ...plugboardEnvironment(dataDir),
      HOME: scratch.path,
      // It asks for a person also where no terminal is.
      MCP_AUTO_OPEN_ENABLED: 'true',
      BROWSER: 'true',
      PATH: path.dirname(process.execPath),
    };
    args.push('--callback-url', callback);
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => void (output += text));
    }
    try {
      const asked = await eventually('it asked for a person', async () => {
        const found = /https?:\/\/[^\s"]+\/oauth\/authorize\?[^\s"]+/.exec(output)?.[0];
        if (found === undefined) throw new Error(output);
        return found;
      });
      await fetch(await permitClient(browser, asked));
      await eventually('it listed the tools', async () => {
        if (!output.includes('echo__echo')) throw new Error(output);
        return true;
      });
    } finally {
      await endOf(child);
    }
  });
});

describe('a client that describes itself at its URL', () => {
  it('connects without registering, and is named by its host', async () => {
    await using tls = await createTls();
    let document = '';
    const server = createServer({ key: tls.key, cert: tls.cert }, (_request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(document);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new Error('a server has a port');
    const clientId = `https://localhost:${address.port}/client.json`;
    const registry = fixture.registry.url;
    const env = { NODE_EXTRA_CA_CERTS: tls.caFile, PLUGBOARD_ALLOW_PRIVATE_CLIENTS: 'true' };
    await using plugboard = await startPlugboard({ registry, env });
    try {
      const describedAs = {
        client_id: clientId,
        client_name: 'CIMD',
        redirect_uris: [redirectUrl],
      };
      document = JSON.stringify(describedAs);
      const signedIn = await signInOwner(plugboard);
      const url = new URL(plugboard.mcpUrl);
      const provider = { ...oauthProvider(), redirectUrl, clientMetadataUrl: clientId };
      const clientMetadata = oauthProvider().clientMetadata;
      const authProvider = { ...provider, clientMetadata };
      const first = new HttpV2(url, { authProvider });
      await expect(new ClientV2(identity).connect(first)).rejects.toThrow(UnauthorizedV2);
      expect(new URL(provider.asked()).searchParams.get('client_id')).toBe(clientId);
      const back = await permitClient(signedIn, provider.asked());
      await first.finishAuth(back.searchParams);
      const client = new ClientV2(identity);
      await client.connect(new HttpV2(url, { authProvider }));
      await client.close();

      document = JSON.stringify({ ...describedAs, client_id: `${clientId}?other` });
      const other = `https://localhost:${address.port}/other.json`;
      const asked = new URL(provider.asked());
      asked.searchParams.set('client_id', other);
      expect((await signedIn.get(asked.href)).status).toBe(400);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});

describe('what a person permitted', () => {
  it('is among the tokens of the agent, and ends when it is revoked there', async () => {
    const { plugboard } = fixture;
    const url = new URL(plugboard.mcpUrl);
    const provider = oauthProvider();
    const first = new HttpV1(url, { authProvider: provider });
    await expect(new ClientV1(identity).connect(first)).rejects.toThrow(UnauthorizedV1);
    const back = await permitClient(browser, provider.asked());
    await first.finishAuth(back.searchParams.get('code') ?? '');
    const { agents } = await plugboard.api.agents.list();
    const agent = agents.toSorted((a, b) => b.createdAt.localeCompare(a.createdAt))[0]!;
    const { tokens } = await plugboard.api.agents.tokens.list({ agent: agent.id });
    expect(tokens).toMatchObject([
      { kind: 'oauth', clientName: 'SDK client', resources: [plugboard.mcpUrl], state: 'active' },
    ]);
    const listed = await plugboard.cli('agent', 'token', 'list', agent.slug);
    expect(listed.stdout).toContain('SDK client');
    const token = tokens[0]!.id;
    const bearer = { authorization: `Bearer ${provider.tokens().access_token}` };
    const ask = async () => (await fetch(url, { method: 'POST', headers: bearer })).status;
    expect(await ask()).not.toBe(401);
    await plugboard.cli('agent', 'token', 'revoke', agent.slug, token);
    expect(await ask()).toBe(401);
  });
});
