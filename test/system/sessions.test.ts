import { randomBytes } from 'node:crypto';
import { copyFile } from 'node:fs/promises';
import path from 'node:path';

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { outsideDatabase } from '../harness/database.ts';
import { eventually } from '../harness/eventually.ts';
import { type LegacyRemote, startLegacyRemote } from '../harness/legacy-remote.ts';
import { type Plugboard, startPlugboard } from '../harness/plugboard.ts';
import { type RpcMessage, RawClient } from '../harness/raw-client.ts';
import { makeScratch } from '../harness/scratch.ts';
import { readEvents } from '../harness/sse.ts';
import { startRegistry } from '../registry/registry.ts';

/** Two Plugboards on one database, in front of one remote server. */
interface Nodes {
  readonly one: Plugboard;
  readonly two: Plugboard;
  readonly remote: LegacyRemote;
  readonly token: string;
}

const capabilities = { elicitation: {} };
const stack = new AsyncDisposableStack();
let nodes: Nodes;

beforeAll(async () => {
  const remote = stack.use(await startLegacyRemote());
  const database = stack.use(await outsideDatabase());
  const env = {
    DATABASE_URL: database.url!,
    PLUGBOARD_MASTER_KEY: randomBytes(32).toString('base64'),
  };
  const registry = stack.use(await startRegistry());
  const one = stack.use(await startPlugboard({ env, registry: registry.url }));
  await one.add({
    server: remote.url,
    slug: 'remote',
    transport: 'streamable-http',
    allowPrivateNetwork: true,
  });
  const token = await one.agent('walker', { starter: 'execute' });
  const dataDir = stack.use(await makeScratch('second-node')).path;
  // The first keys are given out once; a test knows them at each node.
  for (const key of ['owner.key', 'demo-agent.token']) {
    await copyFile(path.join(one.dataDir, key), path.join(dataDir, key));
  }
  const two = stack.use(await startPlugboard({ env, dataDir, registry: registry.url }));
  nodes = { one, two, remote, token };
});
afterAll(() => stack.disposeAsync());

/** The same session, spoken to by way of another node. */
const at = (plugboard: Plugboard, client: RawClient): RawClient =>
  new RawClient(plugboard.mcpUrl, nodes.token, client.session);

const isQuestion = ({ method }: RpcMessage): boolean => method === 'elicitation/create';

/** Calls a tool that asks, and answers each question by way of a node. */
async function callAsked(client: RawClient, answerAt: Plugboard): Promise<string> {
  const other = at(answerAt, client);
  const result = await client.call(
    'remote__ask',
    {},
    {
      onMessage(message) {
        if (!isQuestion(message)) return;
        const answer = { action: 'accept', content: { name: 'Ada' } };
        void other.post(JSON.stringify({ jsonrpc: '2.0', id: message.id, result: answer }));
      },
    },
  );
  return String(result.content[0].text);
}

/** Reads a stream by GET with its event ids. */
async function readStream(plugboard: Plugboard, client: RawClient, lastEventId?: string) {
  const controller = new AbortController();
  const response = await fetch(plugboard.mcpUrl, {
    headers: {
      accept: 'text/event-stream',
      authorization: `Bearer ${nodes.token}`,
      'mcp-session-id': client.session!,
      ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
    },
    signal: controller.signal,
  });
  return { status: response.status, events: readEvents(response.body!), controller };
}

