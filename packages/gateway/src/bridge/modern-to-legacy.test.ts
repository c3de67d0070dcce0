import { setTimeout as delay } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { textAt, valueAt } from '../call/value-at.ts';
import { buildGrant, buildInstance, buildOffering } from '../testing/build.ts';
import { callHarness, modernClient, ScriptedServer, type Script } from '../testing/call-harness.ts';
import { maxParked } from './parked-calls.ts';
import { stateLifeMs } from './request-state.ts';

const form = { message: 'Your name?', requestedSchema: { type: 'object', properties: {} } };
const offerings = [
  buildOffering('ask', { level: 'write' }),
  buildOffering('other'),
  buildOffering('note://a', { kind: 'resource' }),
];
const asker = buildInstance('asker', offerings);
const twin = buildInstance('twin', offerings);
const params = { name: 'asker__ask', arguments: { for: 'tea', n: 1 } };
const meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
  traceparent: '00-x',
};
const client = modernClient();

const askOnce: Script = async ({ ask }) => {
  const { result, error } = await ask('elicitation/create', form);
  return { content: [{ type: 'text', text: JSON.stringify(result ?? error) }] };
};

function set(
  script: Script = askOnce,
  options: ConstructorParameters<typeof ScriptedServer>[1] = {},
) {
  const server = new ScriptedServer(script, options);
  const harness = callHarness(server, [asker, twin]);
  return { server, ...harness };
}

/** What an `input_required` answer asks, for the client that is to come back. */
function asked(answer: Record<string, unknown>) {
  const inputRequests = valueAt(answer, ['result', 'inputRequests']);
  const requestState = textAt(answer, ['result', 'requestState']);
  expect(valueAt(answer, ['result', 'resultType'])).toBe('input_required');
  return { inputRequests, requestState, keys: Object.keys(Object(inputRequests)) };
}

const accept = { action: 'accept', content: { name: 'Ada' } };

function retry(of: ReturnType<typeof asked>, given: unknown = accept, base: object = params) {
  return {
    ...base,
    inputResponses: Object.fromEntries(of.keys.map((key) => [key, given])),
    requestState: of.requestState,
  };
}

