import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { buildGrant, buildInstance, buildOffering, upstreamsOf } from '../../testing/build.ts';
import { ScriptedServer, type Script } from '../../testing/call-harness.ts';
import { type Incoming, LegacyClient } from '../../testing/legacy-client.ts';
import { MemorySessions } from '../../testing/memory-sessions.ts';
import { serveGateway } from '../../testing/serve-gateway.ts';

const initialize = {
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: {
    protocolVersion: '2024-11-05',
    capabilities: { elicitation: {} },
    clientInfo: { name: 'old', version: '1' },
  },
};
const ping = (id: number) => ({ jsonrpc: '2.0', id, method: 'ping' });
const call = (id: number) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name: 'files__ask', arguments: {} },
});

/** Two nodes with one database. */
async function serve(script: Script = () => ({ content: [], done: true })) {
  const stack = new AsyncDisposableStack();
  const sessions = new MemorySessions();
  const server = new ScriptedServer(script);
  const files = buildInstance('files', [buildOffering('ask')], { isRemote: true });
  const agent = { grants: [buildGrant()], instances: [files] };
  const access = { one: agent, two: agent };
  const options = { access, upstreams: upstreamsOf(server.upstream), sessions };
  const here = stack.use(await serveGateway(options));
  const there = stack.use(await serveGateway(options));
  return {
    server,
    sessions,
    here,
    there,
    async [Symbol.asyncDispose]() {
      expect([...here.errors, ...there.errors]).toEqual([]);
      await stack.disposeAsync();
    },
  };
}

async function open(port: number, path = '/sse', client = new LegacyClient()) {
  const stream = await client.send(port, 'GET', { path });
  const { data } = await stream.event(({ event }) => event === 'endpoint');
  const post = (at: number, body: unknown, headers: Record<string, string> = {}) =>
    client.send(at, 'POST', { path: data, body, headers });
  const answer = (id: number) => stream.message((message) => message.id === id);
  return { client, stream, path: data, post, answer };
}

async function closed(nodes: { sessions: MemorySessions }, stream: Incoming): Promise<void> {
  stream.leave();
  while (nodes.sessions.sessions.size > 0) await sleep(5);
}

