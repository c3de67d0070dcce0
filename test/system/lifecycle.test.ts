import { describe, expect, it } from 'vitest';

import { eventually } from '../harness/eventually.ts';
import { plugboardForFile } from '../harness/for-file.ts';
import type { RpcMessage } from '../harness/raw-client.ts';
import { packageOf } from '../registry/registry.ts';

const fixture = plugboardForFile({}, async ({ plugboard }) => {
  await plugboard.add({ server: packageOf('slow'), slug: 'slow' });
  await plugboard.add({ server: packageOf('changing'), slug: 'changing' });
});

describe('an idle server', () => {
  it('sleeps, is listed while it does, and wakes when it is called', async () => {
    const { plugboard } = fixture;
    await plugboard.add({ server: packageOf('ten-tools'), slug: 'sleepy', idleMs: 300 });
    const client = await plugboard.client(plugboard.demoToken);
    const state = async () =>
      (await plugboard.api.instances.get({ instance: 'sleepy' })).state.name;
    await eventually('it slept', async () => (await state()) === 'sleeping');
    const names = await client.toolNames();
    expect(names).toContain('sleepy__tool_9');
    expect(await state()).toBe('sleeping');
    expect(await client.say('sleepy__tool_9', { x: 1 })).toBe(':9:1');
    await eventually('it slept again', async () => (await state()) === 'sleeping');
  });
});

describe('a call under way', () => {
  it('passes progress on under the token of the agent, in order, with unknown fields', async () => {
    const { plugboard } = fixture;
    const client = await plugboard.client(plugboard.demoToken);
    const heard: RpcMessage[] = [];
    const { message } = await client.request(
      'tools/call',
      {
        name: 'slow__wait',
        arguments: { ms: 200, steps: 3 },
        _meta: { progressToken: 'my token' },
      },
      { onMessage: (each) => heard.push(each) },
    );
    expect(message.result.content[0].text).toBe('waited ');
    const progress = heard.filter(({ method }) => method === 'notifications/progress');
    expect(progress.map(({ params }) => params)).toEqual(
      [1, 2, 3].map((n) => ({ progressToken: 'my token', progress: n, total: 3, 'x-extra': 1 })),
    );
  });

  it('keeps the progress of two calls with the same token apart', async () => {
    const { plugboard } = fixture;
    const one = await plugboard.client(plugboard.demoToken);
    const other = await plugboard.client(plugboard.demoToken);
    const run = async (client: typeof one, steps: number) => {
      const heard: RpcMessage[] = [];
      await client.request(
        'tools/call',
        { name: 'slow__wait', arguments: { ms: 300, steps }, _meta: { progressToken: 1 } },
        { onMessage: (each) => heard.push(each) },
      );
      return heard
        .filter(({ method }) => method === 'notifications/progress')
        .map(({ params }) => params);
    };
    const [first, second] = await Promise.all([run(one, 2), run(other, 3)]);
    expect(first.map(({ total }) => total)).toEqual([2, 2]);
    expect(second.map(({ total }) => total)).toEqual([3, 3, 3]);
    expect(new Set([...first, ...second].map(({ progressToken }) => progressToken))).toEqual(
      new Set([1]),
    );
  });

  it('shows its log messages from the level on that the session asked for', async () => {
    const { plugboard } = fixture;
    const client = await plugboard.client(plugboard.demoToken, '/starter/slow');
    const labels = async (label: string) => {
      const heard: RpcMessage[] = [];
      const params = { name: 'wait', arguments: { ms: 50, steps: 1, label } };
      await client.request('tools/call', params, { onMessage: (each) => heard.push(each) });
      return heard
        .filter(({ method }) => method === 'notifications/message')
        .map(({ params }) => params.data.label);
    };
    await client.request('logging/setLevel', { level: 'debug' });
    expect(await labels('wanted')).toEqual(['wanted']);
    await client.request('logging/setLevel', { level: 'error' });
    expect(await labels('unwanted')).toEqual([]);
  });
});

describe('a server that changes what it offers', () => {
  it('is listed anew, and open sessions hear of it', async () => {
    const { plugboard } = fixture;
    const client = await plugboard.client(plugboard.demoToken);
    await using stream = await client.listen();
    await client.toolNames();
    await client.call('changing__add_tool', { name: 'fresh' });
    await stream.heard('notifications/tools/list_changed');
    await eventually('it was listed', async () =>
      (await client.toolNames()).includes('changing__fresh'),
    );
    expect(await client.say('changing__fresh')).toBe('I am fresh');
    await client.call('changing__remove_tool', { name: 'fresh' });
    await eventually(
      'it was gone',
      async () => !(await client.toolNames()).includes('changing__fresh'),
    );
    expect((await client.refused('changing__fresh')).code).toBe(-32602);
  });

  it.each(['roots/list', 'sampling/createMessage', 'elicitation/create'])(
    'is told that nobody answers %s',
    async (method) => {
      const { plugboard } = fixture;
      const client = await plugboard.client(plugboard.demoToken);
      const answer = JSON.parse(await client.say('changing__ask_client', { method }));
      expect(answer.error).toMatchObject({ code: -32601 });
    },
  );
});

describe('fifty servers with ten tools each', () => {
  it('are listed at once, from what is stored, and all answer', async () => {
    const { plugboard } = fixture;
    await plugboard.api.toolboxes.create({ slug: 'fifty' });
    const slugs = Array.from({ length: 50 }, (_, n) => `many-${n}`);
    const begun = performance.now();
    for (let n = 0; n < slugs.length; n += 5) {
      await Promise.all(
        slugs
          .slice(n, n + 5)
          .map((slug) =>
            plugboard.add({ server: packageOf('ten-tools'), slug, args: [slug], toolbox: 'fifty' }),
          ),
      );
    }
    const added = performance.now();
    const client = await plugboard.client(await plugboard.agent('of-fifty', { fifty: 'read' }));
    const names = await client.toolNames();
    expect(names.length).toBe(500);
    const listed = performance.now();
    // Fifty at a time, one to each server, for an agent may have 256 under way.
    const answers: string[] = [];
    for (let tool = 0; tool < 10; tool += 1) {
      const group = names.filter((name) => name.endsWith(`__tool_${tool}`));
      answers.push(...(await Promise.all(group.map((name) => client.say(name, { x: 1 })))));
    }
    const expected = slugs.flatMap((slug) =>
      Array.from({ length: 10 }, (_, n) => `${slug}:${n}:1`),
    );
    expect(answers.sort()).toEqual(expected.sort());
    const called = performance.now();
    const seconds = (from: number, to: number) => `${((to - from) / 1000).toFixed(2)} s`;
    console.log(
      `fifty servers: added in ${seconds(begun, added)}, listed in ${seconds(added, listed)}, 500 calls in ${seconds(listed, called)}`,
    );
    const { instances } = await plugboard.api.instances.list({ toolbox: 'fifty' });
    expect(instances.filter(({ state }) => state.name === 'ready').length).toBe(50);
  }, 300_000);
});
