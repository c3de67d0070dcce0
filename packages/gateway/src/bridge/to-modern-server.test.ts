import { AppError } from '@plugboard/contracts';
import { describe, expect, it } from 'vitest';

import { silentClient } from '../call/call-client.ts';
import { buildInstance, buildOffering } from '../testing/build.ts';
import {
  allCapabilities,
  callHarness,
  legacyClient,
  modernClient,
  ScriptedServer,
  type Script,
} from '../testing/call-harness.ts';

const schema = {
  type: 'object',
  properties: { region: { type: 'string', 'x-mcp-header': 'Region' } },
};
const instance = buildInstance(
  'modern',
  [
    buildOffering('run', {
      definition: JSON.stringify({ name: 'run', inputSchema: schema }),
    }),
    buildOffering('greet', { kind: 'prompt' }),
  ],
  { era: 'modern', isRemote: true, asksClients: true },
);
const params = { name: 'modern__run', arguments: { region: 'eu' } };
const elicit = { method: 'elicitation/create', params: { message: 'Name?', requestedSchema: {} } };
const inputOf = (inputRequests: unknown, requestState?: string) => ({
  resultType: 'input_required',
  inputRequests,
  requestState,
  'x-unknown': [1],
});

function set(script: Script) {
  const server = new ScriptedServer(script, { era: 'modern' });
  return { server, ...callHarness(server, [instance]) };
}

