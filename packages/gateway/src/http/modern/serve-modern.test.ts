import type { Era, UpstreamRequest } from '@plugboard/protocol';
import { describe, expect, it } from 'vitest';

import {
  buildGrant,
  buildInstance,
  buildOffering,
  scriptedUpstream,
  upstreamsOf,
} from '../../testing/build.ts';
import { type Arrival, type Message, serveGateway } from '../../testing/serve-gateway.ts';

const version = 'io.modelcontextprotocol/protocolVersion';
const capabilities = 'io.modelcontextprotocol/clientCapabilities';
const ok = '{"jsonrpc":"2.0","id":7,"result":{"content":[],"x-unknown":12345678901234567890}}';
const hello = Buffer.from(
  '{"protocolVersion":"2025-11-25","capabilities":{"tools":{},"resources":{}},"serverInfo":{"name":"files","version":"9"},"x-kept":1}',
);

async function serve(
  answer: (request: UpstreamRequest) => Promise<string> | string = () => ok,
  grants = [buildGrant()],
  { era = 'legacy' }: { era?: Era } = {},
) {
  const schema = {
    type: 'object',
    properties: {
      region: { type: 'string', 'x-mcp-header': 'Region' },
      limit: { type: 'integer', 'x-mcp-header': 'Limit' },
    },
  };
  const files = buildInstance(
    'files',
    [
      buildOffering('read'),
      buildOffering('write', { level: 'write' }),
      buildOffering('query', {
        definition: JSON.stringify({ name: 'query', inputSchema: schema }),
      }),
      buildOffering('file:///a', { kind: 'resource' }),
    ],
    { hello },
  );
  const forwarded: UpstreamRequest[] = [];
  const upstream = scriptedUpstream((request) => {
    forwarded.push(request);
    return answer(request);
  });
  Object.assign(upstream, { mirrorsParams: true, hello: { ...upstream.hello, era } });
  const one = { grants, instances: [files] };
  const gateway = await serveGateway({ access: { one }, upstreams: upstreamsOf(upstream) });
  return Object.assign(gateway, { files, forwarded });
}

/** The one message of an answer. */
async function only(arrival: Promise<Arrival>): Promise<Message> {
  const [message, ...more] = await (await arrival).all();
  expect(more).toEqual([]);
  if (!message) throw new Error('nothing was answered');
  return message;
}

describe('server/discover', () => {
  it('says which versions are spoken and what is behind the endpoint, to be kept by the agent alone', async () => {
    await using gateway = await serve();
    const { id, result } = await only(gateway.ask('server/discover', {}, { id: 'äöü' }));
    expect(id).toBe('äöü');
    expect(result).toMatchObject({
      resultType: 'complete',
      supportedVersions: ['2026-07-28'],
      ttlMs: 60_000,
      cacheScope: 'private',
      _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'plugboard', version: '1.2.3' } },
    });
  });

  it('keeps what a server says of itself on its transparent endpoint', async () => {
    await using gateway = await serve();
    const { result } = await only(gateway.ask('server/discover', {}, { path: '/starter/files' }));
    expect(result).toMatchObject({
      'x-kept': 1,
      capabilities: { tools: { listChanged: true } },
      _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'files', version: '9' } },
    });
    expect(result).not.toHaveProperty('protocolVersion');
  });
});

