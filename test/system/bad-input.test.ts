import { request } from 'node:http';
import { text } from 'node:stream/consumers';

import { describe, expect, it } from 'vitest';

import { plugboardForFile } from '../harness/for-file.ts';
import { RawClient } from '../harness/raw-client.ts';
import { packageOf } from '../registry/registry.ts';

const fixture = plugboardForFile({}, async ({ plugboard }) => {
  await plugboard.add({ server: packageOf('slow'), slug: 'slow' });
});

const stackTrace = /\bat .+[:(]\d+:\d+|node:internal|\/src\/|TypeError|Error: /;

/** Sends a body to /mcp in a session and resolves with what came back. */
async function send(body: string, headers: Record<string, string> = {}) {
  const { plugboard } = fixture;
  const client = await plugboard.client(plugboard.demoToken);
  const answer = await client.post(body, { headers });
  expect(answer.text).not.toMatch(stackTrace);
  return answer;
}

describe('a message to the MCP endpoint', () => {
  it.each([
    ['no JSON', '{"jsonrpc":"2.0"', 400, -32700, /not a JSON-RPC message/],
    ['empty', '', 400, -32700, /not a JSON-RPC message/],
    [
      'a batch',
      '[{"jsonrpc":"2.0","id":1,"method":"ping"}]',
      400,
      -32600,
      /batches are not supported: send each message by itself/,
    ],
    ['no JSON-RPC', '{"id":1,"method":"ping"}', 400, -32600, /"jsonrpc" must be "2.0"/],
    ['without a method', '{"jsonrpc":"2.0","id":1}', 400, -32600, /"method", "result" and "error"/],
    ['with a wrong id', '{"jsonrpc":"2.0","id":{},"method":"ping"}', 400, -32600, /"id" must be/],
    [
      'with params that are a list',
      '{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}',
      400,
      -32600,
      /"params" must be an object/,
    ],
    [
      'with a key twice',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","name":"b"}}',
      400,
      -32700,
      /twice|duplicate|more than once/i,
    ],
    [
      'of an unknown method',
      '{"jsonrpc":"2.0","id":1,"method":"tools/destroy"}',
      200,
      -32601,
      /Unknown method: tools\/destroy/,
    ],
    [
      'that calls nothing',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{}}',
      200,
      -32602,
      /params\.name must be the tool's name/,
    ],
    [
      'that calls an unknown tool',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"slow__no"}}',
      200,
      -32602,
      /Unknown tool: slow__no. The list of tools/,
    ],
    [
      'that asks for an unknown resource',
      '{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"file:///etc/passwd"}}',
      200,
      -32602,
      /Unknown resource/,
    ],
    [
      'with a cursor that nobody gave',
      '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"cursor":"x"}}',
      200,
      -32602,
      /cursor/,
    ],
    [
      'with a wrong log level',
      '{"jsonrpc":"2.0","id":1,"method":"logging/setLevel","params":{"level":"loud"}}',
      200,
      -32602,
      /params\.level must be one of debug, info/,
    ],
  ] as const)('that is %s is refused', async (_what, body, status, code, message) => {
    const answer = await send(body);
    expect(answer.status).toBe(status);
    expect(answer.message.error).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('that answers what nobody asked is taken and means nothing', async () => {
    const answer = await send('{"jsonrpc":"2.0","id":1,"result":{}}');
    expect([answer.status, answer.text]).toEqual([202, '']);
  });

  it('that is too large is refused, and the connection may be used again', async () => {
    const huge = JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'ping',
      params: { x: 'x'.repeat(5e6) },
    });
    const answer = await send(huge);
    expect(answer.status).toBe(413);
    expect(answer.message.error?.message).toMatch(/larger than the limit of 4194304 bytes/);
  });

  it('of another content type is refused', async () => {
    const answer = await send('{}', { 'content-type': 'text/plain' });
    expect(answer.status).toBe(415);
    expect(answer.message.error?.message).toMatch(/Content-Type: application\/json/);
  });

  it('nested a hundred thousand deep is refused or answered, not fatal', async () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    const answer = await send(`{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":${deep}}}`);
    expect(answer.status).toBeLessThan(500);
    expect((await send('{"jsonrpc":"2.0","id":2,"method":"ping"}')).message.result).toEqual({});
  });

  it('without a session, or with a version nobody speaks, is told what to do', async () => {
    const { plugboard } = fixture;
    const none = await new RawClient(plugboard.mcpUrl, plugboard.demoToken).request('tools/list');
    expect([none.status, none.message.error?.message]).toEqual([
      400,
      expect.stringMatching(/Mcp-Session-Id is missing: send initialize first/),
    ]);
    const gone = await new RawClient(plugboard.mcpUrl, plugboard.demoToken, 'nope').request('ping');
    expect([gone.status, gone.message.error?.message]).toEqual([
      404,
      expect.stringMatching(/Send initialize again/),
    ]);
    const old = await send('{"jsonrpc":"2.0","id":1,"method":"ping"}', {
      'mcp-protocol-version': '1999-01-01',
    });
    expect([old.status, old.message.error?.message]).toEqual([
      400,
      expect.stringMatching(/MCP-Protocol-Version must be one of 2025-11-25/),
    ]);
  });
});

