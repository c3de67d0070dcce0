import { describe, expect, it } from 'vitest';

import { buildGrant, buildInstance, buildOffering } from '../testing/build.ts';
import { callHarness, ScriptedServer } from '../testing/call-harness.ts';
import { MethodNotFound } from './rpc-error.ts';

const offerings = [
  buildOffering('run'),
  buildOffering('greet', { kind: 'prompt' }),
  buildOffering('skill://a/SKILL.md', { kind: 'resource' }),
];
const one = buildInstance('one', offerings);
const two = buildInstance('two', offerings);
const transparent = '/mcp/starter/one';

function set() {
  const server = new ScriptedServer(({ params, request }) => ({ method: request.method, params }));
  return { server, ...callHarness(server, [one, two]) };
}

describe('methods that Plugboard does not know', () => {
  it('go to the one server of a transparent endpoint as they are', async () => {
    const { call, outcomes } = set();
    const params = { a: [1.5], name: 'x', uri: 'y' };
    expect(await call(params, { path: transparent, method: 'acme/do' })).toMatchObject({
      result: { method: 'acme/do', params },
    });
    expect(outcomes()[0]).toMatchObject({
      instance: 'one',
      offeringKind: 'method',
      offering: 'acme/do',
      level: 'execute',
    });
  });

  it('go on an endpoint of many where their uri or name is of', async () => {
    const { call } = set();
    expect(await call({ uri: 'two+x://y' }, { method: 'acme/do' })).toMatchObject({
      result: { params: { uri: 'x://y' } },
    });
    expect(await call({ name: 'two__run' }, { method: 'acme/do' })).toMatchObject({
      result: { params: { name: 'run' } },
    });
    for (const params of [{}, { uri: 'x://y' }, { uri: 'three+x://y' }, { name: 'two__walk' }]) {
      await expect(call(params, { method: 'acme/do' })).rejects.toBeInstanceOf(MethodNotFound);
    }
  });

  it('need a grant of execute on all of the server, and are unknown without', async () => {
    const { call, server, outcomes } = set();
    const attempt = (fields: Parameters<typeof buildGrant>[0]) =>
      call({}, { path: transparent, method: 'acme/do', grants: [buildGrant(fields)] });
    await attempt({ level: 'execute', target: { scope: 'instance', instanceId: one.id } });
    await expect(attempt({ level: 'write' })).rejects.toThrow(/acme\/do is refused: .* execute/);
    const target = { scope: 'offering', instanceId: one.id, kind: 'tool', name: 'run' } as const;
    await expect(attempt({ target })).rejects.toBeInstanceOf(MethodNotFound);
    await expect(attempt({ target: { scope: 'toolbox', toolboxId: 'x' } })).rejects.toBeInstanceOf(
      MethodNotFound,
    );
    expect(server.sent).toHaveLength(1);
    expect(
      outcomes()
        .slice(1)
        .map(({ outcome, reason }) => [outcome, reason]),
    ).toEqual([
      ['refused', 'level_too_low'],
      ['refused', 'no_grant'],
      ['refused', 'unknown_method'],
    ]);
  });

  it('reach nothing that is denied by its name', async () => {
    const { call, server } = set();
    for (const [kind, name, params] of [
      ['tool', 'run', { name: 'run' }],
      ['prompt', 'greet', { name: 'greet' }],
      ['resource', 'skill://a/SKILL.md', { uri: 'skill://a/./skill.md' }],
    ] as const) {
      const target = { scope: 'offering', instanceId: one.id, kind, name } as const;
      const grants = [buildGrant(), buildGrant({ effect: 'deny', level: 'read', target })];
      await expect(
        call(params, { path: transparent, method: 'acme/do', grants }),
      ).rejects.toBeInstanceOf(MethodNotFound);
    }
    expect(server.sent).toEqual([]);
  });

  it('are not those that a gateway answers or that go the other way', async () => {
    const { call, server } = set();
    for (const method of [
      'initialize',
      'ping',
      'logging/setLevel',
      'tools/list',
      'server/discover',
      'sampling/createMessage',
      'elicitation/create',
      'roots/list',
      'notifications/cancelled',
    ]) {
      const sent = call({ name: 'run' }, { path: transparent, method });
      await expect(sent).rejects.toBeInstanceOf(MethodNotFound);
    }
    for (const method of ['resources/subscribe', 'subscriptions/listen']) {
      const params = { uri: 'skill://a/SKILL.md' };
      await expect(call(params, { path: transparent, method })).rejects.toBeInstanceOf(
        MethodNotFound,
      );
    }
    expect(server.sent).toEqual([]);
  });
});

describe('extensions that only read', () => {
  it('are decided as the resource that they are about', async () => {
    const { call } = set();
    const target = {
      scope: 'offering',
      instanceId: one.id,
      kind: 'resource',
      name: 'skill://a/SKILL.md',
    } as const;
    const method = 'resources/directory/read';
    const read = (uri: string, grants = [buildGrant({ target, level: 'read' })]) =>
      call({ uri }, { method, grants });
    expect(await read('one+skill://a/SKILL.md')).toMatchObject({
      result: { method, params: { uri: 'skill://a/SKILL.md' } },
    });
    await expect(read('one+skill://a')).rejects.toMatchObject({ code: 'not_found' });
    await expect(read('two+skill://a/SKILL.md')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('need no more than a grant to read', async () => {
    const { call } = set();
    const grants = [buildGrant({ level: 'read' })];
    expect(
      await call({ uri: 'two+skill://a/SKILL.md' }, { method: 'skills/get', grants }),
    ).toMatchObject({ result: { params: { uri: 'skill://a/SKILL.md' } } });
    expect(await call({}, { path: transparent, method: 'skills/list', grants })).toMatchObject({
      result: { method: 'skills/list' },
    });
  });
});