describe('what every request must say', () => {
  const cases: [string, Record<string, unknown>, number][] = [
    ['no version', { [version]: undefined }, -32602],
    ['no capabilities', { [capabilities]: undefined }, -32602],
    ['capabilities that are no object', { [capabilities]: [] }, -32602],
    ['a log level that is none', { 'io.modelcontextprotocol/logLevel': 'loud' }, -32602],
    ['client info that is no object', { 'io.modelcontextprotocol/clientInfo': 'me' }, -32602],
    ['an unknown version', { [version]: '2031-01-01' }, -32022],
    ['a legacy version', { [version]: '2025-11-25' }, -32022],
  ];
  it.each(cases)('refuses %s with 400', async (_what, meta, code) => {
    await using gateway = await serve();
    const headers = meta[version] ? {} : { 'mcp-protocol-version': '2026-07-28' };
    const arrival = gateway.ask('tools/list', {}, { meta, headers, id: 42 });
    expect((await arrival).status).toBe(400);
    expect(await only(arrival)).toMatchObject({ id: 42, error: { code } });
    expect(gateway.records).toEqual([]);
  });

  it('names the versions that would be right', async () => {
    await using gateway = await serve();
    const { error } = await only(gateway.ask('ping', {}, { meta: { [version]: 'v999' } }));
    expect(error?.data).toEqual({ supported: ['2026-07-28'], requested: 'v999' });
  });

  it('serves clients that do not name themselves', async () => {
    await using gateway = await serve();
    expect((await gateway.ask('tools/list')).status).toBe(200);
  });

  it('bounds what a client says of itself', async () => {
    await using gateway = await serve();
    const meta = { [capabilities]: { experimental: { x: 'y'.repeat(70_000) } } };
    const arrival = gateway.ask('tools/call', { name: 'files__read' }, { meta });
    expect((await arrival).status).toBe(400);
    expect((await only(arrival)).error).toMatchObject({ code: -32602 });
    expect(gateway.forwarded).toEqual([]);
    expect(gateway.records).toMatchObject([{ outcome: 'refused', reason: 'invalid_meta' }]);
  });

  it('takes nothing from what an object inherits', async () => {
    await using gateway = await serve();
    const inherited = `{"__proto__":{"${version}":"2026-07-28","${capabilities}":{}}}`;
    const body = `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":${inherited}}}`;
    const arrival = gateway.send('/mcp', headersFor('tools/list'), body);
    expect((await arrival).status).toBe(400);
    expect((await only(arrival)).error).toMatchObject({ code: -32602 });
  });

  it('refuses look-alikes of what it goes by', async () => {
    await using gateway = await serve();
    const meta = { 'IO.modelcontextprotocol/protocolVersion': '2025-11-25' };
    expect((await gateway.ask('tools/list', {}, { meta })).status).toBe(400);
  });
});

function headersFor(method: string): Record<string, string> {
  return {
    authorization: 'Bearer one',
    'content-type': 'application/json',
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': method,
  };
}

describe('mirrored headers', () => {
  const call = ['tools/call', { name: 'files__read', arguments: {} }] as const;
  const cases: [string, Record<string, string | string[] | undefined>][] = [
    ['no version', { 'mcp-protocol-version': undefined }],
    ['another version', { 'mcp-protocol-version': '2025-11-25' }],
    ['no method', { 'mcp-method': undefined }],
    ['another method', { 'mcp-method': 'tools/list' }],
    ['a method in other case', { 'mcp-method': 'TOOLS/CALL' }],
    ['no name', { 'mcp-name': undefined }],
    ['another name', { 'mcp-name': 'files__write' }],
    ['the name without its prefix', { 'mcp-name': 'read' }],
    ['a name in other case', { 'mcp-name': 'FILES__READ' }],
    ['two names', { 'mcp-name': ['files__read', 'files__write'] }],
    ['the same name twice', { 'mcp-name': ['files__read', 'files__read'] }],
    ['two methods', { 'mcp-method': ['tools/call', 'tools/call'] }],
    ['two versions', { 'mcp-protocol-version': ['2026-07-28', '2026-07-28'] }],
    ['base64 that is none', { 'mcp-name': '=?base64?!!!?=' }],
    ['base64 without its padding', { 'mcp-name': '=?base64?ZmlsZXNfX3JlYWQ?=x' }],
    ['base64 of what is no UTF-8', { 'mcp-name': '=?base64?/w==?=' }],
    ['base64 of base64', { 'mcp-name': `=?base64?${base64('=?base64?eA==?=')}?=` }],
    ['a tab inside', { 'mcp-name': 'files__\tread' }],
  ];
  it.each(cases)('refuses a call with %s and puts it on record', async (_what, headers) => {
    await using gateway = await serve();
    const arrival = gateway.ask(...call, { headers, id: 'x' });
    expect((await arrival).status).toBe(400);
    expect(await only(arrival)).toMatchObject({ id: 'x', error: { code: -32020 } });
    expect(gateway.forwarded).toEqual([]);
    expect(gateway.records).toMatchObject([
      {
        kind: 'call.outcome',
        outcome: 'refused',
        reason: 'header_mismatch',
        method: 'tools/call',
        instance: 'files',
        offering: 'read',
        tokenId: 'token of one',
      },
    ]);
  });

  it('takes names as they are or in base64, with white space around', async () => {
    await using gateway = await serve();
    for (const name of ['  files__read  ', `=?base64?${base64('files__read')}?=`]) {
      const arrival = await gateway.ask(...call, { headers: { 'mcp-name': name } });
      expect(arrival.status).toBe(200);
    }
  });

  it('refuses a version that is no call without putting it on record', async () => {
    await using gateway = await serve();
    const headers = { 'mcp-method': 'prompts/list' };
    expect((await gateway.ask('tools/list', {}, { headers })).status).toBe(400);
    expect(gateway.records).toEqual([]);
  });

  it('shows nothing of a refusal that cannot be put on record', async () => {
    await using gateway = await serve();
    gateway.audit.fail = true;
    const { error } = await only(gateway.ask(...call, { headers: { 'mcp-name': 'x' } }));
    expect(error).toMatchObject({ code: -32000, data: { code: 'unavailable' } });
  });
});

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

