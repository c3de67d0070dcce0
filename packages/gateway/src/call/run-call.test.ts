import { AppError } from '@plugboard/contracts';
import { parseParams, readEnvelope, type UpstreamRequest } from '@plugboard/protocol';
import { describe, expect, it } from 'vitest';

import { authorize } from '../access/authorize.ts';
import type { AuditRecord } from '../audit-record.ts';
import { parseEndpoint } from '../endpoint.ts';
import {
  buildCall,
  buildGrant,
  buildInstance,
  buildOffering,
  memoryTasks,
  notingAudit,
  plainSealer,
  scriptedUpstream,
  upstreamsOf,
} from '../testing/build.ts';
import { buildToolset } from '../toolset/toolset.ts';
import { createBridge } from '../bridge/create-bridge.ts';
import { createAttribution } from './attribution.ts';
import { silentClient } from './call-client.ts';
import { createLimiter } from './limit.ts';
import { resolve } from './resolve.ts';
import { type CallServices, runCall } from './run-call.ts';

const log = readEnvelope(
  Buffer.from('{"jsonrpc":"2.0","method":"notifications/message","params":{}}'),
);

function set(
  answer: (request: UpstreamRequest) => Promise<string> | string,
  options: {
    grants?: Parameters<typeof buildToolset>[0]['grants'];
    path?: string;
    stopped?: boolean;
  } = {},
) {
  const events: string[] = [];
  const records: AuditRecord[] = [];
  const audit = notingAudit(events, records);
  const upstream = scriptedUpstream((request) => {
    events.push('forwarded');
    return answer(request);
  });
  const upstreams = upstreamsOf(upstream);
  const attribution = createAttribution();
  const services: CallServices = {
    audit,
    bridge: createBridge({
      upstreams,
      attribution,
      onError: (error) => expect.unreachable(String(error)),
    }),
    tasks: memoryTasks(),
    sealer: plainSealer,
    upstreams,
    attribution,
    limiter: createLimiter(2),
    clock: () => Date.now(),
    callTimeoutMs: 1000,
    maxResultBytes: 10_000,
  };
  const instance = buildInstance(
    'files',
    [
      buildOffering('read.file'),
      buildOffering('write', { level: 'write' }),
      buildOffering('destroy', { level: 'admin' }),
      buildOffering('greet', { kind: 'prompt' }),
      buildOffering('file:///listed', { kind: 'resource' }),
      buildOffering('db://{table}', { kind: 'resource_template' }),
    ],
    { stopped: options.stopped },
  );
  const endpoint = parseEndpoint(`/mcp${options.path ?? ''}`)!;
  const grants = options.grants ?? [buildGrant({ level: 'execute' })];
  const toolset = buildToolset({ grants, instances: [instance] }, endpoint, Date.now());
  const call = (
    method: 'tools/call' | 'prompts/get' | 'resources/read',
    params: unknown,
    signal?: AbortSignal,
  ) => {
    const request = buildCall(method, params);
    return runCall(services, {
      facts: {
        callId: 'call',
        caller: { organizationId: 'org', agentId: 'agent', tokenId: 'token' },
        method,
        startedAt: Date.now(),
      },
      toolset,
      client: silentClient,
      request,
      params: parseParams(request),
      signal: signal ?? new AbortController().signal,
      onMessage: () => events.push('shown'),
    });
  };
  return { call, events, records, audit, instance };
}

const ok = '{"jsonrpc":"2.0","id":7,"result":{"content":[],"x-unknown":12345678901234567890}}';

