import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

import type { InstanceChangedEvent } from '@plugboard/contracts/api';
import { beforeAll, describe, expect, it } from 'vitest';

import { eventually } from '../harness/eventually.ts';
import { plugboardForFile } from '../harness/for-file.ts';
import { packServer } from '../registry/pack.ts';

const name = 'fixture-versions';

const fixture = plugboardForFile({
  env: { NPM_CONFIG_FETCH_RETRY_MINTIMEOUT: '50', NPM_CONFIG_FETCH_RETRY_MAXTIMEOUT: '200' },
});

const say = `{ name: 'say', description: 'Says its version', annotations: { readOnlyHint: true },
  run: async () => text(version) }`;
const wait = `{ name: 'wait', annotations: { readOnlyHint: true },
  run: async ({ ms }) => { await new Promise((done) => setTimeout(done, ms)); return text(version); } }`;
const more = `{ name: 'more', annotations: { readOnlyHint: true }, run: async () => text('more') }`;
const strict = `{ name: 'say', annotations: { readOnlyHint: true },
  inputSchema: { type: 'object', properties: { how: { type: 'string' } }, required: ['how'] },
  run: async () => text(version) }`;

/** A version of a server that keeps its state in a file. */
async function publish(
  version: string,
  tools: readonly string[],
  { manifest = {}, before = '', options = '', files = {} }: Variant = {},
): Promise<void> {
  const packed = await packServer('ten-tools', {
    manifest: { name, version, ...manifest },
    files: {
      ...files,
      'server.mjs': `#!/usr/bin/env node
        import { existsSync, writeFileSync } from 'node:fs';
        import { serve, text } from './rpc.mjs';
        const version = '${version}';
        const state = process.env.DATA + '/state';
        ${before}
        writeFileSync(state, version);
        serve({ name: 'versions', ${options} tools: [${tools.join()}] });`,
    },
  });
  fixture.registry.publish(packed);
}

interface Variant {
  readonly manifest?: object;
  readonly before?: string;
  readonly options?: string;
  readonly files?: Readonly<Record<string, string>>;
}

beforeAll(async () => {
  await publish('0.9.0', [say, wait]);
  await publish('1.0.0', [say, wait], { manifest: { repository: 'github:example/versions' } });
  await publish('1.1.0', [say, wait, more], {
    files: { 'CHANGELOG.md': '# Changes\n## 1.1.0\n- adds `more`\n## 1.0.0\n- first\n' },
  });
  await publish('1.2.0', [say], { before: `console.error('no start'); process.exit(3);` });
  await publish('1.3.0', [say, wait], {
    before: `if (existsSync(state)) { console.error('old state'); process.exit(4); }`,
  });
  await publish('1.4.0', [say], { options: `handlers: { 'tools/list': () => ({ tools: 7 }) },` });
  await publish('1.5.0', [say], { manifest: { deprecated: 'leaks memory' } });
  await publish('1.6.0', [say], { manifest: { engines: { node: '>=99' } } });
  await publish('2.0.0', [strict, wait]);
});

async function add(slug: string, version = '1.0.0'): Promise<string> {
  const { id } = await fixture.plugboard.add({
    server: `${name}@${version}`,
    slug,
    env: { DATA: '{workDir}' },
  });
  return id;
}

async function finish(stream: AsyncIterable<InstanceChangedEvent>) {
  let last: InstanceChangedEvent | undefined;
  for await (const event of stream) last = event;
  if (last?.type !== 'done') throw new Error('it did not end');
  return last;
}

const update = async (instance: string, more_: object = {}) =>
  finish(await fixture.plugboard.api.versions.update({ instance, ...more_ }));
const rollback = async (instance: string, more_: object = {}) =>
  finish(await fixture.plugboard.api.versions.rollback({ instance, ...more_ }));
const history = async (instance: string) =>
  (await fixture.plugboard.api.versions.history({ instance })).revisions;

/** What an agent is told by the server that runs. */
async function saidBy(slug: string, args: object = {}): Promise<string> {
  const client = await fixture.plugboard.client(fixture.plugboard.demoToken, `/starter/${slug}`);
  try {
    return await client.say('say', args);
  } finally {
    await client.end();
  }
}