describe('arguments that headers repeat', () => {
  const query = (args: object, headers: Record<string, string>) =>
    ['tools/call', { name: 'files__query', arguments: args }, { headers }] as const;

  it('serves what says the same', async () => {
    await using gateway = await serve();
    const headers = { 'mcp-param-region': 'eu', 'MCP-PARAM-LIMIT': '10.0' };
    const arrival = await gateway.ask(...query({ region: 'eu', limit: 10 }, headers));
    expect(arrival.status).toBe(200);
  });

  it.each([
    ['is missing', {}],
    ['differs', { 'mcp-param-region': 'us' }],
    ['is there twice', { 'mcp-param-region': ['eu', 'eu'] }],
    ['is broken', { 'mcp-param-region': '=?base64?ZXU?=' }],
  ])('refuses what %s', async (_what, headers) => {
    await using gateway = await serve();
    const params = { name: 'files__query', arguments: { region: 'eu' } };
    const arrival = gateway.ask('tools/call', params, { headers });
    expect((await arrival).status).toBe(400);
    expect((await only(arrival)).error).toMatchObject({ code: -32020 });
    expect(gateway.records).toMatchObject([{ reason: 'header_mismatch', offering: 'query' }]);
  });

  it('tells an agent that may not use the tool nothing of them', async () => {
    await using gateway = await serve(() => ok, []);
    const { error } = await only(gateway.ask(...query({ region: 'eu' }, {})));
    const unknown = await only(
      gateway.ask('tools/call', { name: 'files__wuery', arguments: { region: 'eu' } }),
    );
    expect(error?.code).toBe(-32602);
    expect(error?.message).toBe(unknown.error?.message.replace('wuery', 'query'));
  });
});

