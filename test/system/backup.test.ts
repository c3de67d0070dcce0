import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Plugboard, startPlugboard } from '../harness/plugboard.ts';
import { makeScratch } from '../harness/scratch.ts';
import { packServer } from '../registry/pack.ts';
import { type Registry, startRegistry } from '../registry/registry.ts';

const name = 'fixture-kept';
const secret = 'the-present-secret';
const formerSecret = 'the-former-secret';
const token = 'the-token-of-the-source';
const passphrase = 'correct horse battery staple';

describe('a backup', () => {
  const stack = new AsyncDisposableStack();
  let registry: Registry;
  let first: Plugboard;
  let folder = '';
  let keyFile = '';
  let file = '';

  const start = async () => stack.use(await startPlugboard({ registry: registry.url }));

  beforeAll(async () => {
    folder = stack.use(await makeScratch('backup')).path;
    registry = stack.use(await startRegistry());
    const files = {
      'server.mjs': `import { serve, text } from './rpc.mjs';
        serve({ name: 'kept', tools: [{ name: 'tell', run: async () => text([process.env.API_KEY, process.env.MODE].join(' ')) }] });`,
    };
    registry.publish(
      await packServer('ten-tools', { manifest: { name, version: '1.0.0' }, files }),
    );
    first = await start();
    await first.add({ server: name, slug: 'kept', secrets: { API_KEY: formerSecret } });
    await drain(
      first.api.configuration.configure({ instance: 'kept', secrets: { API_KEY: secret } }),
    );
    for (const mode of ['one', 'two']) {
      const settings = { env: { MODE: mode } };
      await drain(
        first.api.configuration.layers.put({ server: name, environment: 'dev', settings }),
      );
    }
    await drain(
      first.api.configuration.templates.save({
        server: name,
        slug: 'small',
        settings: { limits: { memoryMb: 200 } },
      }),
    );
    await first.api.sources.add({
      slug: 'internal',
      kind: 'registry',
      location: 'https://registry.example.invalid',
      token,
      enabled: false,
      everyMs: null,
    });
    await first.agent('reporter', { kept: 'execute' });
    keyFile = path.join(folder, 'backup.key');
    await writeFile(keyFile, `${passphrase}\n`, { mode: 0o600 });
    file = path.join(folder, 'plugboard.backup');
    const made = await first.cli('backup', file, '--key-file', keyFile);
    expect(made.code, made.stderr).toBe(0);
    expect(made.stdout).toMatch(
      /1 secrets, 1 tokens of sources, 4 revisions of instances and 2 of layers, encrypted/,
    );
  });
  afterAll(() => stack.disposeAsync());

  it('is its owner’s alone, and shows nothing of what is in it', async () => {
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const bytes = await readFile(file);
    for (const word of [secret, formerSecret, token, passphrase, 'reporter', name]) {
      expect(bytes.includes(word)).toBe(false);
    }
    const again = await first.cli('backup', file, '--key-file', keyFile);
    expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('--force') });
    const { entries } = await first.api.audit.list({ limit: 100 });
    expect(entries.some(({ kind }) => kind === 'lock.backed_up')).toBe(true);
    const log = JSON.stringify(entries) + first.output;
    for (const word of [secret, formerSecret, token, passphrase]) expect(log).not.toContain(word);
  });

  describe('restored on an empty Plugboard', () => {
    let second: Plugboard;
    beforeAll(async () => {
      second = await start();
    });

    it('is shown as a plan first', async () => {
      const plan = await second.cli('restore', file, '--key-file', keyFile);
      expect(plan.code).toBe(2);
      expect(plan.stdout).toMatch(/^\+ instance kept$/m);
      expect(plan.stdout).not.toContain('missing');
      expect(plan.stderr).toContain('--yes');
      expect((await second.api.instances.list()).instances).toEqual([]);
    });

    it('makes it the same, with its secrets', async () => {
      const done = await second.cli('restore', file, '--key-file', keyFile, '--yes');
      expect(done.code, done.stderr).toBe(0);
      const locks = await Promise.all(
        [first, second].map(async (plugboard, index) => {
          const lock = path.join(folder, `${index}.lock`);
          await plugboard.cli('lock', lock);
          return readFile(lock, 'utf8');
        }),
      );
      expect(locks[1]).toBe(locks[0]);
      const made = await second.api.agents.tokens.create({ agent: 'reporter' });
      const client = await second.client(made.token);
      expect(await client.toolNames()).toEqual(['kept__tell']);
      expect(await client.say('kept__tell')).toBe(`${secret} two`);
      const { sources } = await second.api.sources.list();
      expect(sources.find(({ slug }) => slug === 'internal')).toMatchObject({ hasToken: true });
    });

    it('has the history of instances and layers', async () => {
      const revisions = await second.database.rows(
        second.dataDir,
        `select revision, reason from instance_revisions order by revision`,
      );
      expect(revisions.map((row) => row['revision'])).toEqual([1, 2, 3, 4]);
      expect(revisions.at(-1)).toMatchObject({ reason: 'restored' });
      const layers = await second.api.configuration.layers.history({
        server: name,
        environment: 'dev',
      });
      expect(layers.revisions.map(({ settings }) => settings.env)).toEqual([
        { MODE: 'two' },
        { MODE: 'one' },
      ]);
    });

    it('goes back to a revision that was restored, with its settings and secrets', async () => {
      await using third = await startPlugboard({ registry: registry.url });
      const done = await third.cli('restore', file, '--key-file', keyFile, '--yes');
      expect(done.code, done.stderr).toBe(0);
      const { token: agentToken } = await third.api.agents.tokens.create({ agent: 'reporter' });
      const said = async () => (await third.client(agentToken)).say('kept__tell');
      await drain(third.api.versions.rollback({ instance: 'kept', revision: 1 }));
      expect(await said()).toBe(`${formerSecret} `);
      await drain(third.api.versions.rollback({ instance: 'kept', revision: 3 }));
      expect(await said()).toBe(`${secret} one`);
    });

    it('changes nothing when it is restored again', async () => {
      const before = await second.api.audit.list({ limit: 1 });
      const again = await second.cli('restore', file, '--key-file', keyFile, '--yes');
      expect(again.code, again.stderr).toBe(0);
      expect((await second.api.audit.list({ limit: 1 })).entries[0]?.seq).toBe(
        before.entries[0]?.seq,
      );
    });

    it('leaves no secret in clear in its data directory', async () => {
      await second.stop();
      for (const entry of await readdir(second.dataDir, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile()) continue;
        const bytes = await readFile(path.join(entry.parentPath, entry.name));
        for (const word of [secret, formerSecret, token, passphrase]) {
          expect(bytes.includes(word), entry.name).toBe(false);
        }
      }
      await second.start();
    });
  });

  it('is refused with another passphrase, without one, cut, and changed', async () => {
    const before = await first.api.lock.get();
    const refused = async (given: string, ...args: string[]) => {
      const { code, stderr } = await first.cli('restore', given, ...args, '--yes');
      expect(code).not.toBe(0);
      expect(stderr).not.toMatch(/\bat .+:\d+:\d+/);
      return stderr;
    };
    const otherKey = path.join(folder, 'other.key');
    await writeFile(otherKey, 'not the right passphrase');
    expect(await refused(file, '--key-file', otherKey)).toMatch(/passphrase is not the one/);
    expect(await refused(file)).toMatch(/give the passphrase/);
    const bytes = await readFile(file);
    const bad = path.join(folder, 'bad.backup');
    await writeFile(bad, bytes.subarray(0, -100));
    expect(await refused(bad, '--key-file', keyFile)).toMatch(/was cut/);
    bytes[bytes.length - 100]! ^= 1;
    await writeFile(bad, bytes);
    expect(await refused(bad, '--key-file', keyFile)).toMatch(/was changed/);
    await writeFile(bad, 'PK');
    expect(await refused(bad, '--key-file', keyFile)).toMatch(/no backup of Plugboard/);
    expect(await first.api.lock.get()).toEqual(before);
  });

  it('without a passphrase has no secrets, says so, and asks for them when it is restored', async () => {
    const plain = path.join(folder, 'plain.backup');
    const made = await first.cli('backup', plain);
    expect(made.code).toBe(0);
    expect(made.stdout).toMatch(/No secret is in it, and it is not encrypted/);
    const third = await start();
    const poor = await third.cli('restore', plain, '--yes');
    expect(poor.code).toBe(1);
    expect(poor.stdout).toContain('PLUGBOARD_SECRET_KEPT_API_KEY');
    expect(poor.stdout).toContain('PLUGBOARD_SOURCE_TOKEN_INTERNAL');
    const [given, source] = [path.join(folder, 'given'), path.join(folder, 'source')];
    await writeFile(given, 'given now');
    await writeFile(source, token);
    const rich = await third.cli(
      'restore',
      plain,
      '--yes',
      '--secret',
      `kept.API_KEY=@${given}`,
      '--source-token',
      `internal=@${source}`,
    );
    expect(rich.code, rich.stderr).toBe(0);
    const { token: agentToken } = await third.api.agents.tokens.create({ agent: 'reporter' });
    const client = await third.client(agentToken);
    expect(await client.say('kept__tell')).toBe('given now two');
  });
});

async function drain(stream: Promise<AsyncIterable<unknown>>): Promise<void> {
  for await (const _event of await stream);
}
