import { cp, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { eventually } from '../harness/eventually.ts';
import { type Plugboard, startPlugboard } from '../harness/plugboard.ts';
import { makeScratch } from '../harness/scratch.ts';
import { packServer } from '../registry/pack.ts';
import { type Registry, startRegistry } from '../registry/registry.ts';

const name = 'fixture-locked';
const secret = 'a-very-secret-value';

describe('plugboard.lock', () => {
  const stack = new AsyncDisposableStack();
  let registry: Registry;
  let first: Plugboard;
  let folder = '';
  let lockFile = '';

  /** Packs a server whose tools are those named. */
  const publish = async (version: string, tools: readonly string[], extra = '') => {
    const files = {
      'server.mjs': `import { serve, text } from './rpc.mjs';
        ${extra}
        serve({ name: 'locked', tools: ${JSON.stringify(tools)}.map((name) => ({ name, run: async () => text(process.env.API_KEY ?? name) })) });`,
    };
    registry.publish(await packServer('ten-tools', { manifest: { name, version }, files }));
  };

  const start = async (env: Record<string, string> = {}) =>
    stack.use(await startPlugboard({ registry: registry.url, env }));

  const write = async (file: string, text: string) => {
    await writeFile(path.join(folder, file), text);
    return path.join(folder, file);
  };

  beforeAll(async () => {
    folder = stack.use(await makeScratch('lock')).path;
    registry = stack.use(await startRegistry());
    await publish('1.0.0', ['query', 'insert']);
    await publish('2.0.0', ['query', 'insert', 'drop']);
    first = await start();
    await first.api.toolboxes.create({ slug: 'live', name: 'Live', environment: 'prod' });
    await first.add({
      server: `${name}@1.0.0`,
      slug: 'db',
      toolbox: 'live',
      env: { LOG: 'yes # no' },
      secrets: { API_KEY: secret },
      limits: { memoryMb: 300 },
    });
    await first.add({ server: 'plugboard-fixture-ten-tools', slug: 'ten' });
    await first.api.offerings.setLevel({
      instance: 'db',
      name: 'query',
      kind: 'tool',
      level: 'read',
    });
    await first.agent('reporter', { db: 'read', starter: 'write' });
    await first.api.grants.create({
      agent: 'reporter',
      effect: 'deny',
      level: 'read',
      target: { scope: 'offering', instance: 'db', kind: 'tool', name: 'insert' },
      expiresAt: '2090-01-01T00:00:00Z',
    });
    lockFile = path.join(folder, 'plugboard.lock');
    const { code, stderr } = await first.cli('lock', lockFile);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
  afterAll(() => stack.disposeAsync());

  it('holds all that was set up, and no secret, id, moment or path', async () => {
    const text = await readFile(lockFile, 'utf8');
    expect(text).toContain('slug: db');
    expect(text).toMatch(/integrity: sha512-/);
    expect(text).toMatch(/- API_KEY\n/);
    expect(text).toMatch(/name: insert, sha256: [0-9a-f]{64}/);
    expect(text).not.toContain(secret);
    expect(text).not.toContain(first.dataDir);
    expect(text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-/);
    expect(text.replace('2090-01-01', '')).not.toMatch(/20\d\d-\d\d-\d\dT/);
    const again = await first.cli('lock', lockFile);
    expect(again.stdout).toMatch(/is as everything is/);
    expect(await readFile(lockFile, 'utf8')).toBe(text);
    expect(await first.cli('diff', lockFile)).toMatchObject({
      code: 0,
      stdout: 'No difference.\n',
    });
  });

  describe('applied to a new Plugboard', () => {
    let second: Plugboard;
    beforeAll(async () => {
      second = await start({ PLUGBOARD_SECRET_DB_API_KEY: secret });
    });

    it('is told to be without a secret before anything is done', async () => {
      const poor = await start();
      const { code, stdout, stderr } = await poor.cli('apply', lockFile, '--yes');
      expect(code).toBe(1);
      expect(stdout).toContain('PLUGBOARD_SECRET_DB_API_KEY');
      expect(stderr).toContain('Nothing was done');
      await expect(
        collect(poor.api.lock.apply({ document: await poor.api.lock.get() })),
      ).resolves.toBeDefined();
      const { toolboxes } = await poor.api.toolboxes.list();
      expect(toolboxes.map(({ slug }) => slug)).toEqual(['starter']);
    });

    it('shows its plan, does nothing without a yes, and then makes everything so', async () => {
      const plan = await second.cli('plan', lockFile, '--verify');
      expect(plan).toMatchObject({ code: 0, stderr: '' });
      expect(plan.stdout).toMatch(/^\+ toolbox live$/m);
      expect(plan.stdout).toMatch(/^\+ instance db$/m);
      expect(plan.stdout).toMatch(/^ {4}settings\.limits\.memoryMb: 300$/m);
      expect(plan.stdout).toMatch(/^\+ grant reporter deny db tool insert$/m);
      const asked = await second.cli('apply', lockFile);
      expect(asked.code).toBe(2);
      expect(asked.stderr).toContain('--yes');
      expect((await second.api.instances.list()).instances).toEqual([]);

      const applied = await second.cli('apply', lockFile, '--yes');
      expect(applied.code, applied.stderr).toBe(0);
      expect(applied.stdout).toMatch(/✓ create instance db/);
      expect(await second.cli('diff', lockFile)).toMatchObject({ code: 0 });
      const copy = path.join(folder, 'second.lock');
      await second.cli('lock', copy);
      expect(await readFile(copy, 'utf8')).toBe(await readFile(lockFile, 'utf8'));
    });

    it('works as the first one does', async () => {
      const { token } = await second.api.agents.tokens.create({ agent: 'reporter' });
      const client = await second.client(token);
      expect(await client.toolNames()).toContain('db__query');
      expect(await client.say('db__query')).toBe(secret);
      expect(await client.toolNames()).not.toContain('db__insert');
    });

    it('changes nothing when it is applied again', async () => {
      const before = await second.api.audit.list({});
      const again = await second.cli('apply', lockFile, '--yes');
      expect(again).toMatchObject({ code: 0, stdout: 'Everything is as the document says.\n' });
      const done = await collect(
        second.api.lock.apply({ document: await second.api.lock.get(), prune: true }),
      );
      expect(done.at(-1)).toMatchObject({ type: 'done', applied: [] });
      expect((await second.api.audit.list({})).entries[0]?.seq).toBe(before.entries[0]?.seq);
    });

    it('is on record, with its digest and each change, and without the secret', async () => {
      const { entries } = await second.api.audit.list({ limit: 100 });
      const kinds = entries.map(({ kind }) => kind);
      expect(kinds.filter((kind) => kind === 'lock.applied')).toHaveLength(1);
      expect(kinds).toEqual(
        expect.arrayContaining(['instance.added', 'grant.created', 'level.set']),
      );
      const { record } = entries.find(({ kind }) => kind === 'lock.applied')!;
      expect(record).toMatchObject({ change: { digest: expect.stringMatching(/^[0-9a-f]{64}$/) } });
      expect(JSON.stringify(entries)).not.toContain(secret);
    });

    it.each([
      [
        'grant',
        /agent: reporter\n {4}effect: allow\n {4}level: read/,
        (t: string) => t.replace('level: read', 'level: execute'),
        '~ grant reporter allow db',
        'level: "read" → "execute"',
      ],
      [
        'level',
        /name: query, level: read/,
        (t: string) => t.replace('level: read', 'level: admin'),
        '~ level db tool query',
        'level: "read" → "admin"',
      ],
      [
        'setting',
        /memoryMb: 300/,
        () => 'memoryMb: 256',
        '~ instance db',
        'settings.limits.memoryMb: 300 → 256',
      ],
    ])(
      'shows a changed %s and nothing else, and makes it so',
      async (what, from, to, title, field) => {
        const text = await readFile(lockFile, 'utf8');
        expect(text).toMatch(from);
        const changed = await write(`changed-${what}.lock`, text.replace(from, to));
        const plan = await second.cli('plan', changed);
        expect(plan.stdout).toBe(`${title}\n    ${field}\n1 to change.\n`);
        expect(await second.cli('diff', changed)).toMatchObject({ code: 2, stdout: plan.stdout });
        expect(await second.cli('diff', lockFile, changed)).toMatchObject({ code: 2 });
        const applied = await second.cli('apply', changed, '--yes');
        expect(applied.code, applied.stderr).toBe(0);
        expect(await second.cli('diff', changed)).toMatchObject({ code: 0 });
        const back = await second.cli('apply', lockFile, '--yes');
        expect(back.code, back.stderr).toBe(0);
      },
    );

    it('changes a version, with what its definitions become, and goes back', async () => {
      const newer = await start({ PLUGBOARD_SECRET_DB_API_KEY: secret });
      await newer.api.toolboxes.create({ slug: 'live', name: 'Live', environment: 'prod' });
      await newer.add({
        server: `${name}@2.0.0`,
        slug: 'db',
        toolbox: 'live',
        env: { LOG: 'yes # no' },
        secrets: { API_KEY: 'another' },
        limits: { memoryMb: 300 },
      });
      const theirs = path.join(folder, 'newer.lock');
      await newer.cli('lock', theirs);
      const { instances } = await newer.api.lock.get();
      const document = { version: 1 as const, instances: instances! };
      const plan = await second.api.lock.plan({ document });
      const [change] = plan.changes.filter(({ id, kind }) => kind === 'instance' && id === 'db');
      expect(change).toMatchObject({ action: 'change', drift: [{ name: 'drop', how: 'removed' }] });
      await collect(second.api.lock.apply({ document }));
      expect(await second.api.instances.get({ instance: 'db' })).toMatchObject({
        version: '2.0.0',
        offers: { tools: 3 },
      });
      const back = await second.cli('apply', lockFile, '--yes');
      expect(back.code, back.stderr).toBe(0);
      expect((await second.api.instances.get({ instance: 'db' })).version).toBe('1.0.0');
    });

    it('keeps what the document does not have, unless it is to prune', async () => {
      await second.api.agents.create({ slug: 'stranger' });
      await second.add({ server: 'plugboard-fixture-echo', slug: 'extra' });
      await second.api.grants.create({
        agent: 'stranger',
        level: 'admin',
        target: { scope: 'instance', instance: 'extra' },
      });
      const kept = await second.cli('apply', lockFile, '--yes');
      expect(kept.stdout).toMatch(/- instance extra {2}\(stays/);
      expect(kept.code).toBe(0);
      expect(await second.cli('diff', lockFile)).toMatchObject({ code: 2 });
      const pruned = await second.cli('apply', lockFile, '--prune', '--yes');
      expect(pruned.code, pruned.stderr).toBe(0);
      expect(await second.cli('diff', lockFile)).toMatchObject({ code: 0 });
      const { agents } = await second.api.agents.list();
      expect(agents.map(({ slug }) => slug)).toEqual(['demo', 'reporter']);
    });
  });

  it('refuses a package that is not what was locked, and leaves nothing of it', async () => {
    const third = await start({ PLUGBOARD_SECRET_DB_API_KEY: secret });
    const text = await readFile(lockFile, 'utf8');
    const other = `sha512-${Buffer.alloc(64, 1).toString('base64')}`;
    const wrong = await write(
      'wrong.lock',
      text.replace(/integrity: sha512-\S+/, `integrity: ${other}`),
    );
    const plan = await third.cli('plan', wrong, '--verify');
    expect(plan.code).toBe(1);
    expect(plan.stdout).toMatch(/cannot be done: .*not what/);
    const { code, stderr, stdout } = await third.cli('apply', wrong, '--yes');
    expect(code).toBe(1);
    expect(stderr).toMatch(/Stopped at instance db: .*/);
    expect(stdout).toMatch(/✓ create toolbox live/);
    expect((await third.api.instances.list()).instances).toEqual([]);
    expect((await third.api.agents.list()).agents.map(({ slug }) => slug)).toEqual(['demo']);
    const right = await third.cli('apply', lockFile, '--yes');
    expect(right.code, right.stderr).toBe(0);
    expect(await third.cli('diff', lockFile)).toMatchObject({ code: 0 });
  });

  it('refuses a server that lists something else than is locked, until that is accepted', async () => {
    const fourth = await start({ PLUGBOARD_SECRET_DB_API_KEY: secret });
    const text = await readFile(lockFile, 'utf8');
    const drifted = await write(
      'drifted.lock',
      text.replace(
        /name: insert, sha256: [0-9a-f]{64}/,
        `name: insert, sha256: ${'a0'.repeat(32)}`,
      ),
    );
    const refused = await fourth.cli('apply', drifted, '--yes');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(
      /db lists other definitions than are locked: tool insert differs/,
    );
    expect((await fourth.api.instances.list()).instances).toEqual([]);
    const accepted = await fourth.cli('apply', drifted, '--yes', '--accept-definitions');
    expect(accepted.code, accepted.stderr).toBe(0);
    const diff = await fourth.cli('diff', drifted);
    expect(diff).toMatchObject({
      code: 2,
      stdout: '! instance db\n    ! tool insert: differs\n1 drifted.\n',
    });
    const again = await fourth.cli('apply', drifted, '--yes');
    expect(again.code).toBe(1);
    expect(again.stdout).toMatch(/cannot be done: It lists other definitions/);
  });

  it('tells of a server that changes what it offers while it runs', async () => {
    const fifth = await start();
    await fifth.add({ server: 'plugboard-fixture-changing', slug: 'changing' });
    const file = path.join(folder, 'changing.lock');
    await fifth.cli('lock', file);
    const token = await fifth.agent('user', { changing: 'admin' });
    const client = await fifth.client(token);
    await client.say('changing__add_tool', { name: 'sneaky' });
    await eventually('its change was stored', async () => {
      const { offerings } = await fifth.api.offerings.list({ instance: 'changing' });
      return offerings.some((each) => each.name === 'sneaky');
    });
    const instancesOnly = await write(
      'changing-only.lock',
      (await readFile(file, 'utf8')).replace(/\n# Who may be granted[^]*$/, '\n'),
    );
    expect(await fifth.cli('diff', instancesOnly)).toMatchObject({
      code: 2,
      stdout: '! instance changing\n    ! tool sneaky: listed, not locked\n1 drifted.\n',
    });
    expect(await fifth.cli('plan', instancesOnly)).toMatchObject({ code: 1 });
  });

  it('goes on where a killed Plugboard stopped', async () => {
    const sixth = await start({ PLUGBOARD_SECRET_DB_API_KEY: secret });
    const document = await first.api.lock.get();
    const secrets = { db: { API_KEY: secret } };
    let applied = 0;
    const killed = (async () => {
      for await (const event of await sixth.api.lock.apply({ document, secrets })) {
        if (event.type !== 'applied') continue;
        applied += 1;
        // In the middle: the next change is under way when it dies.
        if (event.change.kind === 'instance') await sixth.kill9();
      }
    })();
    await expect(killed).rejects.toThrow();
    expect(applied).toBeGreaterThan(0);
    await sixth.start();
    const half = await sixth.cli('diff', lockFile);
    expect(half.code).toBe(2);
    const whole = await sixth.cli('apply', lockFile, '--yes');
    expect(whole.code, whole.stderr).toBe(0);
    expect(await sixth.cli('diff', lockFile)).toMatchObject({ code: 0 });
    const verified = await sixth.api.audit.verify();
    expect(verified.ok).toBe(true);
  });

  it('compares two files without any server, with exit codes for CI', async () => {
    const nowhere = await write('nowhere.lock', 'version: 2\n');
    const { runCli } = await import('../harness/plugboard.ts');
    expect(await runCli(['diff', lockFile, lockFile])).toMatchObject({ code: 0 });
    expect(await runCli(['diff', lockFile, nowhere])).toMatchObject({ code: 1 });
    expect(await runCli(['diff', '--unknown'])).toMatchObject({ code: 1 });
    expect(await runCli(['diff', lockFile, '--url', 'http://127.0.0.1:1'])).toMatchObject({
      code: 1,
    });
    const copy = path.join(folder, 'fewer.lock');
    await cp(lockFile, copy);
    await write(
      'fewer.lock',
      (await readFile(copy, 'utf8')).replace(/\ngrants:[^]*$/, '\ngrants: []\n'),
    );
    const { code, json } = await runCli(['diff', lockFile, copy, '--json']);
    expect(code).toBe(2);
    expect(
      json.changes.map(({ action, kind }: { action: string; kind: string }) => `${action} ${kind}`),
    ).toEqual(Array.from({ length: 4 }, () => 'delete grant'));
  });

  it.each([
    [
      'an unknown agent',
      {
        grants: [{ agent: 'nobody', effect: 'allow', level: 'read', target: { toolbox: 'live' } }],
      },
    ],
    [
      'a toolbox that is not there',
      {
        instances: [
          {
            slug: 'x',
            toolbox: 'nowhere',
            server: 'x',
            version: '1.0.0',
            source: { type: 'npm', name: 'x', version: '1.0.0' },
            definitions: [],
          },
        ],
      },
    ],
    [
      'another version than its package',
      {
        instances: [
          {
            slug: 'x',
            toolbox: 'live',
            server: 'x',
            version: '1.0.0',
            source: { type: 'npm', name: 'x', version: '2.0.0' },
            definitions: [],
          },
        ],
      },
    ],
    [
      'an entry of another server',
      {
        instances: [
          {
            slug: 'x',
            toolbox: 'live',
            server: 'x',
            version: '1.0.0',
            source: { type: 'npm', name: 'x', version: '1.0.0' },
            entry: { name: 'y/z' },
            definitions: [],
          },
        ],
      },
    ],
    [
      'a package that is a path',
      {
        instances: [
          {
            slug: 'x',
            toolbox: 'live',
            server: '../../etc',
            version: '1.0.0',
            source: { type: 'npm', name: '../../etc', version: '1.0.0' },
            definitions: [],
          },
        ],
      },
    ],
    [
      'a package from elsewhere',
      {
        instances: [
          {
            slug: 'x',
            toolbox: 'live',
            server: 'x',
            version: 'https://example.invalid/x.tgz',
            source: { type: 'npm', name: 'x', version: 'https://example.invalid/x.tgz' },
            definitions: [],
          },
        ],
      },
    ],
    [
      'a remote with a password',
      {
        instances: [
          {
            slug: 'x',
            toolbox: 'live',
            server: 'x',
            version: 'remote',
            source: { type: 'remote', url: 'https://a:b@example.invalid/mcp' },
            definitions: [],
          },
        ],
      },
    ],
    [
      'a remote without encryption',
      {
        instances: [
          {
            slug: 'x',
            toolbox: 'live',
            server: 'x',
            version: 'remote',
            source: { type: 'remote', url: 'http://127.0.0.1:1/mcp' },
            definitions: [],
          },
        ],
      },
    ],
    [
      'a second bundled source',
      {
        sources: [
          { slug: 'mine', title: 'Mine', kind: 'bundled', audience: 'public', priority: 0 },
        ],
      },
    ],
  ])('refuses %s, and changes nothing', async (_what, sections) => {
    const file = await write('hostile.lock', JSON.stringify({ version: 1, ...sections }));
    const before = await first.api.lock.get();
    const { code, stderr } = await first.cli('apply', file, '--yes');
    expect([1, 2]).toContain(code);
    expect(stderr).not.toMatch(/\bat .+:\d+:\d+/);
    expect(await first.api.lock.get()).toEqual(before);
  });
});

async function collect<T>(stream: Promise<AsyncIterable<T>>): Promise<T[]> {
  const events: T[] = [];
  for await (const event of await stream) events.push(event);
  return events;
}