describe('a modern call of a legacy server', () => {
  it('ends with what the server asks, and goes on with the answer', async () => {
    const { call, server, outcomes, events } = set();
    const first = asked(await call({ ...params, _meta: meta }, { client }));
    expect(Object.values(Object(first.inputRequests))).toEqual([
      { method: 'elicitation/create', params: form },
    ]);
    const { result } = await call({ ...retry(first), _meta: { ...meta, x: 1 } }, { client });
    expect(result).toEqual({ content: [{ type: 'text', text: JSON.stringify(accept) }] });
    expect(server.sent).toHaveLength(1);
    expect(JSON.parse(String(server.sent[0]?.params))).toEqual({
      ...params,
      name: 'ask',
      _meta: { traceparent: '00-x' },
    });
    expect(events).toEqual(['call.intent', 'call.outcome', 'call.intent', 'call.outcome']);
    expect(outcomes()).toMatchObject([
      { outcome: 'input_required', asked: ['elicitation/create'] },
      { outcome: 'ok' },
    ]);
  });

  it('gives the server the answer byte for byte', async () => {
    const { call, server } = set();
    const first = asked(await call(params, { client }));
    await call(
      retry(first, { action: 'accept', n: 12345678901234567n.toString(), é: ['\u2028'] }),
      {
        client,
      },
    );
    expect(server.heard[0]).toMatchObject({
      id: 'q1',
      result: { action: 'accept', n: '12345678901234567', é: ['\u2028'] },
    });
  });

  it('asks in one round what the server asks at once, and again what is not answered', async () => {
    const { call } = set(async ({ ask }) => ({
      answers: await Promise.all([ask('elicitation/create', form), ask('roots/list')]),
    }));
    const first = asked(await call(params, { client }));
    expect(first.keys).toHaveLength(2);
    const [formKey = '', rootsKey = ''] = first.keys;
    const second = asked(
      await call(
        {
          ...params,
          requestState: first.requestState,
          inputResponses: { [formKey]: accept, [rootsKey]: 'no object', unknown: {} },
        },
        { client },
      ),
    );
    expect(second.keys).toEqual([rootsKey]);
    const { result } = await call(retry(second, { roots: [] }), { client });
    expect(result).toMatchObject({ answers: [{ result: accept }, { result: { roots: [] } }] });
  });

  it('takes as many rounds as the server has questions', async () => {
    const { call, outcomes } = set(async ({ ask }) => {
      const names: unknown[] = [];
      for (let round = 0; round < 3; round += 1) {
        names.push((await ask('elicitation/create', form))['result']);
      }
      return { names };
    });
    let answer = await call(params, { client });
    for (let round = 0; round < 3; round += 1) {
      answer = await call(retry(asked(answer), { action: 'accept', round }), { client });
    }
    expect(answer['result']).toMatchObject({ names: [{ round: 0 }, { round: 1 }, { round: 2 }] });
    expect(outcomes().map(({ outcome }) => outcome)).toEqual([
      'input_required',
      'input_required',
      'input_required',
      'ok',
    ]);
  });

  it('keeps what the server says meanwhile for the next round, with the token of that', async () => {
    const { call } = set(async ({ ask, notify }) => {
      notify('notifications/progress', { progressToken: 'one', progress: 1 });
      const question = ask('elicitation/create', form);
      await delay(30);
      notify('notifications/progress', { progressToken: 'one', progress: 2 });
      notify('notifications/message', { level: 'info', data: 'x' });
      await question;
      return {};
    });
    const shown: unknown[] = [];
    const listen = {
      client,
      onMessage: ({ params: said }: Record<string, unknown>) => shown.push(said),
    };
    const first = asked(await call({ ...params, _meta: { progressToken: 'one' } }, listen));
    expect(shown).toEqual([{ progressToken: 'one', progress: 1 }]);
    await delay(40);
    expect(shown).toHaveLength(1);
    await call({ ...retry(first), _meta: { progressToken: 2 } }, listen);
    expect(shown.slice(1)).toEqual([
      { progressToken: 2, progress: 2 },
      { level: 'info', data: 'x' },
    ]);
  });

  it('keeps the answer of a server that did not wait for its question to be answered', async () => {
    const { call, server } = set(async ({ ask }) => {
      void ask('elicitation/create', form);
      await delay(30);
      return { content: [] };
    });
    const first = asked(await call(params, { client }));
    await delay(40);
    expect(server.heard).toMatchObject([{ error: { message: 'The call is over.' } }]);
    expect((await call(retry(first), { client }))['result']).toEqual({ content: [] });
    await expect(call(retry(first), { client })).rejects.toMatchObject({ reason: 'state_expired' });
  });

  it('stops for the server what the client leaves', async () => {
    const { call, server, outcomes } = set(() => delay(10_000));
    const controller = new AbortController();
    const leaving = call(params, { client, signal: controller.signal });
    await delay(10);
    controller.abort();
    await expect(leaving).rejects.toMatchObject({ code: 'cancelled' });
    expect(server.sent[0]?.signal?.aborted).toBe(true);
    expect(outcomes()).toMatchObject([{ outcome: 'cancelled' }]);
  });

  it('stops for the server what the client leaves in a later round', async () => {
    const { call, server } = set(async ({ ask }) => {
      await ask('elicitation/create', form);
      await delay(10_000);
    });
    const first = asked(await call(params, { client }));
    const controller = new AbortController();
    const leaving = call(retry(first), { client, signal: controller.signal });
    await delay(20);
    controller.abort();
    await expect(leaving).rejects.toMatchObject({ code: 'cancelled' });
    expect(server.sent[0]?.signal?.aborted).toBe(true);
    await expect(call(retry(first), { client })).rejects.toMatchObject({ rpcCode: -32602 });
  });

  it('refuses what the client has not declared, and gives the call up', async () => {
    const { call, server, outcomes } = set(({ ask }) => ask('sampling/createMessage', {}));
    const poor = modernClient({ elicitation: {} });
    await expect(call(params, { client: poor })).rejects.toMatchObject({
      rpcCode: -32021,
      httpStatus: 400,
      data: { requiredCapabilities: { sampling: {} } },
    });
    expect(server.sent[0]?.signal?.aborted).toBe(true);
    expect(server.heard).toMatchObject([{ error: { code: -32602 } }]);
    expect(outcomes()).toMatchObject([{ outcome: 'error', reason: 'missing_capability' }]);
  });

  it('attributes what a server on standard streams asks', async () => {
    const { call } = set(askOnce, { onStream: false });
    const first = asked(await call(params, { client }));
    const again = await call(retry(first), { client });
    expect(again).toMatchObject({ result: { content: [{}] } });
  });

  it('speaks the newer error code of a resource that is not there', async () => {
    const { call } = set(() => ({ error: { code: -32002, message: 'gone', data: { uri: 'x' } } }));
    const read = { method: 'resources/read', client };
    expect(await call({ uri: 'asker+note://a' }, read)).toMatchObject({
      error: { code: -32602, message: 'gone', data: { uri: 'x' } },
    });
  });

  it('sends a client to the page that must be visited first, then calls again', async () => {
    let calls = 0;
    const page = { mode: 'url', elicitationId: 'e', url: 'https://x/y', message: 'Log in' };
    const { call, outcomes } = set(() => {
      calls += 1;
      const error = { code: -32042, message: 'first', data: { elicitations: [page] } };
      return calls === 1 ? { error } : { content: [] };
    });
    const first = asked(await call(params, { client }));
    expect(Object.values(Object(first.inputRequests))).toEqual([
      {
        method: 'elicitation/create',
        params: { mode: 'url', message: 'Log in', url: 'https://x/y' },
      },
    ]);
    await expect(call(retry(first, { action: 'decline' }), { client })).rejects.toMatchObject({
      code: 'invalid_input',
    });
    expect(calls).toBe(1);
    expect(await call(retry(first, { action: 'accept' }), { client })).toMatchObject({
      result: { content: [] },
    });
    expect(outcomes()[0]).toMatchObject({ outcome: 'input_required' });
    const poor = modernClient({ elicitation: {} });
    calls = 0;
    await expect(call(params, { client: poor })).rejects.toMatchObject({ rpcCode: -32021 });
  });
});