describe('a session', () => {
  it('opened at one node is used at the other', async () => {
    const client = await RawClient.open(nodes.one.mcpUrl, nodes.token);
    expect(await at(nodes.two, client).toolNames()).toEqual(['remote__ask', 'remote__wait']);
    expect(await at(nodes.two, client).end()).toBe(204);
    // The other node hears of it by an event, a moment later.
    await eventually('it has ended', async () => (await client.request('ping')).status === 404);
  });

  it.each(['one', 'two'] as const)('answers a question by way of node %s', async (node) => {
    const client = await RawClient.open(nodes.one.mcpUrl, nodes.token, { capabilities });
    expect(await callAsked(client, nodes[node])).toBe('hello Ada');
  });

  it('is asked on a stream that another node holds', async () => {
    const client = await RawClient.open(nodes.one.mcpUrl, nodes.token, { capabilities });
    const other = at(nodes.two, client);
    await using listening = await other.listen();
    const body = {
      jsonrpc: '2.0',
      id: 77,
      method: 'tools/call',
      params: { name: 'remote__ask', arguments: {} },
    };
    // Such a client can be reached by the listening stream alone.
    const headers = { accept: 'application/json' };
    const answering = client.post(JSON.stringify(body), { headers });
    const { id } = await listening.heard('elicitation/create');
    await other.post(JSON.stringify({ jsonrpc: '2.0', id, result: { action: 'decline' } }));
    const { message } = await answering;
    expect(message.result.content[0].text).toBe('hello decline');
  });

  it('hears by itself alone that what a person was asked elsewhere is done', async () => {
    const method = 'notifications/elicitation/complete';
    const client = await RawClient.open(nodes.one.mcpUrl, nodes.token, { capabilities });
    const other = await RawClient.open(nodes.one.mcpUrl, nodes.token);
    await callAsked(client, nodes.one);
    await using listening = await client.listen();
    await using listeningToo = await other.listen();
    await eventually('it was told', () => {
      nodes.remote.tell(method, { elicitationId: 'e-1' });
      return listening.messages.some((message) => message.method === method);
    });
    expect(listeningToo.messages.filter((message) => message.method === method)).toEqual([]);
  });

  it.each(['one', 'two'] as const)('takes up a broken stream at node %s', async (node) => {
    const client = await RawClient.open(nodes.one.mcpUrl, nodes.token);
    const controller = new AbortController();
    const body = {
      jsonrpc: '2.0',
      id: 5,
      method: 'tools/call',
      params: { name: 'remote__wait', arguments: {} },
    };
    const response = await fetch(nodes.one.mcpUrl, {
      method: 'POST',
      headers: {
        accept: 'application/json, text/event-stream',
        authorization: `Bearer ${nodes.token}`,
        'content-type': 'application/json',
        'mcp-session-id': client.session!,
      },
      body: JSON.stringify(body),
      signal: controller.signal,
    });
    let lastEventId: string | undefined;
    for await (const { id, data } of readEvents(response.body!)) {
      lastEventId = id;
      if (data !== '') break;
    }
    controller.abort();
    const { status, events } = await readStream(nodes[node], client, lastEventId);
    expect(status).toBe(200);
    nodes.remote.release();
    const heard: RpcMessage[] = [];
    for await (const { data } of events) if (data !== '') heard.push(JSON.parse(data));
    expect(heard.map(({ id, params }) => id ?? params.data)).toEqual(['released', 5]);
    expect(heard.at(-1)?.result.content[0].text).toBe('waited');
  });

  it('keeps its subscriptions at the other node and after a restart, and ends them', async () => {
    const { one, two, remote } = nodes;
    const client = await RawClient.open(one.mcpUrl, nodes.token);
    const uri = 'remote+note://watched';
    const other = at(two, client);
    const told = async (listening: { readonly messages: readonly RpcMessage[] }) =>
      eventually('it was told', () => {
        remote.touch('note://watched');
        return listening.messages.some(
          ({ method, params }) =>
            method === 'notifications/resources/updated' && params.uri === uri,
        );
      });
    {
      await using listening = await other.listen();
      const answer = await client.request('resources/subscribe', { uri });
      expect(answer.message.result).toEqual({});
      await told(listening);
    }
    await one.kill9();
    await one.start();
    {
      await using listening = await client.listen();
      await told(listening);
    }
    const { message } = await other.request('resources/unsubscribe', { uri });
    expect(message.result).toEqual({});
    await eventually('the server was told', () => remote.subscribed.size === 0, 60_000);
    const unknown = await client.request('resources/subscribe', { uri: 'nowhere+note://x' });
    expect(unknown.message.error?.code).toBe(-32602);
    const { entries } = await one.api.audit.list({ limit: 50, kind: 'call' });
    const methods = entries.map(
      ({ record }) => `${String(record['method'])} ${String(record['outcome'])}`,
    );
    expect(methods).toEqual(
      expect.arrayContaining([
        'resources/subscribe ok',
        'resources/unsubscribe ok',
        'resources/subscribe refused',
      ]),
    );
  });

  it('loses a subscription with the grant', async () => {
    const { one, remote } = nodes;
    const token = await one.agent('lent', { remote: 'read' });
    const client = await RawClient.open(one.mcpUrl, token);
    await using listening = await client.listen();
    const uri = 'remote+note://watched';
    await client.request('resources/subscribe', { uri });
    expect(remote.subscribed.size).toBe(1);
    const { grants } = await one.api.grants.list({ agent: 'lent' });
    for (const { id } of grants) await one.api.grants.revoke({ grant: id });
    await eventually('the server was told', () => remote.subscribed.size === 0, 60_000);
    remote.touch('note://watched');
    expect(listening.messages.filter(({ method }) => method?.endsWith('/updated'))).toEqual([]);
  });
});

describe('the client of the SDK', () => {
  const connect = async (transport: SSEClientTransport | StreamableHTTPClientTransport) => {
    const client = new Client({ name: 'sdk', version: '1' }, { capabilities });
    client.setRequestHandler(ElicitRequestSchema, () => ({
      action: 'accept',
      content: { name: 'Ada' },
    }));
    await client.connect(transport);
    return client;
  };
  const headers = () => ({ requestInit: { headers: { Authorization: `Bearer ${nodes.token}` } } });

  it('speaks HTTP with SSE', async () => {
    const url = new URL(`${nodes.one.url}/sse`);
    const client = await connect(new SSEClientTransport(url, headers()));
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['remote__ask', 'remote__wait']);
    expect(await client.callTool({ name: 'remote__ask' })).toMatchObject({
      content: [{ text: 'hello Ada' }],
    });
    let answered: unknown;
    void client.callTool({ name: 'remote__wait' }).then((result) => (answered = result));
    await eventually('it was answered', () => {
      nodes.remote.release();
      return answered !== undefined;
    });
    expect(answered).toMatchObject({ content: [{ text: 'waited' }] });
    await client.close();
  });

  it('goes on after its connections were cut', async () => {
    const url = new URL(nodes.one.mcpUrl);
    const client = await connect(new StreamableHTTPClientTransport(url, headers()));
    expect(await client.callTool({ name: 'remote__ask' })).toMatchObject({
      content: [{ text: 'hello Ada' }],
    });
    await nodes.one.stop();
    await nodes.one.start();
    expect(await client.callTool({ name: 'remote__ask' })).toMatchObject({
      content: [{ text: 'hello Ada' }],
    });
    await client.close();
  });
});
