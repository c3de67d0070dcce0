import { describe, expect, it } from 'vitest';

import { eventually, within } from '../harness/eventually.ts';
import { plugboardForFile } from '../harness/for-file.ts';
import { allProcesses, isRunning, kill, treeOf } from '../harness/processes.ts';
import type { RawClient } from '../harness/raw-client.ts';
import { packageOf } from '../registry/registry.ts';

const fixture = plugboardForFile({}, async ({ plugboard }) => {
  await plugboard.add({ server: packageOf('faulty'), slug: 'faulty' });
  await plugboard.add({ server: packageOf('ten-tools'), slug: 'bystander' });
  await plugboard.add({ server: packageOf('slow'), slug: 'slow' });
});

const open = (at = ''): Promise<RawClient> =>
  fixture.plugboard.client(fixture.plugboard.demoToken, at);

/** Whatever happened to the faulty server, the others answer and its list is whole. */
async function expectOthersWell(client: RawClient): Promise<void> {
  expect(await client.say('bystander__tool_1', { x: 5 })).toBe(':1:5');
  const names = await client.toolNames();
  expect(names).toContain('faulty__die');
  expect(names).toContain('bystander__tool_9');
}

/** Calls until the server has been started again; what it answers meanwhile must be retryable. */
async function callUntilBack(client: RawClient): Promise<void> {
  await eventually('the server answered again', async () => {
    const { message } = await client.request('tools/call', { name: 'faulty__ok', arguments: {} });
    if (!message.error) return message.result.content[0].text === 'ok';
    expect(message.error.data).toMatchObject({ retryable: true });
    return false;
  });
}

/** Makes a call that nothing answers, and resolves when it is on its way to the server. */
async function hang(client: RawClient, id: string | number = 'hanging') {
  const calls = async () => {
    const { entries } = await fixture.plugboard.api.audit.list({
      kind: 'call.intent',
      limit: 1000,
    });
    return entries.filter(({ record }) => record['offering'] === 'hang').length;
  };
  const before = await calls();
  const answer = client.request('tools/call', { name: 'faulty__hang' }, { id });
  await eventually('the call was on its way', async () => (await calls()) > before);
  return { answer };
}

describe('a server that goes wrong in the middle of a call', () => {
  it.each(['die', 'crash'])('ends only its own calls when it does %s', async (how) => {
    const client = await open();
    await callUntilBack(client);
    const waiting = await hang(client);
    const error = await within('the call failed', client.refused(`faulty__${how}`));
    expect(error).toMatchObject({ code: -32000, data: { code: 'upstream_failed' } });
    expect(error.message).not.toMatch(/\bat .+:\d+:\d+/);
    expect((await within('the other call failed', waiting.answer)).message.error).toBeDefined();
    await expectOthersWell(client);
    await callUntilBack(client);
  });

  it('is cancelled when the agent gives up on a hanging call', async () => {
    const client = await open();
    await callUntilBack(client);
    const hanging = await hang(client, 'hang');
    await expectOthersWell(client);
    await client.notify('notifications/cancelled', { requestId: 'hang' });
    await within('the call ended', hanging.answer);
    expect(await client.say('faulty__ok')).toBe('ok');
  });

  it('tells the server when the agent disconnects', async () => {
    const client = await open();
    const controller = new AbortController();
    const label = `gone-${Date.now()}`;
    const calls = Number(await client.say('slow__calls'));
    const call = client.request(
      'tools/call',
      { name: 'slow__wait', arguments: { ms: 60_000, label } },
      { signal: controller.signal },
    );
    await eventually(
      'the call arrived',
      async () => Number(await client.say('slow__calls')) > calls,
    );
    controller.abort();
    await expect(call).rejects.toThrow();
    await eventually('the server heard of it', async () =>
      (await client.say('slow__cancelled')).includes(label),
    );
  });

  it('may print what is no JSON-RPC', async () => {
    const client = await open();
    await callUntilBack(client);
    expect(await client.say('faulty__garbage')).toBe('after garbage');
    expect(await client.say('faulty__ok')).toBe('ok');
  });

  it('may answer with ids that nobody asked with', async () => {
    const client = await open();
    await callUntilBack(client);
    const others = Array.from({ length: 5 }, (_, n) => client.say('faulty__ok', { say: `n${n}` }));
    expect(await client.say('faulty__wrong_ids')).toBe('for you');
    expect(await Promise.all(others)).toEqual(['n0', 'n1', 'n2', 'n3', 'n4']);
  });

  it('is heard once when it answers twice', async () => {
    const client = await open();
    await callUntilBack(client);
    expect(await client.say('faulty__answer_twice')).toBe('first');
    expect(await client.say('faulty__ok')).toBe('ok');
  });

  it('does not fill the memory by flooding its output', async () => {
    const client = await open();
    await callUntilBack(client);
    const before = await memoryOf(fixture.plugboard.pid);
    const { message } = await within(
      'the flood ended',
      client.request('tools/call', { name: 'faulty__flood', arguments: { bytes: 50e6 } }),
      60_000,
    );
    if (message.error) expect(message.error.data).toMatchObject({ code: 'upstream_failed' });
    else expect(message.result.content[0].text).toBe('flooded');
    expect((await memoryOf(fixture.plugboard.pid)) - before).toBeLessThan(200e6);
    await expectOthersWell(client);
    await callUntilBack(client);
  });

  it('does not fill the memory with log messages that nobody reads', async () => {
    const client = await open();
    await callUntilBack(client);
    const before = await memoryOf(fixture.plugboard.pid);
    expect(
      await within('the chatter ended', client.say('faulty__chatter', { count: 20_000 }), 60_000),
    ).toBe('chattered');
    expect((await memoryOf(fixture.plugboard.pid)) - before).toBeLessThan(200e6);
  });

  it('may not send a line of 100 MB', async () => {
    const client = await open();
    await callUntilBack(client);
    const before = await memoryOf(fixture.plugboard.pid);
    const waiting = client.refused('faulty__huge_line', { bytes: 100e6 });
    await expectOthersWell(client);
    const error = await within('the call failed', waiting, 60_000);
    expect(error.data).toMatchObject({
      code: expect.stringMatching(/payload_too_large|upstream_failed/),
    });
    expect((await memoryOf(fixture.plugboard.pid)) - before).toBeLessThan(250e6);
    await callUntilBack(client);
  });

  it('is ended when it takes more memory than it may', async () => {
    const client = await open();
    await callUntilBack(client);
    const error = await within('the call failed', client.refused('faulty__eat_memory'), 60_000);
    expect(error.data).toMatchObject({ code: 'upstream_failed' });
    await expectOthersWell(client);
    await callUntilBack(client);
  });
});