describe('runCall', () => {
  it('records a writing call before it is forwarded and again before it is answered', async () => {
    const { call, events, records } = set(() => ok);
    const answer = await call('tools/call', { name: 'files__write' });
    expect(answer.bytes.toString()).toBe(ok);
    expect(events).toEqual(['call.intent', 'forwarded', 'call.outcome']);
    expect(records[1]).toMatchObject({
      outcome: 'ok',
      offering: 'write',
      instance: 'files',
      callId: 'call',
    });
  });

  it('needs no intent for what only reads', async () => {
    const { call, events } = set(() => ok);
    await call('prompts/get', { name: 'files__greet' });
    expect(events).toEqual(['forwarded', 'call.outcome']);
  });

  it('forwards parameters as written, but for the name', async () => {
    let forwarded = '';
    const { call } = set(
      (request) => {
        forwarded = request.params?.toString() ?? '';
        return ok;
      },
      { path: '' },
    );
    const name = JSON.parse(
      buildToolset(
        {
          grants: [buildGrant()],
          instances: [buildInstance('files', [buildOffering('read.file')])],
        },
        parseEndpoint('/mcp')!,
        0,
      ).lists.tool.toString(),
    ).tools[0].name;
    await call('tools/call', { arguments: { path: 'ä' }, name, _meta: { other: [1] } });
    expect(JSON.parse(forwarded)).toEqual({
      arguments: { path: 'ä' },
      name: 'read.file',
      _meta: { other: [1] },
    });
  });

  it('shows what a server says only after the call is on record', async () => {
    const { call, events } = set(async (request) => {
      void request.onMessage?.(log);
      void request.onMessage?.(log);
      return ok;
    });
    await call('prompts/get', { name: 'files__greet' });
    expect(events).toEqual(['forwarded', 'call.intent', 'shown', 'shown', 'call.outcome']);
  });

  it('shows nothing when the record cannot be written', async () => {
    const { call, events, audit } = set(async (request) => {
      void request.onMessage?.(log);
      return ok;
    });
    audit.fail = true;
    await expect(call('prompts/get', { name: 'files__greet' })).rejects.toMatchObject({
      code: 'unavailable',
      retryAfterMs: 500,
    });
    expect(events).toEqual(['forwarded']);
  });

  it('does not forward a write whose intent cannot be written', async () => {
    const { call, events, audit } = set(() => ok);
    audit.fail = true;
    await expect(call('tools/call', { name: 'files__write' })).rejects.toMatchObject({
      code: 'unavailable',
    });
    expect(events).toEqual([]);
  });

  it('answers alike for what does not exist, is not granted, and is denied, and records which', async () => {
    const denied = set(() => ok, {
      grants: [buildGrant(), buildGrant({ effect: 'deny', level: 'read' })],
    });
    const ungranted = set(() => ok, { grants: [] });
    const unknown = set(() => ok);
    const message = async (attempt: Promise<unknown>) =>
      attempt.then(
        () => 'answered',
        (e: Error) => e.message,
      );
    const asked = { name: 'files__write' };
    const expected = (await message(unknown.call('tools/call', { name: 'files__wrote' }))).replace(
      'wrote',
      'write',
    );
    expect(await message(denied.call('tools/call', asked))).toBe(expected);
    expect(await message(ungranted.call('tools/call', asked))).toBe(expected);
    expect(denied.records[0]).toMatchObject({
      kind: 'call.outcome',
      outcome: 'refused',
      reason: 'denied',
    });
    expect(ungranted.records[0]).toMatchObject({ outcome: 'refused', reason: 'no_grant' });
    expect(unknown.records[0]).toMatchObject({ outcome: 'refused', reason: 'unknown' });
    expect(denied.events).not.toContain('forwarded');
  });

  it('tells of what is stopped to whom it is granted, and to nobody else', async () => {
    const granted = set(() => ok, { stopped: true });
    await expect(granted.call('tools/call', { name: 'files__write' })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/files is stopped/),
    });
    expect(granted.events).toEqual(['call.outcome']);
    expect(granted.records[0]).toMatchObject({ outcome: 'refused', reason: 'instance_stopped' });
    const messages = [true, false].map(async (stopped) => {
      const { call } = set(() => ok, { stopped, grants: [] });
      const error: unknown = await call('tools/call', { name: 'files__write' }).catch((e) => e);
      return String(error);
    });
    const [whenStopped, otherwise] = await Promise.all(messages);
    expect(whenStopped).toBe(otherwise);
    const tooLow = set(() => ok, { stopped: true, grants: [buildGrant({ level: 'read' })] });
    await expect(tooLow.call('tools/call', { name: 'files__write' })).rejects.toMatchObject({
      code: 'forbidden',
    });
  });

  it('names the missing level where a grant reaches the tool', async () => {
    const { call, records } = set(() => ok);
    await expect(call('tools/call', { name: 'files__destroy' })).rejects.toThrow(
      /destroy is refused: .* gives only execute, and admin is needed/,
    );
    expect(records[0]).toMatchObject({ outcome: 'refused', reason: 'level_too_low' });
  });

  it('applies a deny on a template to the URIs that may come from it', async () => {
    const { instance } = set(() => ok);
    const target = {
      scope: 'offering',
      instanceId: instance.id,
      kind: 'resource_template',
      name: 'db://{table}',
    } as const;
    const deny = buildGrant({ effect: 'deny', level: 'read', target });
    const toolset = buildToolset(
      { grants: [buildGrant(), deny], instances: [instance] },
      parseEndpoint('/mcp/starter/files')!,
      0,
    );
    const decide = (uri: string) => {
      const resolution = resolve(toolset, 'resources/read', { uri });
      return resolution.found && authorize(toolset.grants, resolution.call, 0).reason;
    };
    expect(decide('db://users')).toBe('denied');
    expect(decide('file:///listed')).toBe('granted');
    expect(decide('file:///unlisted')).toBe('granted');
  });

  it('asks for the level of the template that an unlisted URI comes from', () => {
    const instance = buildInstance('files', [
      buildOffering('db://{table}', { kind: 'resource_template', level: 'admin' }),
      buildOffering('file:///{path}', { kind: 'resource_template' }),
      buildOffering('file:///keys', { kind: 'resource', level: 'admin' }),
    ]);
    const toolset = buildToolset(
      { grants: [buildGrant({ level: 'read' })], instances: [instance] },
      parseEndpoint('/mcp/starter/files')!,
      0,
    );
    const decide = (uri: string) => {
      const resolution = resolve(toolset, 'resources/read', { uri });
      return resolution.found && authorize(toolset.grants, resolution.call, 0).reason;
    };
    expect(decide('db://users')).toBe('level_too_low');
    expect(decide('DB://users')).toBe('level_too_low');
    expect(decide('file:///keys')).toBe('level_too_low');
    expect(decide('file:///./keys')).toBe('level_too_low');
    expect(decide('file:///other')).toBe('granted');
  });

  it('applies a deny on a resource to other spellings of its URI', () => {
    const instance = buildInstance('files', [buildOffering('file:///Keys', { kind: 'resource' })]);
    const target = {
      scope: 'offering',
      instanceId: instance.id,
      kind: 'resource',
      name: 'file:///Keys',
    } as const;
    const grants = [buildGrant(), buildGrant({ effect: 'deny', level: 'read', target })];
    const toolset = buildToolset({ grants, instances: [instance] }, parseEndpoint('/mcp')!, 0);
    const decide = (uri: string) => {
      const resolution = resolve(toolset, 'resources/read', { uri });
      return resolution.found && authorize(toolset.grants, resolution.call, 0).reason;
    };
    for (const uri of ['file:///Keys', 'FILE:///keys', 'file:///x/../Keys', 'file:///%4beys?x']) {
      expect(decide(`files+${uri}`)).toBe('denied');
    }
    expect(decide('files+file:///other')).toBe('granted');
  });

  it('lets a grant on a template permit nothing beside it', () => {
    const instance = buildInstance('files', [
      buildOffering('file:///pub/{name}', { kind: 'resource_template' }),
    ]);
    const target = {
      scope: 'offering',
      instanceId: instance.id,
      kind: 'resource_template',
      name: 'file:///pub/{name}',
    } as const;
    const toolset = buildToolset(
      { grants: [buildGrant({ target })], instances: [instance] },
      parseEndpoint('/mcp/starter/files')!,
      0,
    );
    const decide = (uri: string) => {
      const resolution = resolve(toolset, 'resources/read', { uri });
      return resolution.found && authorize(toolset.grants, resolution.call, 0).reason;
    };
    expect(decide('file:///pub/a')).toBe('granted');
    expect(decide('file:///pub/../key')).toBe('no_grant');
    expect(decide('file:///pub/%2e%2e/key')).toBe('no_grant');
  });

  it('compares no URI of great length with what a server lists', async () => {
    const { call, records } = set(() => ok);
    const uri = `files+db://${'a'.repeat(1_000_000)}`;
    await expect(call('resources/read', { uri })).rejects.toThrow(/8192 characters at most/);
    expect(records[0]).toMatchObject({ outcome: 'refused', reason: 'invalid' });
  });

  it('records a cancelled call as cancelled', async () => {
    const controller = new AbortController();
    const { call, records } = set(() => {
      controller.abort();
      throw new AppError('cancelled', 'The call was cancelled.');
    });
    await expect(
      call('prompts/get', { name: 'files__greet' }, controller.signal),
    ).rejects.toMatchObject({ code: 'cancelled' });
    expect(records.at(-1)).toMatchObject({ outcome: 'cancelled' });
  });

  it('holds an agent to its number of calls under way', async () => {
    const gate = Promise.withResolvers<string>();
    const { call } = set(() => gate.promise);
    const first = [
      call('prompts/get', { name: 'files__greet' }),
      call('prompts/get', { name: 'files__greet' }),
    ];
    await expect(call('prompts/get', { name: 'files__greet' })).rejects.toMatchObject({
      code: 'rate_limited',
    });
    gate.resolve(ok);
    await Promise.all(first);
    await call('prompts/get', { name: 'files__greet' });
  });

  it('refuses an answer above the limit', async () => {
    const { call, records } = set(
      () => `{"jsonrpc":"2.0","id":7,"result":"${'x'.repeat(20_000)}"}`,
    );
    await expect(call('prompts/get', { name: 'files__greet' })).rejects.toMatchObject({
      code: 'payload_too_large',
    });
    expect(records.at(-1)).toMatchObject({ outcome: 'error', reason: 'payload_too_large' });
  });

  it('keeps the arguments once, redacted', async () => {
    const { call, records } = set(() => ok);
    await call('tools/call', { name: 'files__write', arguments: { token: 'hunter2', path: '/a' } });
    expect(records[0]).toMatchObject({
      arguments: { redacted: { token: '[redacted]', path: '/a' } },
    });
    expect(records[1]).not.toHaveProperty('arguments');
  });
});
