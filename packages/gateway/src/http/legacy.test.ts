import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import type { ServerSide } from '../testing/call-harness.ts';
import { ScriptedServer } from '../testing/call-harness.ts';
import { buildGrant, buildInstance, buildOffering, upstreamsOf } from '../testing/build.ts';
import { type Incoming, LegacyClient } from '../testing/legacy-client.ts';
import { MemorySessions } from '../testing/memory-sessions.ts';
import { type Message, serveGateway } from '../testing/serve-gateway.ts';

type Script = ConstructorParameters<typeof ScriptedServer>[0];

/** Two nodes with one database in front of one server. */
async function serve(script: Script, { maxStreamsPerAgent = 256 } = {}) {
  const stack = new AsyncDisposableStack();
  const sessions = new MemorySessions();
  const server = new ScriptedServer(script);
  const files = buildInstance('files', [buildOffering('ask'), buildOffering('other')], {
    isRemote: true,
  });
  const access = {
    one: { grants: [buildGrant()], instances: [files] },
    two: { grants: [buildGrant()], instances: [files] },
  };
  const upstreams = upstreamsOf(server.upstream);
  const options = { access, upstreams, sessions, limits: { maxStreamsPerAgent } };
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

const call = { name: 'files__ask', arguments: {} };
const asksName = async ({ ask }: Pick<ServerSide, 'ask'>) => {
  const { result, error } = await ask('elicitation/create', { message: 'Name?' });
  return { content: [], asked: result ?? error };
};

const isQuestion = ({ method }: Message): boolean => method === 'elicitation/create';
const isAnswer = ({ result, error }: Message): boolean => (result ?? error) !== undefined;

async function question(incoming: Incoming): Promise<{ id: unknown }> {
  return { id: (await incoming.message(isQuestion)).id };
}

const accept = (id: unknown) => ({ jsonrpc: '2.0', id, result: { action: 'accept' } });

describe('a question of a server', () => {
  it('comes on the stream of the call that it belongs to, and its answer goes back', async () => {
    await using nodes = await serve(asksName);
    const { port } = nodes.here;
    const client = await new LegacyClient().open(port);
    const reply = await client.request(port, 'tools/call', call);
    const { id } = await question(reply);
    const taken = await client.post(port, accept(id));
    await taken.ended();
    expect([taken.status, taken.text]).toEqual([202, '']);
    expect(await reply.message(isAnswer)).toMatchObject({
      id: 2,
      result: { asked: { action: 'accept' } },
    });
    await reply.ended();
    expect(nodes.sessions.mailed).toBe(0);
  });

  it('is answered by way of another node', async () => {
    await using nodes = await serve(asksName);
    const client = await new LegacyClient().open(nodes.here.port);
    const reply = await client.request(nodes.here.port, 'tools/call', call);
    const { id } = await question(reply);
    await client.post(nodes.there.port, accept(id));
    expect(await reply.message(isAnswer)).toMatchObject({
      result: { asked: { action: 'accept' } },
    });
  });

  it('reaches a client without event streams on the stream that it opened on another node', async () => {
    await using nodes = await serve(asksName);
    const client = await new LegacyClient().open(nodes.here.port);
    const listening = await client.listen(nodes.there.port);
    const headers = { accept: 'application/json' };
    const replying = client.request(nodes.here.port, 'tools/call', call, headers);
    const { id } = await question(listening);
    await client.post(nodes.there.port, accept(id));
    expect(await (await replying).json()).toMatchObject({
      result: { asked: { action: 'accept' } },
    });
    listening.leave();
  });

  it('fails in words when the client has no stream anywhere', { timeout: 20_000 }, async () => {
    await using nodes = await serve(asksName);
    const { port } = nodes.here;
    const client = await new LegacyClient().open(port);
    const reply = await client.request(port, 'tools/call', call, { accept: 'application/json' });
    expect(await reply.json()).toMatchObject({
      result: { asked: { message: expect.stringMatching(/no event stream open/) } },
    });
  });

  it('is void when the call is cancelled, and the client is told', async () => {
    await using nodes = await serve(asksName);
    const client = await new LegacyClient().open(nodes.here.port);
    const reply = await client.request(nodes.here.port, 'tools/call', call);
    const { id } = await question(reply);
    const cancelled = { method: 'notifications/cancelled', params: { requestId: 2 } };
    await client.post(nodes.there.port, { jsonrpc: '2.0', ...cancelled });
    const told = await reply.message(({ method }) => method === 'notifications/cancelled');
    expect(told.params).toMatchObject({ requestId: id });
    await reply.ended();
  });

  it('is not answered by anybody but its client', async () => {
    await using nodes = await serve(asksName);
    const { port } = nodes.here;
    const client = await new LegacyClient().open(port);
    const reply = await client.request(port, 'tools/call', call);
    const { id } = await question(reply);
    const sameAgent = await new LegacyClient().open(port);
    const otherAgent = await new LegacyClient('two').open(port);
    for (const attacker of [sameAgent, otherAgent]) {
      for (const node of [nodes.here, nodes.there]) {
        expect((await attacker.post(node.port, accept(id))).status).toBe(202);
      }
    }
    const thief = new LegacyClient('two');
    thief.session = client.session;
    expect((await thief.post(port, accept(id))).status).toBe(404);
    // Made-up ids, and numbers, are nobody's; none of all that went to the other node.
    await client.post(nodes.there.port, accept('made-up'));
    await client.post(nodes.there.port, accept(1));
    expect(nodes.sessions.mailed).toBe(0);
    expect(reply.messages.filter(isAnswer)).toEqual([]);

    await client.post(port, { ...accept(id), result: { action: 'decline' } });
    expect(await reply.message(isAnswer)).toMatchObject({
      result: { asked: { action: 'decline' } },
    });
    // Once is enough.
    expect((await client.post(port, accept(id))).status).toBe(202);
  });

  it('is one of a bounded number', async () => {
    await using nodes = await serve(async ({ ask }) => {
      const answers = Array.from({ length: 40 }, () => ask('elicitation/create', { message: '?' }));
      const refused = (await Promise.all(answers)).filter(({ error }) => error !== undefined);
      return { content: [], refused: refused.length };
    });
    const { port } = nodes.here;
    const client = await new LegacyClient().open(port);
    const replies: Incoming[] = [];
    for (let n = 0; n < 8; n += 1) {
      // Those that are refused at once are answered without a stream.
      void client.request(port, 'tools/call', call).then((reply) => replies.push(reply));
    }
    const asked = () => replies.flatMap((reply) => reply.messages.filter(isQuestion)).length;
    await until(() => asked() >= 64);
    await sleep(100);
    expect(asked()).toBe(64);
    await (await client.send(port, 'DELETE')).ended();
    await until(() => replies.length === 8);
    await Promise.all(replies.map((reply) => reply.ended()));
  });
});

/** A call that waits for the test before it is answered, and notifies before that. */
function heldCall() {
  const release = Promise.withResolvers<void>();
  const signals: (AbortSignal | undefined)[] = [];
  const script: Script = async ({ notify, signal, request }) => {
    signals.push(signal);
    notify('notifications/message', { level: 'info', data: 'first' });
    request.onSuspend?.(undefined);
    await release.promise;
    notify('notifications/message', { level: 'info', data: 'second' });
    return { content: [], done: true };
  };
  return { script, release: release.resolve, signals };
}

/** As `heldCall`, without the server's asking for polling. */
function plainHeldCall() {
  const release = Promise.withResolvers<void>();
  const signals: (AbortSignal | undefined)[] = [];
  const script: Script = async ({ notify, signal }) => {
    signals.push(signal);
    notify('notifications/message', { level: 'info', data: 'first' });
    await release.promise;
    notify('notifications/message', { level: 'info', data: 'second' });
    return { content: [], done: true };
  };
  return { script, release: release.resolve, signals };
}

const dataOf = (incoming: Incoming): unknown[] =>
  incoming.messages.map(({ params, result }) => params?.['data'] ?? result?.['done']);

describe('a stream that breaks', () => {
  it('begins with an event that says where to come back to', async () => {
    const held = plainHeldCall();
    await using nodes = await serve(held.script);
    const { port } = nodes.here;
    const client = await new LegacyClient().open(port);
    const reply = await client.request(port, 'tools/call', call);
    await reply.message(() => true);
    expect(reply.events[0]).toMatchObject({
      data: '',
      id: expect.stringMatching(/^a[0-9a-f]{32}_0$/),
    });
    held.release();
    await reply.ended();
    expect(reply.events.map(({ id }) => id?.split('_')[1])).toEqual(['0', '1', '2', '3']);
    // Nothing of it was ever of use to the store.
    expect(nodes.sessions.streams.size).toBe(0);
  });

  it('can be read once more although it seemed to arrive', async () => {
    const held = plainHeldCall();
    await using nodes = await serve(held.script);
    held.release();
    const client = await new LegacyClient().open(nodes.here.port);
    const reply = await client.request(nodes.here.port, 'tools/call', call);
    await reply.ended();
    for (const { port } of [nodes.here, nodes.there, nodes.here]) {
      const again = await client.listen(port, reply.events[1]!.id);
      await again.ended();
      expect(dataOf(again)).toEqual(['second', true]);
    }
  });

  it('does so for no client that cannot know such events', async () => {
    await using nodes = await serve(({ notify }) => {
      notify('notifications/message', { level: 'info', data: 'first' });
      return { content: [] };
    });
    const { port } = nodes.here;
    const client = await new LegacyClient().open(port, { protocolVersion: '2025-06-18' });
    const reply = await client.request(port, 'tools/call', call);
    await reply.ended();
    expect(reply.events.map(({ data }) => data)).not.toContain('');
    expect(reply.events[0]?.id).toMatch(/_1$/);
  });

  it.each(['here', 'there'] as const)(
    'goes on %s, with nothing lost or cancelled',
    async (where) => {
      const held = plainHeldCall();
      await using nodes = await serve(held.script);
      const client = await new LegacyClient().open(nodes.here.port);
      const reply = await client.request(nodes.here.port, 'tools/call', call);
      await reply.message(() => true);
      const start = reply.events[0]!.id;
      reply.leave();
      await reply.ended();
      const resumed = await client.listen(nodes[where].port, start);
      expect(resumed.status).toBe(200);
      await resumed.message(() => true);
      held.release();
      await resumed.ended();
      expect(dataOf(resumed)).toEqual(['first', 'second', true]);
      expect(held.signals[0]?.aborted).toBe(false);
    },
  );

  it.each(['here', 'there'] as const)('can be resumed %s after it was answered', async (where) => {
    const held = plainHeldCall();
    await using nodes = await serve(held.script);
    const client = await new LegacyClient().open(nodes.here.port);
    const reply = await client.request(nodes.here.port, 'tools/call', call);
    await reply.message(() => true);
    reply.leave();
    await reply.ended();
    await until(() => nodes.sessions.streams.size > 0);
    held.release();
    await until(() => [...nodes.sessions.streams.values()].flat().some(({ isLast }) => isLast));
    const resumed = await client.listen(nodes[where].port, reply.lastId);
    await resumed.ended();
    expect(dataOf(resumed)).toEqual(['second', true]);
  });

  it('is taken over from a connection that only seems to be there', async () => {
    const held = plainHeldCall();
    await using nodes = await serve(held.script);
    const client = await new LegacyClient().open(nodes.here.port);
    const reply = await client.request(nodes.here.port, 'tools/call', call);
    await reply.message(() => true);
    const first = await client.listen(nodes.here.port, reply.lastId);
    await reply.ended();
    const second = await client.listen(nodes.there.port, reply.lastId);
    await first.ended();
    held.release();
    await second.ended();
    expect(dataOf(second)).toEqual(['second', true]);
  });

  it('is ended on purpose where the server polls, and goes on when the client is back', async () => {
    const held = heldCall();
    await using nodes = await serve(held.script);
    const { port } = nodes.here;
    const client = await new LegacyClient().open(port);
    const reply = await client.request(port, 'tools/call', call);
    await reply.ended();
    expect(reply.events.at(-1)).toMatchObject({ data: '', retry: 1000 });
    held.release();
    const resumed = await client.listen(port, reply.lastId);
    await resumed.ended();
    expect(dataOf(resumed).at(-1)).toBe(true);
    expect(held.signals[0]?.aborted).toBe(false);
  });

  it('is nobody else’s', async () => {
    const held = plainHeldCall();
    await using nodes = await serve(held.script);
    const client = await new LegacyClient().open(nodes.here.port);
    const reply = await client.request(nodes.here.port, 'tools/call', call);
    await reply.message(() => true);
    reply.leave();
    await reply.ended();
    await until(() => nodes.sessions.streams.size > 0);
    const thief = new LegacyClient('two');
    thief.session = client.session;
    expect((await thief.listen(nodes.here.port, reply.lastId)).status).toBe(404);
    const others = [new LegacyClient(), new LegacyClient('two')];
    for (const other of others) {
      await other.open(nodes.here.port);
      const answer = await other.listen(nodes.here.port, reply.lastId);
      expect([answer.status, (await answer.json()).error.message]).toEqual([
        400,
        expect.stringMatching(/names no event of this session/),
      ]);
    }
    held.release();
  }, 30_000);

  it.each(['x', '_1', `a${'0'.repeat(32)}_-1`, `z${'0'.repeat(32)}_1`, 'a_1\u00e9'])(
    'is not resumed by an id that nobody gave: %s',
    async (id) => {
      await using nodes = await serve(asksName);
      const client = await new LegacyClient().open(nodes.here.port);
      expect((await client.listen(nodes.here.port, id)).status).toBe(400);
    },
  );

  it('is not resumed behind its end', async () => {
    const held = plainHeldCall();
    await using nodes = await serve(held.script);
    const client = await new LegacyClient().open(nodes.here.port);
    const reply = await client.request(nodes.here.port, 'tools/call', call);
    await reply.message(() => true);
    const [stream] = reply.lastId!.split('_');
    for (const port of [nodes.here.port, nodes.there.port]) {
      expect((await client.listen(port, `${stream}_99`)).status).toBe(400);
    }
    held.release();
  });

  it('is the end of a call whose client cannot come back', async () => {
    const held = plainHeldCall();
    await using nodes = await serve(held.script);
    const { port } = nodes.here;
    const client = await new LegacyClient().open(port);
    const body = JSON.stringify({ jsonrpc: '2.0', id: 9, method: 'tools/call', params: call });
    const controller = new AbortController();
    const fetching = fetch(`http://127.0.0.1:${port}/mcp`, {
      method: 'POST',
      headers: {
        authorization: 'Bearer one',
        'content-type': 'application/json',
        accept: 'application/json',
        'mcp-session-id': client.session,
      },
      body,
      signal: controller.signal,
    }).catch(() => 'left');
    await until(() => held.signals.length > 0);
    controller.abort();
    expect(await fetching).toBe('left');
    await until(() => held.signals[0]?.aborted === true);
    held.release();
  });

  it('keeps what was said on a listening stream and never arrived', async () => {
    const held = plainHeldCall();
    await using nodes = await serve(held.script);
    const client = await new LegacyClient().open(nodes.here.port);
    const listening = await client.listen(nodes.here.port);
    nodes.here.change('one', { grants: [], instances: [] });
    const { id } = await listening.event(({ message }) => message !== undefined);
    listening.leave();
    const [stream] = id!.split('_');
    for (const port of [nodes.here.port, nodes.there.port]) {
      const again = await client.listen(port, `${stream}_0`);
      expect(await again.message(() => true)).toMatchObject({
        method: 'notifications/tools/list_changed',
      });
      again.leave();
    }
    held.release();
  });
});

describe('a session', () => {
  it('ends everywhere', async () => {
    const held = plainHeldCall();
    await using nodes = await serve(held.script);
    const client = await new LegacyClient().open(nodes.here.port);
    const listening = await client.listen(nodes.here.port);
    const reply = await client.request(nodes.here.port, 'tools/call', call);
    await reply.message(() => true);
    expect((await client.send(nodes.there.port, 'DELETE')).status).toBe(204);
    await listening.ended();
    await reply.ended();
    expect(held.signals[0]?.aborted).toBe(true);
    for (const { port } of [nodes.here, nodes.there]) {
      expect((await client.request(port, 'ping')).status).toBe(404);
    }
    held.release();
  });

  it('has the log level that was set on another node', async () => {
    await using nodes = await serve(({ notify }) => {
      notify('notifications/message', { level: 'info', data: 'quiet' });
      notify('notifications/message', { level: 'error', data: 'loud' });
      return { content: [], done: true };
    });
    const client = await new LegacyClient().open(nodes.here.port);
    await (await client.request(nodes.there.port, 'logging/setLevel', { level: 'error' })).ended();
    await sleep(50);
    const reply = await client.request(nodes.here.port, 'tools/call', call);
    await reply.ended();
    expect(dataOf(reply)).toEqual(['loud', true]);
  });
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(5);
}