describe('HTTP with SSE', () => {
  it.each(['here', 'there'] as const)('answers on the stream what is posted %s', async (where) => {
    await using nodes = await serve(({ notify }) => {
      notify('notifications/message', { level: 'info', data: 'before' });
      return { content: [], done: true };
    });
    const { stream, post, answer, path } = await open(nodes.here.port);
    expect(path).toMatch(/^\/messages\?sessionId=sse-[\w-]{32}$/);
    const { port } = nodes[where];
    const taken = await post(port, initialize);
    await taken.ended();
    expect([taken.status, taken.text]).toEqual([202, '']);
    expect(await answer(0)).toMatchObject({ result: { protocolVersion: '2024-11-05' } });
    await post(port, { jsonrpc: '2.0', method: 'notifications/initialized' });
    await post(port, call(1));
    expect(await answer(1)).toMatchObject({ result: { done: true } });
    expect(stream.messages.map(({ id, method }) => id ?? method)).toEqual([
      0,
      'notifications/message',
      1,
    ]);
    expect(stream.events.map(({ id }) => id)).toEqual([undefined, undefined, undefined, undefined]);
    expect(nodes[where].records.map(({ kind }) => kind)).toContain('session.opened');
    await closed(nodes, stream);
  });

  it.each(['here', 'there'] as const)('asks the client from %s', async (where) => {
    await using nodes = await serve(async ({ ask }) => ({
      content: [],
      asked: await ask('elicitation/create', { message: 'Name?' }),
    }));
    const { stream, post, answer } = await open(nodes.here.port);
    await post(nodes.there.port, initialize);
    await answer(0);
    expect((await post(nodes[where].port, call(1))).status).toBe(202);
    const { id } = await stream.message(({ method }) => method === 'elicitation/create');
    await post(nodes.here.port, { jsonrpc: '2.0', id, result: { action: 'accept' } });
    expect(await answer(1)).toMatchObject({ result: { asked: { result: { action: 'accept' } } } });
    await closed(nodes, stream);
  });

  it('ends what is under way with its stream, everywhere', async () => {
    const signals: (AbortSignal | undefined)[] = [];
    await using nodes = await serve(({ signal }) => {
      signals.push(signal);
      return new Promise(() => {});
    });
    const { stream, post, answer } = await open(nodes.here.port);
    await post(nodes.here.port, initialize);
    await answer(0);
    await post(nodes.here.port, call(1));
    await post(nodes.there.port, call(2));
    while (signals.length < 2) await sleep(5);
    await closed(nodes, stream);
    while (!signals.every((signal) => signal?.aborted)) await sleep(5);
    expect((await post(nodes.here.port, ping(3))).status).toBe(404);
    expect((await post(nodes.there.port, ping(3))).status).toBe(404);
  });

  it('serves an endpoint of its own for each toolbox and server, and no other', async () => {
    await using nodes = await serve();
    const { port } = nodes.here;
    const { stream, path, client } = await open(port, '/sse/starter/files');
    expect(path).toMatch(/^\/messages\/starter\/files\?sessionId=/);
    for (const other of [
      path.replace('/starter/files', ''),
      path.replace('/files', ''),
      '/messages/starter/files?sessionId=sse-made-up',
    ]) {
      expect((await client.send(port, 'POST', { path: other, body: ping(1) })).status).toBe(404);
    }
    await closed(nodes, stream);
  });

  it('lets nobody else post', async () => {
    await using nodes = await serve();
    const { port } = nodes.here;
    const { stream, path, post } = await open(port);
    const thief = await new LegacyClient('two').send(port, 'POST', { path, body: initialize });
    expect(thief.status).toBe(404);
    const nobody = await post(port, initialize, { authorization: 'Bearer wrong' });
    expect(nobody.status).toBe(401);
    const noToken = await new LegacyClient('wrong').send(port, 'GET', { path: '/sse' });
    expect(noToken.status).toBe(401);
    expect(stream.messages).toEqual([]);
    await closed(nodes, stream);
  });

  it('keeps its sessions apart from those of the other transport', async () => {
    await using nodes = await serve();
    const { port } = nodes.here;
    const { stream, path } = await open(port);
    const client = new LegacyClient();
    client.session = path.split('=')[1]!;
    expect((await client.request(port, 'ping')).status).toBe(404);
    expect((await client.listen(port)).status).toBe(404);
    await client.open(port);
    const crossed = `/messages?sessionId=${client.session}`;
    expect((await client.send(port, 'POST', { path: crossed, body: ping(1) })).status).toBe(404);
    stream.leave();
  });

  it('wants initialize first, by itself and once', async () => {
    await using nodes = await serve();
    const { port } = nodes.here;
    const { stream, post, answer } = await open(port);
    expect((await post(port, call(1))).status).toBe(400);
    expect((await post(port, [initialize, ping(2)])).status).toBe(400);
    expect((await post(port, ping(3))).status).toBe(202);
    await answer(3);
    await post(port, initialize);
    await answer(0);
    expect((await post(port, initialize)).status).toBe(400);
    await closed(nodes, stream);
  });

  it('takes batches from clients whose version has them', async () => {
    await using nodes = await serve();
    const { port } = nodes.here;
    const { stream, post, answer } = await open(port);
    await post(port, initialize);
    await answer(0);
    expect((await post(port, [ping(1), call(2)])).status).toBe(202);
    expect(await answer(1)).toMatchObject({ result: {} });
    expect(await answer(2)).toMatchObject({ result: { done: true } });
    await closed(nodes, stream);
  });

  it.each([
    ['GET', '/messages', 405],
    ['POST', '/sse', 405],
    ['POST', '/messages', 400],
    ['GET', '/sse/Not-A-Toolbox', 404],
    ['GET', '/sse/a/b/c', 404],
  ])('answers %s %s with %i', async (method, path, status) => {
    await using nodes = await serve();
    const body = method === 'POST' ? { body: ping(1) } : {};
    const answer = await new LegacyClient().send(nodes.here.port, method, { path, ...body });
    expect(answer.status).toBe(status);
  });

  it('opens no stream for a client that takes none', async () => {
    await using nodes = await serve();
    const headers = { accept: 'application/json' };
    const answer = await new LegacyClient().send(nodes.here.port, 'GET', { path: '/sse', headers });
    expect(answer.status).toBe(406);
  });
});
