import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import path from 'node:path';

import type { AddInstanceEvent, AddInstanceInput } from '@plugboard/contracts/api';
import { afterEach, describe, expect, it } from 'vitest';

import { eventually } from '../harness/eventually.ts';
import { plugboardForFile } from '../harness/for-file.ts';
import { treeOf } from '../harness/processes.ts';
import { packServer } from '../registry/pack.ts';
import { packageOf } from '../registry/registry.ts';

const fixture = plugboardForFile({
  env: { NPM_CONFIG_FETCH_RETRY_MINTIMEOUT: '50', NPM_CONFIG_FETCH_RETRY_MAXTIMEOUT: '200' },
});

afterEach(() => {
  fixture.registry.broken = false;
});

/** Everything that an installation could leave: files, rows, processes. The package cache stays. */
async function state() {
  const { plugboard } = fixture;
  const files: string[] = [];
  const walk = async (folder: string): Promise<void> => {
    for (const entry of await readdir(path.join(plugboard.dataDir, folder), {
      withFileTypes: true,
    }).catch(() => [])) {
      const name = path.join(folder, entry.name);
      if (/^(?:postgres|cache|sandbox|etc)\b/.test(name)) continue;
      files.push(name);
      if (entry.isDirectory()) await walk(name);
    }
  };
  await walk('.');
  const { instances } = await plugboard.api.instances.list();
  const servers = treeOf(plugboard.pid)
    .map(({ command }) => command)
    .filter((command) => /server\.mjs|install\/worker/.test(command));
  const made = files.filter((name) =>
    /^(?:servers\/[^.]|instances\/.|trials\/.|logs\/.|bundles\/.|servers\/.staging\/.)/.test(name),
  );
  return { files: made.sort(), instances: instances.map(({ slug }) => slug), servers };
}

/** Adds what is to fail, leaving at the first event of a step when one is named. */
async function fail(input: AddInstanceInput, leaveAt?: string): Promise<string> {
  const before = await state();
  const aborting = new AbortController();
  const steps: string[] = [];
  let reason: string | undefined;
  try {
    for await (const event of await fixture.plugboard.api.instances.add(input, {
      signal: aborting.signal,
    })) {
      if (event.type === 'done') break;
      steps.push(event.step);
      if (event.step === leaveAt) aborting.abort();
    }
  } catch (error) {
    reason = error instanceof Error ? error.message : String(error);
  }
  await eventually('nothing was left', async () => {
    expect(await state()).toEqual(before);
    return true;
  });
  if (reason === undefined) throw new Error(`it did not fail: ${steps.join(', ')}`);
  return `${steps.at(-1)}: ${reason}`;
}

async function add(input: AddInstanceInput): Promise<AddInstanceEvent[]> {
  const events: AddInstanceEvent[] = [];
  for await (const event of await fixture.plugboard.api.instances.add(input)) events.push(event);
  return events;
}

async function publish(name: string, more: Parameters<typeof packServer>[1] = {}, lies = {}) {
  const manifest = { ...more.manifest, name };
  fixture.registry.publish(await packServer('ten-tools', { ...more, manifest }), lies);
  return name;
}

describe('adding a server tells of each step', () => {
  it('with packages counted, and the instance at last', async () => {
    await publish('steps-helper', { manifest: { bin: undefined } });
    const server = await publish('steps-told', {
      manifest: { dependencies: { 'steps-helper': '1.0.0' } },
    });
    const events = await add({ server, slug: 'told' });
    const steps = events.map((event) => (event.type === 'progress' ? event.step : event.type));
    expect([...new Set(steps)]).toEqual([
      'resolve',
      'fetch',
      'verify',
      'configure',
      'start',
      'list',
      'pin',
      'live',
      'done',
    ]);
    const counted = events.filter((event) => event.type === 'progress' && event.step === 'fetch');
    expect(counted.at(-1)).toMatchObject({ progress: { done: 2, total: 2 } });
    expect(events.at(-1)).toMatchObject({ instance: { slug: 'told', state: { name: 'ready' } } });
  });
});