async function workFolders(): Promise<string[]> {
  return readdir(path.join(fixture.plugboard.dataDir, 'instances')).catch(() => []);
}

describe('versions', () => {
  it('are told for all instances, newest of each step, with what is passed over', async () => {
    await add('told');
    const { instances } = await fixture.plugboard.api.versions.updates();
    expect(instances.find(({ slug }) => slug === 'told')).toMatchObject({
      current: '1.0.0',
      from: 'npm',
      updates: {
        minor: { version: '1.4.0' },
        major: { version: '2.0.0' },
        compatible: { version: '1.4.0' },
        skipped: [
          { version: '1.6.0', reason: 'engine' },
          { version: '1.5.0', reason: 'deprecated' },
        ],
        yanked: false,
      },
    });
  });

  it('are told of the others when one cannot be asked about', async () => {
    const { plugboard, registry } = fixture;
    registry.broken = true;
    const { instances } = await plugboard.api.versions.updates({ fresh: true });
    registry.broken = false;
    expect(instances.find(({ slug }) => slug === 'told')).toMatchObject({ problem: /registry/i });
  });

  it('are asked of the registry once by all who look, and anew when that is wanted', async () => {
    const { plugboard, registry } = fixture;
    const asked = () => registry.requests.filter((path_) => path_ === `/${name}`).length;
    await plugboard.api.versions.updates({ fresh: true });
    const before = asked();
    await Promise.all([
      plugboard.api.versions.updates(),
      plugboard.api.versions.list({ instance: 'told' }),
      plugboard.cli('server', 'updates'),
    ]);
    expect(asked()).toBe(before);
    const { code } = await plugboard.cli('server', 'updates', '--fresh');
    expect({ code, asked: asked() }).toEqual({ code: 0, asked: before + 1 });
  });

  it('say when the installed one was taken back or is deprecated', async () => {
    const { plugboard, registry } = fixture;
    await add('taken-back', '0.9.0');
    registry.unpublish(name, '0.9.0');
    const listed = await plugboard.api.versions.list({ instance: 'taken-back', fresh: true });
    expect(listed.updates).toMatchObject({ yanked: true, major: { version: '2.0.0' } });
    const { stdout } = await plugboard.cli('server', 'updates');
    expect(stdout).toMatch(/taken-back.*taken back/);
  });

  it('come with their changelog, or with word that there is none', async () => {
    const { api } = fixture.plugboard;
    expect(await api.versions.changelog({ instance: 'told', to: '1.1.0' })).toMatchObject({
      file: 'CHANGELOG.md',
      sections: [{ version: '1.1.0', text: '- adds `more`' }],
    });
    const none = await api.versions.changelog({ instance: 'told', to: '2.0.0' });
    expect(none).toMatchObject({
      sections: [],
      problem: expect.stringMatching(/ships no changelog/),
    });
  });
});