describe('a server whose process is killed', () => {
  it('is started again by the next call, which is answered', async () => {
    const client = await open('/starter/slow');
    const before = pidsOf('plugboard-fixture-slow');
    expect(before.length).toBeGreaterThan(0);
    for (const pid of before) kill(pid);
    await eventually('they were gone', () => !before.some(isRunning));
    await eventually('that was noticed', async () => {
      const { state } = await fixture.plugboard.api.instances.get({ instance: 'slow' });
      return state.name !== 'ready';
    });
    const { message } = await client.request('tools/call', { name: 'pid', arguments: {} });
    expect(message.error).toBeUndefined();
    expect(pidsOf('plugboard-fixture-slow').some((pid) => !before.includes(pid))).toBe(true);
  });
});

describe('a server that will not go', () => {
  it('is gone with all its children when it is removed', async () => {
    const marker = `grandchild-${process.pid}-${Date.now()}`;
    const { plugboard } = fixture;
    await plugboard.add({ server: packageOf('stubborn'), slug: 'stubborn', args: [marker] });
    const client = await open('/starter/stubborn');
    expect(await client.say('fork', { count: 3 })).toBe('forked 3');
    await eventually('they all ran', () => withMarker(marker).length >= 4);
    await plugboard.api.instances.remove({ instance: 'stubborn' });
    await eventually('they were all gone', () => withMarker(marker).length === 0);
  });
});

describe('a server that does not come up', () => {
  it.each([
    ['exit', 60_000, /I need a setting that nobody gave me/],
    ['mute', 3000, /not ready|did not answer|within/],
    ['garbage', 3000, /not ready|did not answer|within/],
    ['no-list', 60_000, /list/],
  ])('is not added when it does this: %s', async (how, startTimeoutMs, message) => {
    const { plugboard } = fixture;
    const adding = plugboard.add({
      server: packageOf('bad-start'),
      slug: `bad-${how}`,
      args: [how],
      startTimeoutMs,
    });
    await expect(adding).rejects.toThrow(message);
    const { instances } = await plugboard.api.instances.list();
    expect(instances.map(({ slug }) => slug)).not.toContain(`bad-${how}`);
  });

  it('may greet its user on stdout', async () => {
    const { plugboard } = fixture;
    await plugboard.add({ server: packageOf('bad-start'), slug: 'banner', args: ['banner'] });
    expect(await (await open()).say('banner__ok')).toBe('ok');
  });
});

async function memoryOf(pid: number): Promise<number> {
  const { readFile } = await import('node:fs/promises');
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024;
}

function withMarker(marker: string): number[] {
  return allProcesses()
    .filter(({ command }) => command.includes(marker))
    .map(({ pid }) => pid);
}

/** Processes of a server, below the Plugboard of this file. */
function pidsOf(packageName: string): number[] {
  return treeOf(fixture.plugboard.pid)
    .filter(({ command }) => command.includes(packageName))
    .map(({ pid }) => pid);
}