describe('the state of a parked call', () => {
  const refused = (reason: string) => ({ rpcCode: -32602, httpStatus: 400, reason });

  it('serves once', async () => {
    const { call, outcomes } = set();
    const first = asked(await call(params, { client }));
    await call(retry(first), { client });
    await expect(call(retry(first), { client })).rejects.toMatchObject(refused('state_expired'));
    expect(outcomes().at(-1)).toMatchObject({ outcome: 'refused', reason: 'state_expired' });
  });

  it('serves one of two that come at once', async () => {
    const { call } = set(async ({ ask }) => {
      await ask('elicitation/create', form);
      await delay(30);
      return { content: [] };
    });
    const first = asked(await call(params, { client }));
    const both = await Promise.allSettled([
      call(retry(first), { client }),
      call(retry(first), { client }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const lost = both.find((it) => it.status === 'rejected');
    expect(lost?.reason).toMatchObject(refused('state_invalid'));
  });

  it('of an earlier round serves no later one', async () => {
    const { call } = set(async ({ ask }) => {
      await ask('elicitation/create', form);
      await ask('elicitation/create', form);
      return { content: [] };
    });
    const first = asked(await call(params, { client }));
    const second = asked(await call(retry(first), { client }));
    await expect(call(retry(first), { client })).rejects.toMatchObject(refused('state_invalid'));
    expect(await call(retry(second), { client })).toMatchObject({ result: { content: [] } });
  });

  it('serves no other agent, instance, tool, arguments or method', async () => {
    const { call, server } = set();
    const first = asked(await call(params, { client }));
    const invalid = refused('state_invalid');
    await expect(call(retry(first), { client, agentId: 'another' })).rejects.toMatchObject(invalid);
    for (const other of [
      { ...params, name: 'twin__ask' },
      { ...params, name: 'asker__other' },
      { ...params, arguments: { for: 'tea', n: 2 } },
      { ...params, extra: 1 },
      { name: 'asker__ask' },
    ]) {
      await expect(call(retry(first, accept, other), { client })).rejects.toMatchObject(invalid);
    }
    await expect(
      call(retry(first, accept, { uri: 'asker+note://a' }), { client, method: 'resources/read' }),
    ).rejects.toMatchObject(invalid);
    expect(server.heard).toEqual([]);
    expect(await call(retry(first), { client })).toMatchObject({ result: { content: [{}] } });
  });

  it('is nothing that anybody can make or change', async () => {
    const { call } = set();
    const first = asked(await call(params, { client }));
    for (const requestState of ['', 'x', `${first.requestState?.slice(1)}A`, '{}']) {
      await expect(
        call({ ...params, requestState, inputResponses: {} }, { client }),
      ).rejects.toMatchObject(refused('state_invalid'));
    }
  });

  it('expires', async () => {
    const { call, time } = set();
    const first = asked(await call(params, { client }));
    time.now += stateLifeMs;
    await expect(call(retry(first), { client })).rejects.toMatchObject(refused('state_expired'));
  });

  it('serves nobody whose grant is gone, as if the tool had never been', async () => {
    const { call, server, outcomes } = set();
    const first = asked(await call(params, { client }));
    await expect(call(retry(first), { client, grants: [] })).rejects.toMatchObject({
      code: 'not_found',
    });
    const denied = [buildGrant(), buildGrant({ effect: 'deny', level: 'write' })];
    await expect(call(retry(first), { client, grants: denied })).rejects.toMatchObject({
      code: 'not_found',
    });
    expect(outcomes().at(-1)).toMatchObject({ outcome: 'refused', reason: 'denied' });
    expect(server.heard).toEqual([]);
  });

  it('is asked for anew of another process', async () => {
    const one = set();
    const two = set();
    const first = asked(await one.call(params, { client }));
    await expect(two.call(retry(first), { client })).rejects.toThrow(/start the call again/);
  });

  it('is not shared by what comes from a legacy client', async () => {
    const { call, server } = set(({ params: sent }) => ({ sent }));
    const sent = { name: 'asker__ask', requestState: 'x', inputResponses: {} };
    expect(await call(sent)).toMatchObject({ result: { sent: { requestState: 'x' } } });
    expect(server.sent).toHaveLength(1);
  });
});

describe('parked calls', () => {
  it('are limited for each agent, and end with the gateway', async () => {
    const { call, server, services } = set();
    for (let n = 0; n < maxParked.perAgent; n += 1) asked(await call(params, { client }));
    await expect(call(params, { client })).rejects.toMatchObject({ code: 'rate_limited' });
    expect(server.sent.at(-1)?.signal?.aborted).toBe(true);
    asked(await call(params, { client, agentId: 'another' }));
    expect(server.sent.filter(({ signal }) => signal?.aborted)).toHaveLength(1);
    services.bridge[Symbol.dispose]();
    expect(server.sent.filter(({ signal }) => !signal?.aborted)).toEqual([]);
  });

  it('make room when they end', async () => {
    const { call } = set();
    const first = asked(await call(params, { client }));
    for (let n = 1; n < maxParked.perAgent; n += 1) asked(await call(params, { client }));
    await call(retry(first), { client });
    asked(await call(params, { client }));
  });

  it('count as calls under way only while somebody waits for them', async () => {
    const server = new ScriptedServer(askOnce);
    const { call } = callHarness(server, [asker], { maxCalls: 1 });
    const first = asked(await call(params, { client }));
    asked(await call(params, { client }));
    await call(retry(first), { client });
  });

  it('keep no more than so much of what a server says to nobody', async () => {
    const { call } = set(async ({ ask, notify }) => {
      const question = ask('elicitation/create', form);
      await delay(30);
      const data = 'x'.repeat(1000);
      for (let n = 0; n < 100; n += 1) notify('notifications/message', { level: 'info', n });
      for (let n = 100; n < 400; n += 1)
        notify('notifications/message', { level: 'info', n, data });
      await question;
      return {};
    });
    const first = asked(await call(params, { client }));
    await delay(60);
    const shown: unknown[] = [];
    await call(retry(first), { client, onMessage: (message) => shown.push(message) });
    expect(shown).toHaveLength(64);
    expect(shown.at(-1)).toMatchObject({ params: { n: 399 } });
  });

  it('keep no answer and no questions of a size that fills the memory', async () => {
    const large = 'x'.repeat(5 * 1024 * 1024);
    const { call, server } = set(async ({ ask }) => {
      void ask('elicitation/create', form);
      void ask('elicitation/create', { ...form, large });
      void ask('elicitation/create', { ...form, large: large.slice(0, 3_000_000) });
      void ask('elicitation/create', { ...form, large: large.slice(0, 3_000_000) });
      await delay(40);
      return { large };
    });
    const first = asked(await call(params, { client }));
    expect(first.keys).toHaveLength(2);
    expect(server.heard).toHaveLength(2);
    await delay(60);
    await expect(call(retry(first), { client })).rejects.toThrow(/while its question was open/);
  });

  it('keep a server from asking without end at once', async () => {
    const { call, server } = set(async ({ ask }) => {
      await Promise.all(Array.from({ length: 40 }, () => ask('roots/list')));
      return {};
    });
    const first = asked(await call(params, { client }));
    expect(first.keys).toHaveLength(16);
    expect(server.heard).toHaveLength(24);
  });
});