describe('a plan', () => {
  it('says what changes and for whom, and leaves nothing behind', async () => {
    const { plugboard } = fixture;
    await add('planned');
    await plugboard.agent('reader', { planned: 'read' });
    const folders = await workFolders();
    const { stdout, stderr, code } = await plugboard.cli(
      'server',
      'update',
      'planned',
      '2.0.0',
      '--plan',
      '--json',
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const plan = JSON.parse(stdout.trim().split('\n').at(-1)!).plan;
    expect(plan).toMatchObject({
      from: '1.0.0',
      to: '2.0.0',
      step: 'major',
      packages: { total: 1, changed: [{ name, before: '1.0.0', after: '2.0.0' }] },
      contract: { breaking: true, changes: [{ name: 'say', class: 'breaking' }] },
    });
    expect(await workFolders()).toEqual(folders);
    expect(await saidBy('planned')).toBe('1.0.0');
    expect(await history('planned')).toHaveLength(1);
    const gains = await plugboard.cli('server', 'update', 'planned', '1.1.0', '--plan', '--json');
    expect(JSON.parse(gains.stdout.trim().split('\n').at(-1)!).plan.affected).toContainEqual(
      expect.objectContaining({ agent: 'reader', name: 'more', effect: 'gains' }),
    );
  });
});

describe('an update', () => {
  it('keeps the data, tells what changed and writes history', async () => {
    const { plugboard } = fixture;
    const id = await add('kept');
    const done = await update('kept', { to: '1.1.0', note: 'wanted more' });
    expect(done).toMatchObject({ version: '1.1.0', revision: 2 });
    expect(done.contract.changes).toMatchObject([{ name: 'more', change: 'added' }]);
    expect(await saidBy('kept')).toBe('1.1.0');
    const state = path.join(plugboard.dataDir, 'instances', id);
    const files = await readdir(state, { recursive: true });
    const found = files.find((file) => path.basename(file) === 'state');
    expect(await readFile(path.join(state, found!), 'utf8')).toBe('1.1.0');
    expect(await history('kept')).toMatchObject([
      {
        revision: 2,
        reason: 'updated',
        version: '1.1.0',
        note: 'wanted more',
        current: true,
        offerings: { added: 1 },
      },
      { revision: 1, reason: 'installed', version: '1.0.0', kept: true },
    ]);
    const { entries } = await plugboard.api.audit.list({ kind: 'instance.updated' });
    expect(entries.length).toBeGreaterThan(0);
  });

  it('refuses to break what agents use, unless that is allowed', async () => {
    await add('breaking');
    await expect(update('breaking', { to: '2.0.0' })).rejects.toThrow(/breaks.*say \(changed\)/);
    expect(await saidBy('breaking')).toBe('1.0.0');
    expect(await update('breaking', { to: '2.0.0', allowBreaking: true })).toMatchObject({
      version: '2.0.0',
      contract: { breaking: true },
    });
    expect(await saidBy('breaking', { how: 'loud' })).toBe('2.0.0');
  });

  it.each([
    ['1.2.0', /no start/],
    ['1.4.0', /tools/],
    ['1.6.0', /needs Node >=99/],
    ['9.9.9', /no version/],
  ])('to %s changes nothing', async (to, why) => {
    const slug = `failing-${to.replaceAll('.', '-')}`;
    await add(slug);
    const folders = await workFolders();
    await expect(update(slug, { to })).rejects.toThrow(why);
    expect(await workFolders()).toEqual(folders);
    expect(await saidBy(slug)).toBe('1.0.0');
    expect(await history(slug)).toHaveLength(1);
  });

  it('that fails with the data goes back by itself, and says so', async () => {
    const { plugboard } = fixture;
    await add('old-state');
    await expect(update('old-state', { to: '1.3.0' })).rejects.toThrow(
      /1\.3\.0 worked in the trial but not with this instance's data[^]*old state[^]*back at 1\.0\.0/,
    );
    expect(await saidBy('old-state')).toBe('1.0.0');
    const revisions = await history('old-state');
    expect(revisions).toMatchObject([
      { revision: 3, reason: 'rolled_back', version: '1.0.0' },
      { revision: 2, reason: 'updated', version: '1.3.0' },
      { revision: 1, reason: 'installed', version: '1.0.0' },
    ]);
    expect(revisions[0]!.note).toMatch(/1\.3\.0.*failed/);
    const { entries } = await plugboard.api.audit.list({ kind: 'instance.rolled_back' });
    expect(entries[0]).toMatchObject({ record: { change: { automatic: true } } });
    // It was never anything else that worked.
    await expect(rollback('old-state')).rejects.toThrow(/nothing to go back to/);
  });

  it('is refused while another one is under way', async () => {
    await add('twice');
    const [first, second] = await Promise.allSettled([
      update('twice', { to: '1.1.0' }),
      update('twice', { to: '1.1.0' }),
    ]);
    const reasons = [first, second].flatMap((each) =>
      each.status === 'rejected' ? [String(each.reason)] : [],
    );
    expect(reasons).toEqual([expect.stringMatching(/being changed already/)]);
    expect(await saidBy('twice')).toBe('1.1.0');
    expect(await history('twice')).toHaveLength(2);
  });

  it('leaves nothing when it is broken off', async () => {
    const { plugboard } = fixture;
    await add('broken-off');
    const folders = await workFolders();
    const leaving = new AbortController();
    const stream = await plugboard.api.versions.update(
      { instance: 'broken-off', to: '1.1.0' },
      { signal: leaving.signal },
    );
    await expect(
      (async () => {
        for await (const event of stream) {
          if (event.type === 'progress' && event.step === 'start') leaving.abort();
        }
      })(),
    ).rejects.toThrow();
    await eventually('the trial was put away', async () => {
      return JSON.stringify(await workFolders()) === JSON.stringify(folders);
    });
    expect(await saidBy('broken-off')).toBe('1.0.0');
    expect(await history('broken-off')).toHaveLength(1);
    expect(await update('broken-off', { to: '1.1.0' })).toMatchObject({ version: '1.1.0' });
  });

  it('leaves no call without an answer', async () => {
    const { plugboard } = fixture;
    await add('busy');
    const client = await plugboard.client(plugboard.demoToken, '/starter/busy');
    const updated = new AbortController();
    const answers: string[] = [];
    const caller = async () => {
      while (!updated.signal.aborted) {
        const params = { name: 'wait', arguments: { ms: 20 } };
        const { message } = await client.request('tools/call', params);
        answers.push(
          message.error ? `error: ${message.error.message}` : message.result.content[0].text,
        );
      }
    };
    const callers = Array.from({ length: 4 }, caller);
    await update('busy', { to: '1.1.0' });
    updated.abort();
    await Promise.all(callers);
    expect(answers.filter((answer) => answer === '1.0.0').length).toBeGreaterThan(0);
    const others = answers.filter((answer) => answer !== '1.0.0' && answer !== '1.1.0');
    for (const other of others) expect(other).toMatch(/^error: /);
    expect(others.length).toBeLessThanOrEqual(callers.length);
    expect(await client.say('wait', { ms: 1 })).toBe('1.1.0');
  });
});

describe('going back', () => {
  it('undoes one change after the other, and takes what a revision was', async () => {
    const { plugboard } = fixture;
    await add('back');
    await update('back', { to: '1.1.0' });
    await update('back', { to: '2.0.0', allowBreaking: true });
    expect(await rollback('back')).toMatchObject({ version: '1.1.0', revision: 4 });
    expect(await saidBy('back')).toBe('1.1.0');
    expect(await rollback('back')).toMatchObject({ version: '1.0.0', revision: 5 });
    await expect(rollback('back')).rejects.toThrow(/nothing to go back to/);
    expect(await rollback('back', { revision: 3 })).toMatchObject({ version: '2.0.0' });
    await expect(rollback('back', { revision: 6 })).rejects.toThrow(/already/);
    await expect(rollback('back', { revision: 60 })).rejects.toThrow(/no revision 60/);
    const shown = await plugboard.cli('server', 'history', 'back');
    expect(shown.stdout).toMatch(/2\.0\.0.*\n[^]*1\.1\.0/);
    const diff = await plugboard.cli('server', 'diff', 'back', '1', '2');
    expect(diff.stdout).toMatch(/1\.0\.0.*1\.1\.0[^]*\+ more/);
  });
});

describe('a crash in the middle', () => {
  it('leaves an instance whole', async () => {
    const { plugboard } = fixture;
    await add('crashed');
    for (const step of ['start', 'pin', 'live']) {
      const stream = await plugboard.api.versions.update({ instance: 'crashed', to: '1.1.0' });
      const killed = (async () => {
        for await (const event of stream) {
          if (event.type === 'progress' && event.step === step) break;
        }
      })();
      await killed.catch(() => undefined);
      await plugboard.kill9();
      await plugboard.start();
      const version = (await plugboard.api.instances.get({ instance: 'crashed' })).version;
      expect(await saidBy('crashed')).toBe(version);
      const [newest] = await history('crashed');
      expect(newest).toMatchObject({ version, current: true });
      if (version !== '1.0.0') await rollback('crashed');
    }
  });
});
