import { setTimeout as delay } from 'node:timers/promises';

import { AppError } from '@plugboard/contracts';
import { describe, expect, it } from 'vitest';

import { silentClient } from '../call/call-client.ts';
import { buildInstance, buildOffering } from '../testing/build.ts';
import { callHarness, legacyClient, ScriptedServer } from '../testing/call-harness.ts';

const form = { message: 'Your name?', requestedSchema: { type: 'object', properties: {} } };
const asker = (fields = {}) =>
  buildInstance('asker', [buildOffering('ask', { level: 'write' })], { isRemote: true, ...fields });
const named = { name: 'asker__ask' };

describe('a legacy call of a legacy server', () => {
  it('asks the client what the server asks and gives it the answer under its own id', async () => {
    const server = new ScriptedServer(async ({ ask }) => {
      const { result } = await ask('elicitation/create', form, { id: 'own' });
      return { content: [result] };
    });
    const { call, events, outcomes } = callHarness(server, [asker()]);
    const asked: unknown[] = [];
    const client = legacyClient((method, params) => {
      events.push('asked');
      asked.push([method, params]);
      return { action: 'accept', content: { name: 'Ada' } };
    });
    const { result } = await call(named, { client });
    expect(result).toEqual({ content: [{ action: 'accept', content: { name: 'Ada' } }] });
    expect(asked).toEqual([['elicitation/create', form]]);
    expect(server.heard[0]).toMatchObject({ id: 'own' });
    expect(events).toEqual(['call.intent', 'asked', 'call.outcome']);
    expect(outcomes()[0]).toMatchObject({ outcome: 'ok', asked: ['elicitation/create'] });
  });

  it('asks nothing before the call is on record, and nothing at all when it cannot be', async () => {
    const server = new ScriptedServer(async ({ ask }) => ask('roots/list'));
    const { call, audit } = callHarness(server, [
      buildInstance('asker', [buildOffering('ask')], { isRemote: true }),
    ]);
    audit.fail = true;
    const asked: string[] = [];
    const client = legacyClient((method) => void asked.push(method));
    await expect(call(named, { client })).rejects.toMatchObject({ code: 'unavailable' });
    expect(asked).toEqual([]);
  });

  it('answers with an error what the client has not declared, or what is none of its business', async () => {
    const server = new ScriptedServer(async ({ ask }) => ({
      answers: [
        await ask('sampling/createMessage', { messages: [] }),
        await ask('elicitation/create', { mode: 'url', url: 'https://x', message: '' }),
        await ask('roots/list'),
        await ask('tasks/get', { taskId: 'x' }),
        await ask('initialize'),
      ],
    }));
    const { call } = callHarness(server, [asker()]);
    const client = legacyClient(() => expect.unreachable(), { elicitation: {} });
    const { result } = await call(named, { client });
    expect(result).toMatchObject({
      answers: [
        { error: { code: -32602 } },
        { error: { code: -32602 } },
        { error: { code: -32601 } },
        { error: { code: -32601 } },
        { error: { code: -32601 } },
      ],
    });
  });

  it('tells the server why a client could not be asked', async () => {
    const server = new ScriptedServer(async ({ ask }) => ({ answer: await ask('roots/list') }));
    const { call } = callHarness(server, [asker()]);
    const client = legacyClient(() => {
      throw new AppError('unavailable', 'The client has no stream open.');
    });
    expect(await call(named, { client })).toMatchObject({
      result: { answer: { error: { code: -32603, message: 'The client has no stream open.' } } },
    });
  });

  it('makes a question void when the server answers without waiting for it', async () => {
    let voided = false;
    const server = new ScriptedServer(async ({ ask }) => {
      void ask('elicitation/create', form);
      await delay(20);
      return { content: [] };
    });
    const { call } = callHarness(server, [asker()]);
    const client = legacyClient(
      (_method, _params, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            voided = true;
            reject(new AppError('cancelled', 'void'));
          });
        }),
    );
    await call(named, { client });
    expect(voided).toBe(true);
    await expect.poll(() => server.heard).toHaveLength(1);
    expect(server.heard[0]).toMatchObject({ error: { message: 'The call is over.' } });
  });

  it('makes a question void when the server withdraws it, and answers it no more', async () => {
    const server = new ScriptedServer(async ({ ask, notify }) => {
      void ask('elicitation/create', form, { id: 'first' });
      await delay(10);
      notify('notifications/cancelled', { requestId: 'other' });
      notify('notifications/cancelled', { requestId: 'first' });
      await delay(10);
      return { content: [] };
    });
    const { call } = callHarness(server, [asker()]);
    const shown: unknown[] = [];
    const client = legacyClient(async (_method, _params, signal) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      return { action: 'accept' };
    });
    await call(named, { client, onMessage: (message) => shown.push(message) });
    expect(server.heard).toEqual([]);
    expect(shown).toEqual([]);
  });

  it('lets a server ask so often and no more', async () => {
    const server = new ScriptedServer(async ({ ask }) => {
      for (let round = 1; ; round += 1) {
        const { error } = await ask('roots/list');
        if (error) return { round };
      }
    });
    const { call, outcomes } = callHarness(server, [asker()]);
    const { result } = await call(named, { client: legacyClient(() => ({ roots: [] })) });
    expect(result).toEqual({ round: 101 });
    expect(outcomes()[0]?.asked).toHaveLength(100);
  });

  it('lets a server ask so much at once and no more, each under an id of its own', async () => {
    const server = new ScriptedServer(async ({ ask }) => {
      const many = Array.from({ length: 20 }, () => ask('roots/list'));
      const again = await ask('roots/list', {}, { id: 'q1' });
      return { refused: (await Promise.all(many.slice(1))).filter(({ error }) => error), again };
    });
    const { call } = callHarness(server, [asker()]);
    const client = legacyClient(async () => {
      await delay(20);
      return { roots: [] };
    });
    const { result } = await call(named, { client });
    expect(result).toMatchObject({ refused: { length: 4 }, again: { error: { code: -32603 } } });
  });

  it('lets the clock stand while a question is open', async () => {
    const heldUp: unknown[] = [];
    const server = new ScriptedServer(async ({ ask, request }) => {
      heldUp.push(request.isHeldUp?.());
      const asked = ask('roots/list');
      heldUp.push(request.isHeldUp?.());
      await asked;
      await delay(5);
      heldUp.push(request.isHeldUp?.());
      return {};
    });
    const { call } = callHarness(server, [asker()]);
    await call(named, { client: legacyClient(() => ({ roots: [] })) });
    expect(heldUp).toEqual([false, true, false]);
  });

  it('gives a client that can be asked a connection of its own where that is due', async () => {
    const server = new ScriptedServer(() => ({}));
    const client = legacyClient(() => ({}), { roots: { listChanged: true }, tasks: {}, x: 1 });
    const acquiredFor = async (fields: object, asClient = client) => {
      const { call, acquired } = callHarness(server, [asker({ isRemote: false, ...fields })]);
      await call(named, { client: asClient });
      return acquired;
    };
    const own = {
      key: 'agent session',
      capabilities: { roots: { listChanged: true }, x: 1 },
      owner: 'agent',
    };
    expect(await acquiredFor({ isRemote: true })).toEqual([own]);
    expect(await acquiredFor({ asksClients: true })).toEqual([own]);
    expect(await acquiredFor({ asksClients: true, era: undefined })).toEqual([undefined, own]);
    expect(await acquiredFor({})).toEqual([undefined]);
    expect(await acquiredFor({ asksClients: true, era: 'modern' })).toEqual([undefined]);
    const nothingDeclared = legacyClient(() => ({}), { tasks: {} });
    expect(await acquiredFor({ isRemote: true }, nothingDeclared)).toEqual([undefined]);
    expect(await acquiredFor({ isRemote: true }, silentClient)).toEqual([undefined]);
  });

  it("tells a client's own connections what it notifies, and nobody else's", async () => {
    const server = new ScriptedServer(() => ({}));
    const { call, services } = callHarness(server, [asker()]);
    await call(named, { client: legacyClient(() => ({})) });
    const { own } = services.bridge;
    own.notify({ agentId: 'agent', clientKey: 'another' }, 'notifications/roots/list_changed');
    own.notify({ agentId: 'another', clientKey: 'session' }, 'notifications/roots/list_changed');
    expect(server.heard).toEqual([]);
    own.notify({ agentId: 'agent', clientKey: 'session' }, 'notifications/roots/list_changed');
    expect(server.heard).toEqual([{ method: 'notifications/roots/list_changed' }]);
    server.close();
    await delay(1);
    own.notify({ agentId: 'agent', clientKey: 'session' }, 'notifications/roots/list_changed');
    expect(server.heard).toHaveLength(1);
  });
});