describe('a legacy call of a modern server', () => {
  it('says for its client what that said once, and asks it what the server asks', async () => {
    const { call, server, acquired, outcomes } = set(({ params: sent }) =>
      sent['inputResponses'] === undefined
        ? inputOf({ name: elicit, where: { method: 'roots/list' } }, 'state "1"')
        : { resultType: 'complete', content: [], sent },
    );
    const asked: string[] = [];
    const client = {
      ...legacyClient(
        (method) => {
          asked.push(method);
          return method === 'roots/list' ? { roots: [] } : { action: 'accept', content: { n: 1 } };
        },
        { ...allCapabilities, tasks: {} },
      ),
      info: '{"name":"old","version":"1"}',
      logLevel: 'error',
    };
    const { result } = await call({ ...params, _meta: { progressToken: 1 } }, { client });
    expect(result).toMatchObject({
      resultType: 'complete',
      sent: {
        name: 'run',
        inputResponses: { name: { action: 'accept', content: { n: 1 } }, where: { roots: [] } },
        requestState: 'state "1"',
        _meta: {
          progressToken: 1,
          'io.modelcontextprotocol/protocolVersion': '2026-07-28',
          'io.modelcontextprotocol/clientCapabilities': allCapabilities,
          'io.modelcontextprotocol/clientInfo': { name: 'old', version: '1' },
          'io.modelcontextprotocol/logLevel': 'error',
        },
      },
    });
    expect(asked.sort()).toEqual(['elicitation/create', 'roots/list']);
    expect(server.sent.map(({ headers }) => headers)).toEqual([
      { 'Mcp-Param-Region': 'eu' },
      { 'Mcp-Param-Region': 'eu' },
    ]);
    expect(acquired).toEqual([undefined]);
    expect(outcomes()).toMatchObject([{ outcome: 'ok', asked: { length: 2 } }]);
  });

  it('gives pages that are to be visited the id that legacy clients know them by', async () => {
    const { call } = set(({ params: sent }) =>
      sent['inputResponses'] === undefined
        ? inputOf({
            page: {
              method: 'elicitation/create',
              params: { mode: 'url', url: 'https://x', message: 'm' },
            },
          })
        : { content: [] },
    );
    const seen: unknown[] = [];
    const client = legacyClient((_method, asked) => {
      seen.push(asked);
      return { action: 'accept' };
    });
    await call(params, { client });
    expect(seen).toEqual([
      { mode: 'url', url: 'https://x', message: 'm', elicitationId: expect.any(String) },
    ]);
  });

  it('tells in words what keeps a tool from completing, and fails what is no tool', async () => {
    const failed = (text: RegExp) => ({
      result: { isError: true, content: [{ type: 'text', text: expect.stringMatching(text) }] },
    });
    const asking = () => inputOf({ name: elicit });
    const poor = legacyClient(() => expect.unreachable(), { roots: {} });
    expect(await set(asking).call(params, { client: poor })).toMatchObject(failed(/not declared/));
    expect(await set(asking).call(params, { client: silentClient })).toMatchObject(
      failed(/not declared/),
    );
    const unreachable = legacyClient(() => {
      throw new AppError('unavailable', 'No stream is open.');
    });
    expect(await set(asking).call(params, { client: unreachable })).toMatchObject(
      failed(/No stream is open/),
    );
    const odd = () => inputOf({ x: { method: 'tools/call', params: {} } });
    const client = legacyClient(() => expect.unreachable());
    expect(await set(odd).call(params, { client })).toMatchObject(failed(/tools\/call/));
    await expect(
      set(asking).call({ name: 'modern__greet' }, { client: poor, method: 'prompts/get' }),
    ).rejects.toMatchObject({ code: 'upstream_failed' });
  });

  it('ends a server that asks without end', async () => {
    const { call, server } = set(() => inputOf({ name: elicit }));
    let questions = 0;
    const client = legacyClient(() => {
      questions += 1;
      return { action: 'decline' };
    });
    expect(await call(params, { client })).toMatchObject({ result: { isError: true } });
    expect(questions).toBe(10);
    expect(server.sent).toHaveLength(11);
  });

  it('makes the other questions of a round void when one fails', async () => {
    const { call } = set(() => inputOf({ one: elicit, two: { method: 'roots/list' } }));
    let voided = false;
    const client = legacyClient((method, _params, signal) => {
      if (method === 'roots/list') throw new AppError('unavailable', 'gone');
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          voided = true;
          reject(new AppError('cancelled', 'void'));
        });
      });
    });
    expect(await call(params, { client })).toMatchObject({
      result: { content: [{ text: expect.stringContaining('gone') }] },
    });
    expect(voided).toBe(true);
  });

  it('ends with its client', async () => {
    const { call, server } = set(() => inputOf({ name: elicit }));
    const controller = new AbortController();
    const client = legacyClient((_method, _params, signal) => {
      controller.abort();
      expect(signal.aborted).toBe(true);
      throw new AppError('cancelled', 'gone');
    });
    await expect(call(params, { client, signal: controller.signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(server.sent).toHaveLength(1);
  });

  it('asks nothing that is not on record', async () => {
    const { call, audit } = set(() => inputOf({ name: elicit }));
    audit.fail = true;
    const client = legacyClient(() => expect.unreachable());
    await expect(call(params, { client })).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('a modern call of a modern server', () => {
  const meta = { 'io.modelcontextprotocol/clientCapabilities': {}, 'x/y': [1.5] };
  const client = modernClient();

  it('passes everything but the name, and the state sealed', async () => {
    const { call, server, outcomes } = set(({ params: sent }) =>
      sent['requestState'] === undefined
        ? inputOf({ name: elicit }, 'a"b\u2028')
        : { resultType: 'odd', sent },
    );
    const first = await call(
      { ...params, _meta: meta },
      { client, headers: { 'mcp-param-x': '1' } },
    );
    const { requestState, ...rest }: Record<string, unknown> = { ...Object(first['result']) };
    expect(rest).toEqual({
      resultType: 'input_required',
      inputRequests: { name: elicit },
      'x-unknown': [1],
    });
    expect(requestState).not.toBe('a"b\u2028');
    expect(server.sent[0]?.headers).toEqual({ 'mcp-param-x': '1', 'Mcp-Param-Region': 'eu' });
    const inputResponses = { name: { action: 'accept', big: '1' } };
    expect(
      await call({ ...params, _meta: meta, inputResponses, requestState }, { client }),
    ).toEqual({
      jsonrpc: '2.0',
      id: 7,
      result: {
        resultType: 'odd',
        sent: { ...params, name: 'run', _meta: meta, inputResponses, requestState: 'a"b\u2028' },
      },
    });
    expect(outcomes()).toMatchObject([
      { outcome: 'input_required', asked: ['elicitation/create'] },
      { outcome: 'ok' },
    ]);
  });

  it('passes answers without a state where the server gave none', async () => {
    const { call } = set(({ params: sent }) =>
      sent['inputResponses'] === undefined ? inputOf({ name: elicit }) : { sent },
    );
    const first = await call(params, { client });
    expect(first['result']).not.toHaveProperty('requestState');
    const inputResponses = { name: { action: 'decline' } };
    expect(await call({ ...params, inputResponses }, { client })).toMatchObject({
      result: { sent: { inputResponses } },
    });
  });

  it('opens no state for another agent, other arguments, or one that the server never sealed', async () => {
    const { call, server } = set(() => inputOf({ name: elicit }, 'secret'));
    const first = await call(params, { client });
    const { requestState }: Record<string, unknown> = { ...Object(first['result']) };
    const refused = { rpcCode: -32602, reason: 'state_invalid' };
    const retry = { ...params, requestState, inputResponses: {} };
    await expect(call(retry, { client, agentId: 'another' })).rejects.toMatchObject(refused);
    await expect(call({ ...retry, arguments: { region: 'us' } }, { client })).rejects.toMatchObject(
      refused,
    );
    await expect(call({ ...retry, requestState: 'secret' }, { client })).rejects.toMatchObject(
      refused,
    );
    expect(server.sent).toHaveLength(1);
  });

  it('refuses what the client has not declared', async () => {
    const { call } = set(() => inputOf({ name: elicit }));
    await expect(call(params, { client: modernClient({ roots: {} }) })).rejects.toMatchObject({
      rpcCode: -32021,
      data: { requiredCapabilities: { elicitation: { form: {} } } },
    });
  });

  it('keeps no state of a size that nobody should carry', async () => {
    const { call } = set(() => inputOf({ name: elicit }, 'x'.repeat(600_000)));
    await expect(call(params, { client })).rejects.toMatchObject({ code: 'upstream_failed' });
  });
});
