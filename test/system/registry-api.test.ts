import { request } from 'node:http';

import { describe, expect, it } from 'vitest';

import { plugboardForFile } from '../harness/for-file.ts';
import { packageOf } from '../registry/registry.ts';

const fixture = plugboardForFile();

interface Entry {
  readonly server: {
    readonly name: string;
    readonly description: string;
    readonly remotes?: readonly { readonly type: string; readonly url: string }[];
  };
}

async function ask(path: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${fixture.plugboard.url}${path}`, { headers });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the API's document promises
  const body = (await response.json()) as { servers?: readonly Entry[]; error?: string };
  return { response, body };
}

describe('the registry API of a running Plugboard', () => {
  it('tells an agent of what it may use, at an endpoint that serves it', async () => {
    const { plugboard } = fixture;
    await plugboard.add({ server: packageOf('echo'), slug: 'shown' });
    await plugboard.add({ server: packageOf('ten-tools'), slug: 'kept-back' });
    const token = await plugboard.agent('editor', { shown: 'execute' });
    const headers = { authorization: `Bearer ${token}` };

    const { body } = await ask('/v0.1/servers', headers);
    expect(body.servers?.map(({ server }) => server.name)).toEqual(['dev.plugboard.starter/shown']);
    const [remote] = body.servers?.[0]?.server.remotes ?? [];
    expect(remote).toMatchObject({
      type: 'streamable-http',
      url: `${plugboard.mcpUrl}/starter/shown`,
    });

    const client = await plugboard.client(token, '/starter/shown');
    const tools = await client.request('tools/list');
    expect(JSON.stringify(tools)).toContain('echo');

    const hidden = await ask(
      '/v0.1/servers/dev.plugboard.starter%2Fkept-back/versions/latest',
      headers,
    );
    expect(hidden.response.status).toBe(404);
  });

  it('serves the bundled catalog to a member without a network', async () => {
    const headers = { authorization: `Bearer ${fixture.plugboard.ownerKey}` };
    await expect
      .poll(
        async () => (await ask('/v0.1/servers?search=playwright', headers)).body.servers?.length,
      )
      .toBeGreaterThan(0);
    const { body } = await ask('/v0.1/servers?search=playwright&version=latest', headers);
    expect(body.servers?.map(({ server }) => server.name)).toContain(
      'io.github.microsoft/playwright-mcp',
    );
  });

  it('tells nobody without a token of what is not public', async () => {
    const { response, body } = await ask('/v0.1/servers');
    expect(response.status).toBe(200);
    expect(body.servers).toEqual([]);
  });

  it('may be asked by pages of other sites, as nothing else may', async () => {
    const origin = 'https://editor.example.com';
    const { response } = await ask('/v0.1/servers', { origin });
    expect(response.status).toBe(200);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    for (const path of ['/api/v1/status', '/v0.1', '/v0.1x/servers', '/mcp']) {
      const refused = await ask(path, { origin });
      expect(refused.response.status).toBe(403);
    }
  });

  it('answers to no foreign host name', async () => {
    const { hostname, port } = new URL(fixture.plugboard.url);
    const status = await new Promise((resolve, reject) => {
      request(
        { hostname, port, path: '/v0.1/servers', headers: { host: 'rebound.example.com' } },
        (response) => {
          response.resume();
          resolve(response.statusCode);
        },
      )
        .on('error', reject)
        .end();
    });
    expect(status).toBe(403);
  });
});