describe('a token that is not good', () => {
  it.each([
    ['none', undefined, /needs an agent token/],
    [
      'a made-up one',
      'pba_nothing',
      /not known here, is for another endpoint, has expired, or was revoked/,
    ],
    ['an API key', 'OWNER', /not known here/],
    ['a huge one', 'x'.repeat(10_000), /not known here/],
  ])('(%s) is told so', async (_what, token, message) => {
    const { plugboard } = fixture;
    const client = new RawClient(plugboard.mcpUrl, token === 'OWNER' ? plugboard.ownerKey : token);
    const answer = await client.request('initialize', {});
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
    expect(answer.message.error?.message).toMatch(message);
  });

  it('is not taken from the URL', async () => {
    const { plugboard } = fixture;
    const url = `${plugboard.mcpUrl}?token=${plugboard.demoToken}&access_token=${plugboard.demoToken}`;
    expect((await new RawClient(url, undefined).request('initialize', {})).status).toBe(401);
  });

  it('of an agent opens nothing of the API', async () => {
    const { plugboard } = fixture;
    const answer = await fetch(`${plugboard.apiUrl}/agents`, {
      headers: { authorization: `Bearer ${plugboard.demoToken}` },
    });
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ code: 'unauthenticated' });
  });
});

describe('a request under a name that is not ours', () => {
  it.each([
    ['/mcp', { host: 'evil.example' }],
    ['/mcp', { host: '127.0.0.1.evil.example' }],
    ['/mcp', { origin: 'http://evil.example' }],
    ['/mcp', { origin: 'null' }],
    ['/api/v1/agents', { host: 'evil.example' }],
    ['/api/v1/agents', { origin: 'https://evil.example' }],
    ['/healthz', { host: 'evil.example' }],
  ])('is refused at %s with %o', async (path, headers) => {
    const { status, body } = await rawGet(path, headers);
    expect(status).toBe(403);
    expect(body).toMatch(/--allowed-host/);
    expect(body).not.toMatch(stackTrace);
  });

  it('is served under our own', async () => {
    const { port } = new URL(fixture.plugboard.url);
    for (const headers of [{ host: `localhost:${port}` }, { origin: `http://localhost:${port}` }]) {
      expect((await rawGet('/healthz', headers)).status).toBe(200);
    }
  });
});

