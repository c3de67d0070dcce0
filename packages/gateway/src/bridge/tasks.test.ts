import { describe, expect, it } from 'vitest';

import { MethodNotFound } from '../call/rpc-error.ts';
import { buildGrant, buildInstance, buildOffering } from '../testing/build.ts';
import { callHarness, envelopeOf, modernClient, ScriptedServer } from '../testing/call-harness.ts';
import { exposeTaskId } from './tasks.ts';

const offerings = [buildOffering('run', { level: 'write' })];
const runner = buildInstance('runner', offerings, { era: 'modern' });
const twin = buildInstance('twin', offerings, { era: 'modern' });
const client = modernClient();

function set() {
  const server = new ScriptedServer(
    ({ request, params }) =>
      request.method === 'tools/call'
        ? { resultType: 'task', taskId: 't1', status: 'working', ttlMs: null }
        : {
            resultType: 'complete',
            taskId: params['taskId'],
            status: 'completed',
            result: { content: [{ type: 'resource_link', name: 'n', uri: 'note://a' }] },
          },
    { era: 'modern' },
  );
  return { server, ...callHarness(server, [runner, twin]) };
}

describe('tasks', () => {
  it('are shown under their server on an endpoint of many, and looked after there', async () => {
    const { call, server, outcomes } = set();
    expect(await call({ name: 'runner__run' }, { client })).toMatchObject({
      result: { resultType: 'task', taskId: 'runner+t1' },
    });
    expect(await call({ taskId: 'runner+t1' }, { client, method: 'tasks/get' })).toMatchObject({
      result: {
        taskId: 'runner+t1',
        result: { content: [{ uri: 'runner+note://a' }] },
      },
    });
    expect(JSON.parse(String(server.sent[1]?.params))).toEqual({ taskId: 't1' });
    expect(outcomes()[1]).toMatchObject({
      method: 'tasks/get',
      instance: 'runner',
      offeringKind: 'method',
      offering: 'tasks/get',
      level: 'read',
      outcome: 'ok',
    });
  });

  it('keep their ids on an endpoint of one server', async () => {
    const { call } = set();
    const path = '/mcp/starter/runner';
    expect(await call({ name: 'run' }, { client, path })).toMatchObject({
      result: { taskId: 't1' },
    });
    expect(await call({ taskId: 't1' }, { client, path, method: 'tasks/cancel' })).toMatchObject({
      result: { taskId: 't1' },
    });
  });

  it('pass what a task waits for to the server unopened', async () => {
    const { call, server } = set();
    await call({ name: 'runner__run' }, { client });
    const update = { taskId: 'runner+t1', inputResponses: { a: { action: 'accept' } } };
    await call(update, { client, method: 'tasks/update' });
    expect(JSON.parse(String(server.sent[1]?.params))).toEqual({ ...update, taskId: 't1' });
  });

  it("are another agent's for nobody, in the words for what never was", async () => {
    const { call, server, outcomes } = set();
    await call({ name: 'runner__run' }, { client });
    const message = async (taskId: string, agentId: string) =>
      call({ taskId }, { client, agentId, method: 'tasks/get' }).then(
        () => 'answered',
        (error: Error) => error.message.replaceAll(taskId, 'ID'),
      );
    const unknown = await message('runner+t2', 'agent');
    expect(unknown).toMatch(/^Unknown task: ID/);
    expect(await message('runner+t1', 'another')).toBe(unknown);
    // The id is right, the server is not.
    expect(await message('twin+t1', 'agent')).toBe(unknown);
    expect(await message('nobody+t1', 'agent')).toBe(unknown);
    expect(await message('t1', 'agent')).toBe(unknown);
    expect(server.sent).toHaveLength(1);
    expect(
      outcomes()
        .slice(1)
        .map(({ reason }) => reason),
    ).toEqual(['unknown', 'not_owner', 'unknown', 'unknown', 'unknown']);
  });

  it('stay with an agent that reaches the server otherwise, and with no other', async () => {
    const { call } = set();
    await call({ name: 'runner__run' }, { client });
    const get = (grants: ReturnType<typeof buildGrant>[]) =>
      call({ taskId: 'runner+t1' }, { client, grants, method: 'tasks/get' });
    const target = { scope: 'offering', instanceId: runner.id, kind: 'tool', name: 'x' } as const;
    await get([buildGrant({ target, level: 'read' })]);
    const refused = { code: 'not_found' };
    await expect(get([])).rejects.toMatchObject(refused);
    await expect(
      get([buildGrant({ target: { scope: 'instance', instanceId: twin.id } })]),
    ).rejects.toMatchObject(refused);
    await expect(
      get([buildGrant(), buildGrant({ effect: 'deny', level: 'read' })]),
    ).rejects.toMatchObject(refused);
    await expect(get([buildGrant({ expiresAt: 1 })])).rejects.toMatchObject(refused);
  });

  it('are never listed, nor reached as servers of the legacy era tried them out', async () => {
    const { call, server } = set();
    const path = '/mcp/starter/runner';
    for (const method of ['tasks/list', 'tasks/result']) {
      const attempt = call({ taskId: 't1' }, { client, path, method });
      await expect(attempt).rejects.toBeInstanceOf(MethodNotFound);
    }
    await expect(call({}, { client, path, method: 'tasks/get' })).rejects.toMatchObject({
      code: 'invalid_input',
    });
    expect(server.sent).toEqual([]);
  });

  it('are not begun without an id that can be kept', async () => {
    const server = new ScriptedServer(() => ({ resultType: 'task', taskId: 7 }), { era: 'modern' });
    const { call } = callHarness(server, [runner]);
    await expect(call({ name: 'runner__run' }, { client })).rejects.toMatchObject({
      code: 'upstream_failed',
    });
  });

  it('are shown under their server in notifications', () => {
    const told = envelopeOf({
      jsonrpc: '2.0',
      method: 'notifications/tasks',
      params: { taskId: 't"1', x: 1 },
    });
    expect(JSON.parse(exposeTaskId(told, 'runner').bytes.toString())).toMatchObject({
      params: { taskId: 'runner+t"1', x: 1 },
    });
  });
});
