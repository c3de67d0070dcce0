import { describe, expect, it } from 'vitest';

import { buildGrant, buildInstance, buildOffering, upstreamsOf } from '../testing/build.ts';
import { ScriptedServer, type Script } from '../testing/call-harness.ts';
import { LegacyClient } from '../testing/legacy-client.ts';
import { serveGateway } from '../testing/serve-gateway.ts';

const version = { protocolVersion: '2025-03-26' };

async function serve(script: Script = () => ({ content: [], done: true })) {
  const server = new ScriptedServer(script);
  const files = buildInstance('files', [buildOffering('ask')]);
  const access = { one: { grants: [buildGrant()], instances: [files] } };
  const gateway = await serveGateway({ access, upstreams: upstreamsOf(server.upstream) });
  return Object.assign(gateway, { server });
}

const ping = (id: number) => ({ jsonrpc: '2.0', id, method: 'ping' });
const call = (id: number) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name: 'files__ask', arguments: {} },
});
const note = { jsonrpc: '2.0', method: 'notifications/initialized' };

describe('a batch', () => {
  it('is answered as one array, each request decided and recorded by itself', async () => {
    await using gateway = await serve();
    const client = await new LegacyClient().open(gateway.port, version);
    const unknown = { ...call(5), params: { name: 'files__no' } };
    const answer = await client.post(gateway.port, [ping(3), note, call(4), unknown]);
    const answers = await answer.json();
    expect(answer.headers['content-type']).toBe('application/json');
    expect(answers).toHaveLength(3);
    expect(answers).toEqual(
      expect.arrayContaining([
        { jsonrpc: '2.0', id: 3, result: {} },
        { jsonrpc: '2.0', id: 4, result: { content: [], done: true } },
        { jsonrpc: '2.0', id: 5, error: expect.objectContaining({ code: -32602 }) },
      ]),
    );
    const outcomes = gateway.records.filter(({ kind }) => kind === 'call.outcome');
    expect(outcomes).toHaveLength(2);
  });

  it('is answered on one event stream when something precedes an answer', async () => {
    await using gateway = await serve(({ notify }) => {
      notify('notifications/message', { level: 'info', data: 'before' });
      return { content: [], done: true };
    });
    const client = await new LegacyClient().open(gateway.port, version);
    const answer = await client.post(gateway.port, [ping(3), call(4), call(5)]);
    await answer.ended();
    const ids = answer.messages.flatMap(({ id }) => (id === undefined ? [] : [id]));
    expect(new Set(ids)).toEqual(new Set([3, 4, 5]));
    expect(ids).toHaveLength(3);
    expect(answer.messages.filter(({ method }) => method !== undefined)).toHaveLength(2);
  });

  it('of what needs no answer has none', async () => {
    await using gateway = await serve();
    const client = await new LegacyClient().open(gateway.port, version);
    const answer = await client.post(gateway.port, [note, { jsonrpc: '2.0', id: 1, result: {} }]);
    await answer.ended();
    expect([answer.status, answer.text]).toEqual([202, '']);
  });

  it('answers two requests with one id once each', async () => {
    await using gateway = await serve();
    const client = await new LegacyClient().open(gateway.port, version);
    const answers = await (await client.post(gateway.port, [call(4), call(4)])).json();
    expect(answers).toHaveLength(2);
    expect(answers.filter(({ error }: { error?: unknown }) => error)).toHaveLength(1);
  });

  it.each([
    ['empty', [], /one message at least/],
    ['too long', Array.from({ length: 101 }, (_, id) => ping(id)), /100 messages at most/],
    ['with something that is no message', [call(3), 7], /not a JSON-RPC message/],
    ['within a batch', [call(3), [ping(4)]], /batches are not supported/],
    ['with a wrong message', [call(3), { ...ping(4), params: [] }], /"params" must be an object/],
    [
      'with initialize',
      [call(3), { jsonrpc: '2.0', id: 4, method: 'initialize', params: version }],
      /must not be part of a batch/,
    ],
  ])('that is %s is refused whole', async (_what, body, message) => {
    await using gateway = await serve();
    const client = await new LegacyClient().open(gateway.port, version);
    const answer = await client.post(gateway.port, body);
    expect(answer.status).toBe(400);
    expect((await answer.json()).error.message).toMatch(message);
    expect(gateway.server.sent).toEqual([]);
  });

  it.each(['2025-06-18', '2025-11-25'])('is refused to clients of %s', async (protocolVersion) => {
    await using gateway = await serve();
    const client = await new LegacyClient().open(gateway.port, { protocolVersion });
    const answer = await client.post(gateway.port, [ping(3)]);
    expect(answer.status).toBe(400);
    expect((await answer.json()).error.message).toMatch(/send each message by itself/);
  });

  it('is nothing without a session', async () => {
    await using gateway = await serve();
    const answer = await new LegacyClient().post(gateway.port, [ping(3)]);
    expect(answer.status).toBe(400);
  });
});