describe('a request to the API', () => {
  it.each([
    ['POST', '/agents', { slug: 'Has Spaces' }, 400, 'invalid_input', /slug: .*lower-case letters/],
    ['POST', '/agents', { slug: '../../etc' }, 400, 'invalid_input', /slug/],
    ['POST', '/agents', {}, 400, 'invalid_input', /slug/],
    ['POST', '/agents', { slug: 'a', admin: true }, 400, 'invalid_input', /admin/],
    ['POST', '/agents', { slug: 'demo' }, 409, 'conflict', /demo/],
    [
      'POST',
      '/toolboxes',
      { slug: 't', environment: 'moon' },
      400,
      'invalid_input',
      /dev, staging, prod/,
    ],
    [
      'POST',
      '/grants',
      { agent: 'demo', level: 'root', target: { scope: 'toolbox', toolbox: 'starter' } },
      400,
      'invalid_input',
      /read, write, execute, admin/,
    ],
    [
      'POST',
      '/grants',
      { agent: 'nobody', level: 'read', target: { scope: 'toolbox', toolbox: 'starter' } },
      404,
      'not_found',
      /nobody/,
    ],
    [
      'POST',
      '/grants',
      { agent: 'demo', level: 'read', target: { scope: 'toolbox', toolbox: 'nowhere' } },
      404,
      'not_found',
      /nowhere/,
    ],
    ['POST', '/calls', { agent: 'demo', name: 'slow__no' }, 404, 'not_found', /Unknown tool/],
    ['DELETE', '/toolboxes/starter', undefined, 409, 'conflict', /still holds 1 instance/],
    ['GET', '/nothing', undefined, 404, 'not_found', /openapi\.json/],
  ] as const)('%s %s with %o is refused', async (method, path, body, status, code, message) => {
    const { plugboard } = fixture;
    const answer = await fetch(plugboard.apiUrl + path, {
      method,
      headers: {
        authorization: `Bearer ${plugboard.ownerKey}`,
        'content-type': 'application/json',
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const told = await answer.text();
    expect(told).not.toMatch(stackTrace);
    expect(JSON.parse(told)).toMatchObject({
      code,
      message: expect.stringMatching(message),
      requestId: expect.any(String),
    });
    expect(answer.status).toBe(status);
  });

  it('that is no JSON is refused', async () => {
    const { plugboard } = fixture;
    const answer = await fetch(`${plugboard.apiUrl}/agents`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${plugboard.ownerKey}`,
        'content-type': 'application/json',
      },
      body: '{',
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(/valid JSON/),
    });
  });
});

describe('a command line that is wrong', () => {
  it.each([
    [['nonsense'], 2, /unknown command|nonsense/],
    [['up', '--prot', '1'], 2, /--prot/],
    [['up', '--port', 'seventy'], 2, /--port must be a whole number/],
    [['up', '--host', 'example.com'], 2, /--host must be an IP address/],
    [['up', '--host', '0.0.0.0'], 2, /PLUGBOARD_MASTER_KEY.*--base-url/],
    [
      ['grant', 'add', 'demo', '--toolbox', 'starter', '--level', 'root'],
      2,
      /read, write, execute, admin/,
    ],
    [['grant', 'add', 'nobody', '--toolbox', 'starter'], 4, /nobody/],
    [['agent', 'create', 'Has Spaces'], 2, /lower-case/],
    [['server', 'remove', 'nothing'], 4, /nothing/],
    [['status', '--key', 'pbk_wrong'], 4, /key/i],
    [['status', '--url', 'http://127.0.0.1:1'], 3, /does not answer/],
  ] as const)('%j ends with %i', async (args, code, message) => {
    const answer = await fixture.plugboard.cli(...args);
    expect(answer.stderr).toMatch(message);
    expect(answer.stderr).not.toMatch(stackTrace);
    expect(answer.stdout).toBe('');
    expect(answer.code).toBe(code);
  });
});

function rawGet(
  path: string,
  headers: Record<string, string>,
): Promise<{ status: number; body: string }> {
  const { plugboard } = fixture;
  const token = path.startsWith('/api') ? plugboard.ownerKey : plugboard.demoToken;
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>();
  request(
    plugboard.url + path,
    { headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream', ...headers } },
    (response) => {
      text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject);
    },
  )
    .on('error', reject)
    .end();
  return promise;
}