describe('methods', () => {
  it.each([
    'initialize',
    'ping',
    'logging/setLevel',
    'resources/subscribe',
    'resources/unsubscribe',
  ])('has no %s', async (method) => {
    await using gateway = await serve();
    for (const path of ['', '/starter/files']) {
      const arrival = gateway.ask(method, { uri: 'file:///a' }, { path, id: 5 });
      expect((await arrival).status).toBe(404);
      expect(await only(arrival)).toMatchObject({ id: 5, error: { code: -32601 } });
    }
    expect(gateway.forwarded).toEqual([]);
  });

  it.each(['unknown/method', 'toString', '__proto__', 'x'.repeat(200_000)])(
    'answers an unknown one with 404 where nobody can be asked',
    async (method) => {
      await using gateway = await serve();
      const arrival = gateway.ask(method, {}, { headers: { 'mcp-method': method.slice(0, 99) } });
      expect([400, 404]).toContain((await arrival).status);
    },
  );

  it('passes on that a server has no such method with 404', async () => {
    await using gateway = await serve(
      () => '{"jsonrpc":"2.0","id":7,"error":{"code":-32601,"message":"No."}}',
    );
    const arrival = gateway.ask('unknown/method', {}, { path: '/starter/files' });
    expect((await arrival).status).toBe(404);
    expect((await only(arrival)).error).toEqual({ code: -32601, message: 'No.' });
  });

  it("passes on a server's other errors with 200", async () => {
    await using gateway = await serve(
      () => '{"jsonrpc":"2.0","id":7,"error":{"code":-32602,"message":"No.","data":{"x":1}}}',
    );
    const arrival = gateway.ask('tools/call', { name: 'files__read' });
    expect((await arrival).status).toBe(200);
    expect((await only(arrival)).error).toEqual({ code: -32602, message: 'No.', data: { x: 1 } });
  });

  it('has lists that say how long they hold and for whom', async () => {
    await using gateway = await serve();
    const { result } = await only(gateway.ask('tools/list'));
    expect(result).toMatchObject({
      resultType: 'complete',
      ttlMs: 60_000,
      cacheScope: 'private',
      tools: [{ name: 'files__read' }, { name: 'files__write' }, { name: 'files__query' }],
      _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'plugboard' } },
    });
  });

  it('has no list that the server of a transparent endpoint did not announce', async () => {
    await using gateway = await serve();
    const path = '/starter/files';
    expect((await gateway.ask('resources/list', {}, { path })).status).toBe(200);
    expect((await gateway.ask('prompts/list', {}, { path })).status).toBe(404);
  });

  it.each(['server/discover', 'tools/list', 'subscriptions/listen'])(
    'says in answer to %s that there is nothing at an endpoint',
    async (method) => {
      await using gateway = await serve();
      const params = { notifications: { toolsListChanged: true } };
      const { error } = await only(gateway.ask(method, params, { path: '/none' }));
      expect(error).toMatchObject({ code: -32602, data: { code: 'not_found' } });
      expect(error?.message).toContain('nothing at /mcp/none');
    },
  );

  it('names the resource that does not exist', async () => {
    await using gateway = await serve(() => ok, []);
    const uri = 'files+file:///none';
    const { error } = await only(gateway.ask('resources/read', { uri }));
    expect(error).toMatchObject({ code: -32602, data: { uri, code: 'not_found' } });
  });

  it('lets a resource be kept by its agent alone, and only where its server says so', async () => {
    const read = (members: string) =>
      `{"jsonrpc":"2.0","id":7,"result":{"contents":[]${members},"x":12345678901234567890}}`;
    const answers = ['', ',"ttlMs":5000,"cacheScope":"public"', ',"ttlMs":-1', ',"ttlMs":5'];
    await using gateway = await serve(() => read(answers.shift() ?? ''));
    const uri = 'files+file:///a';
    const ttls: unknown[] = [];
    for (const input of [{}, {}, {}, { inputResponses: {} }]) {
      const { result } = await only(gateway.ask('resources/read', { uri, ...input }));
      expect(result).toMatchObject({ resultType: 'complete', cacheScope: 'private', contents: [] });
      ttls.push(result?.['ttlMs']);
    }
    expect(ttls).toEqual([0, 5000, 0, 0]);
  });
});

describe('calls', () => {
  it('gives the answer byte for byte, but for its id and what kind of result it is', async () => {
    await using gateway = await serve();
    const arrival = await gateway.ask('tools/call', { name: 'files__read' }, { id: 'mine' });
    expect(arrival.headers).not.toHaveProperty('mcp-session-id');
    expect(await arrival.all()).toEqual([
      {
        jsonrpc: '2.0',
        id: 'mine',
        result: { resultType: 'complete', content: [], 'x-unknown': expect.anything() },
      },
    ]);
    expect(gateway.records).toMatchObject([{ kind: 'call.outcome', outcome: 'ok' }]);
  });

  it('ignores sessions', async () => {
    await using gateway = await serve();
    const headers = { 'mcp-session-id': 'nonsense' };
    expect((await gateway.ask('tools/list', {}, { headers })).status).toBe(200);
  });

  const log = (level: string) =>
    Buffer.from(
      `{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"${level}","data":1}}`,
    );
  const talk = async ({ onMessage }: UpstreamRequest): Promise<string> => {
    const { readEnvelope } = await import('@plugboard/protocol');
    void onMessage?.(readEnvelope(log('info')));
    void onMessage?.(readEnvelope(log('error')));
    const changed = '{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}';
    void onMessage?.(readEnvelope(Buffer.from(changed)));
    return ok;
  };

  it('sends no log messages that were not asked for, and no changes of lists', async () => {
    await using gateway = await serve(talk);
    const messages = await (await gateway.ask('tools/call', { name: 'files__read' })).all();
    expect(messages).toHaveLength(1);
  });

  it('sends the log messages that were asked for ahead of the answer', async () => {
    await using gateway = await serve(talk);
    const meta = { 'io.modelcontextprotocol/logLevel': 'warning' };
    const arrival = await gateway.ask('tools/call', { name: 'files__read' }, { meta });
    expect(arrival.headers['content-type']).toBe('text/event-stream');
    expect(arrival.headers['x-accel-buffering']).toBe('no');
    expect(await arrival.all()).toMatchObject([{ params: { level: 'error' } }, { id: 1 }]);
  });

  it('passes on header parameters that the tool does not ask for', async () => {
    const era = { era: 'modern' as const };
    await using gateway = await serve(() => ok, [buildGrant()], era);
    const headers = { 'mcp-param-other': 'x', 'mcp-param-region': 'eu', 'x-secret': 's' };
    const params = { name: 'files__query', arguments: { region: 'eu' } };
    expect((await gateway.ask('tools/call', params, { headers })).status).toBe(200);
    expect(gateway.forwarded[0]?.headers).toMatchObject({ 'mcp-param-other': 'x' });
    expect(JSON.stringify(gateway.forwarded[0]?.headers)).not.toContain('secret');
  });

  it('cancels the call at the server when the client leaves', async () => {
    const left = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    await using gateway = await serve(({ signal }) => {
      begun.resolve();
      return new Promise((_, reject) => {
        signal?.addEventListener('abort', () => {
          left.resolve();
          reject(new Error('gone'));
        });
      });
    });
    const meta = { 'io.modelcontextprotocol/logLevel': 'debug' };
    const arrival = gateway.ask('tools/call', { name: 'files__read' }, { meta });
    arrival.then(
      () => {},
      () => {},
    );
    await begun.promise;
    gateway.closeClients();
    await left.promise;
  });
});