describe('a failure leaves nothing behind', () => {
  it('when there is no such package, and when the registry is down', async () => {
    expect(await fail({ server: 'steps-nowhere' })).toMatch(/no package/);
    fixture.registry.broken = true;
    expect(await fail({ server: 'steps-unreachable' })).toMatch(/cannot be reached/);
  });

  it('when the tarball is missing or is another one', async () => {
    const missing = await publish('steps-missing', {}, { sent: undefined });
    expect(await fail({ server: missing })).toMatch(/^(?:resolve|fetch): /);
    const other = await publish('steps-other', {}, { sent: Buffer.from('another') });
    expect(await fail({ server: other })).toMatch(/not what the registry vouches for/);
  });

  it('when configuration is wrong', async () => {
    const server = await publish('steps-configured');
    expect(await fail({ server, values: { nobody: 'knows' } })).toMatch(/nobody/);
  });

  it.each([
    ['exit', /exit code 3|setting that nobody gave/],
    ['mute', /not ready within 3 s/],
    ['garbage', /not ready within 3 s/],
    ['old', /ended with exit code 0/],
    ['no-list', /"tools\/list" with an error/],
  ])('when the server does not come up: %s', async (how, message) => {
    const input = { server: packageOf('bad-start'), args: [how], startTimeoutMs: 3000 };
    const failure = await fail({ ...input, slug: `bad-${how}` });
    expect(failure).toMatch(/^start: /);
    expect(failure).toMatch(message);
  });

  it('when the slug is taken meanwhile', async () => {
    const [one, other] = [await publish('steps-one'), await publish('steps-two')];
    const before = await state();
    const outcomes = await Promise.allSettled(
      [one, other].map((server) => add({ server, slug: 'contested' })),
    );
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const lost = outcomes.find(({ status }) => status === 'rejected');
    expect(lost).toMatchObject({ reason: { message: expect.stringContaining('contested') } });
    await fixture.plugboard.api.instances.remove({ instance: 'contested' });
    await eventually('nothing was left', async () => {
      expect(await state()).toEqual(before);
      return true;
    });
  });

  it('when the client leaves while a server starts that never will', async () => {
    const input = { server: packageOf('bad-start'), args: ['mute'], slug: 'left-mute' };
    expect(await fail(input, 'start')).toMatch(/^start/);
  });

  it.each(['resolve', 'fetch', 'verify', 'configure', 'start', 'list', 'pin', 'live'])(
    'or a whole instance, when the client leaves at %s',
    async (step) => {
      const { api } = fixture.plugboard;
      const server = await publish(`steps-left-at-${step}`);
      const before = await state();
      const aborting = new AbortController();
      const input = { server, slug: `left-at-${step}` };
      const adding = (async () => {
        for await (const event of await api.instances.add(input, { signal: aborting.signal })) {
          if (event.type === 'progress' && event.step === step) aborting.abort();
        }
      })();
      // The word of its leaving may come when all is done.
      await adding.catch(() => undefined);
      await eventually('it was one or the other', async () => {
        const { instances } = await state();
        if (instances.includes(input.slug)) {
          const { state: now } = await api.instances.get({ instance: input.slug });
          expect(now.name).toBe('ready');
          await api.instances.remove({ instance: input.slug });
        }
        expect(await state()).toEqual(before);
        return true;
      });
    },
  );
});

describe('installations beside each other', () => {
  it('share a package, and keep it when one of them is removed', async () => {
    const server = await publish('steps-shared');
    await Promise.all(['first', 'second'].map((slug) => add({ server, slug: `shared-${slug}` })));
    const { api } = fixture.plugboard;
    const outcomes = await Promise.allSettled([
      api.instances.remove({ instance: 'shared-first' }),
      add({ server, slug: 'shared-third' }),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
    await api.instances.remove({ instance: 'shared-second' });
    await api.instances.restart({ instance: 'shared-third' });
    await api.instances.remove({ instance: 'shared-third' });
    expect((await state()).files.filter((name) => name.includes('steps-shared'))).toEqual([]);
  });
});

describe('a process that was killed', () => {
  /** Servers of before sleep until they are called; none may run that was not there. */
  async function expectNothingMore(before: Awaited<ReturnType<typeof state>>): Promise<void> {
    const { files, instances, servers } = await state();
    expect({ files, instances }).toEqual({ files: before.files, instances: before.instances });
    expect(servers.filter((command) => !before.servers.includes(command))).toEqual([]);
  }

  it('in the middle of fetching leaves nothing after its next start', async () => {
    const { plugboard } = fixture;
    const files = { 'large.txt': randomBytes(24 * 2 ** 20).toString('base64') };
    const server = await publish('steps-killed', { files });
    const before = await state();
    const adding = (async () => {
      for await (const event of await plugboard.api.instances.add({ server, slug: 'fetched' })) {
        if (event.type === 'progress' && event.step === 'fetch') await plugboard.kill9();
      }
    })();
    await expect(adding).rejects.toThrow();
    // It was in the middle of it, or this would test nothing.
    const servers = path.join(plugboard.dataDir, 'servers');
    expect(await readdir(path.join(servers, '.staging'))).not.toEqual([]);
    expect(await readdir(servers)).not.toContain(server);
    await plugboard.start();
    await expectNothingMore(before);
    expect((await add({ server, slug: 'fetched' })).at(-1)).toMatchObject({ type: 'done' });
    await plugboard.api.instances.remove({ instance: 'fetched' });
    await expectNothingMore(before);
  });

  it('leaves nothing after its next start', async () => {
    const { plugboard } = fixture;
    const before = await state();
    const input = { server: packageOf('bad-start'), args: ['mute'], slug: 'killed' };
    const adding = (async () => {
      for await (const event of await plugboard.api.instances.add(input)) {
        if (event.type === 'progress' && event.step === 'start') await plugboard.kill9();
      }
    })();
    await expect(adding).rejects.toThrow();
    await plugboard.start();
    await expectNothingMore(before);
  });
});