describe('tasks', () => {
  const tasks = { extensions: { 'io.modelcontextprotocol/tasks': {} } };

  it.each(['tasks/get', 'tasks/update', 'tasks/cancel'])(
    'are not for clients that do not declare them (%s)',
    async (method) => {
      await using gateway = await serve();
      const arrival = gateway.ask(method, { taskId: 'files+t' });
      expect((await arrival).status).toBe(400);
      expect((await only(arrival)).error).toMatchObject({
        code: -32021,
        data: { requiredCapabilities: tasks },
      });
      expect(gateway.records).toMatchObject([{ method, reason: 'missing_capability' }]);
    },
  );

  it('of another agent do not exist', async () => {
    await using gateway = await serve();
    const task = { instanceId: gateway.files.id, taskId: 't', agentId: 'two' };
    await gateway.tasks.put('org', task);
    const get = (taskId: string) =>
      only(gateway.ask('tasks/get', { taskId }, { meta: { [capabilities]: tasks } }));
    const { error } = await get('files+t');
    expect(error).toMatchObject({ code: -32602 });
    expect(error?.message).toBe((await get('files+x')).error?.message.replace('+x', '+t'));
    expect(gateway.forwarded).toEqual([]);
  });

  it.each(['tasks/list', 'tasks/result'])('have no %s any more', async (method) => {
    await using gateway = await serve();
    const meta = { [capabilities]: tasks };
    expect((await gateway.ask(method, { taskId: 'files+t' }, { meta })).status).toBe(404);
  });
});

describe('transport', () => {
  it.each(['GET', 'DELETE'])('has no %s', async (method) => {
    await using gateway = await serve();
    const headers = { ...headersFor('x'), accept: 'text/event-stream' };
    const arrival = await gateway.send('/mcp', headers, undefined, method);
    expect(arrival.status).toBe(405);
    expect(arrival.headers.allow).toBe('POST');
  });

  it('refuses responses', async () => {
    await using gateway = await serve();
    const body = '{"jsonrpc":"2.0","id":1,"result":{}}';
    expect((await gateway.send('/mcp', headersFor('x'), body)).status).toBe(400);
  });

  it('accepts notifications and does nothing', async () => {
    await using gateway = await serve();
    const body = '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}';
    expect((await gateway.send('/mcp', headersFor('x'), body)).status).toBe(202);
  });

  it('refuses batches', async () => {
    await using gateway = await serve();
    const one = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}';
    expect((await gateway.send('/mcp', headersFor('x'), `[${one},${one}]`)).status).toBe(400);
  });

  it('refuses clients that take neither JSON nor streams', async () => {
    await using gateway = await serve();
    expect((await gateway.ask('tools/list', {}, { headers: { accept: 'text/html' } })).status).toBe(
      406,
    );
  });

  it('answers in a stream where nothing else is taken', async () => {
    await using gateway = await serve();
    const headers = { accept: 'text/event-stream' };
    const arrival = await gateway.ask('tools/list', {}, { headers });
    expect(arrival.headers['content-type']).toBe('text/event-stream');
    expect(await arrival.all()).toMatchObject([{ id: 1 }]);
  });

  it('wants a token', async () => {
    await using gateway = await serve();
    expect((await gateway.ask('tools/list', {}, { token: 'three' })).status).toBe(401);
  });
});
