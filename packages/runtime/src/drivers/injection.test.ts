import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { Secret } from '@plugboard/vault';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { InjectedSecret, SecretPlace } from '../instance.ts';
import { allPids } from '../sandbox/processes.ts';
import { reapOrphans } from '../sandbox/reap.ts';
import { buildDriver, type DriverFixture } from './testing/build-driver.ts';

function secret(slot: string, place: SecretPlace, value: string): InjectedSecret {
  return { slot, place, value: new Secret(value) };
}

/** Everything about a file that its reader can find out. */
const describeFile = (variable: string) => `
  const fs = await import('node:fs');
  const path = process.env.${variable};
  const { mode, uid, size } = fs.statSync(path);
  return { path, mode: (mode & 0o777).toString(8), mine: uid === process.getuid(), size,
    hash: (await import('node:crypto')).createHash('sha256').update(fs.readFileSync(path)).digest('hex') };`;

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

const values = [
  'plain-secret-value',
  'with\0NUL and \n newline\r\n',
  'ünïcödé 🔑 日本',
  'x'.repeat(65_536),
  '-----BEGIN KEY-----\nMIIE\n-----END KEY-----\n',
];

describe.each(['sandboxed', 'openly sandboxed', 'filtered', 'plain'])('a %s server', (mode) => {
  const plain = mode === 'plain';
  let fixture: DriverFixture;

  beforeAll(async () => {
    fixture = await buildDriver({ plain, open: mode === 'openly sandboxed' });
  });

  afterAll(async () => {
    await fixture[Symbol.asyncDispose]();
  });

  const launch =
    mode === 'filtered' ? { network: { mode: 'allow' as const, hosts: ['example.com'] } } : {};

  it('reads each file and each descriptor byte for byte', async () => {
    const injected = values.flatMap((value, index) => [
      secret(`FILE_${index}`, 'file', value),
      secret(`FD_${index}`, 'descriptor', value),
    ]);
    const { run, server } = await fixture.start(launch, { id: 'bytes', injected });
    for (const [index, value] of values.entries()) {
      const hash = sha256(value);
      expect(await run(describeFile(`FILE_${index}`))).toMatchObject({
        value: { mode: '400', mine: true, size: Buffer.byteLength(value), hash },
      });
      expect(await run(describeFile(`FD_${index}`))).toMatchObject({
        value: { path: `/proc/self/fd/${3 + index}`, mode: '400', hash },
      });
      // And by its number alone, as programs do that were told one.
      expect(
        await run(`return (await import('node:fs')).readFileSync(${3 + index}, 'utf8')`),
      ).toEqual({ value });
    }
    await server.stop(2_000);
  });

  it('has its files in memory alone, under no name that anybody else finds', async () => {
    const value = 'canary-of-a-file-in-memory';
    const injected = [
      secret('KEY_FILE', 'file', value),
      secret('KEY_FD', 'descriptor', `${value}-2`),
      secret('KEY', 'env', `${value}-3`),
    ];
    const { run, server } = await fixture.start(launch, { id: 'memory', injected });
    const where = await run(`const { statfsSync } = await import('node:fs');
      return [process.env.KEY_FILE, process.env.KEY_FD].map((it) => statfsSync(it).type)`);
    expect(where).toEqual({ value: [0x01021994, 0x01021994] });
    // The inherited one has no name any more.
    expect(
      await run(`const { readdirSync, readlinkSync } = await import('node:fs');
        const folder = (await import('node:path')).dirname(process.env.KEY_FILE);
        return [readlinkSync(process.env.KEY_FD).endsWith('(deleted)'), readdirSync(folder), readdirSync('/tmp').filter((it) => it.includes('descriptor'))]`),
    ).toEqual({ value: [true, ['KEY_FILE'], []] });
    expect(await commandLines()).not.toContain(value);
    expect(await contentsBelow(fixture.root)).not.toContain(value);
    await server.stop(2_000);
    expect(await memoryFolders(fixture)).toEqual([]);
  });

  it('inherits nothing beside its descriptors, whatever number it guesses', async () => {
    const { run, server } = await fixture.start(launch, {
      id: 'guesser',
      injected: [secret('ONE', 'descriptor', 'only-descriptor')],
    });
    const readable = await run(`const fs = await import('node:fs');
      const found = [];
      for (let fd = 3; fd < 64; fd += 1) {
        try {
          const link = fs.readlinkSync('/proc/self/fd/' + fd);
          if (!/^(anon_inode|socket|pipe):/.test(link) && link !== '/dev/null') found.push([fd, link]);
        } catch {}
      }
      return found`);
    expect(readable).toEqual({ value: [[3, expect.stringContaining('(deleted)')]] });
    await server.stop(2_000);
  });

  it('cannot write a core file', async () => {
    const { run } = await fixture.start(launch, { id: 'core' });
    expect(
      await run(
        `return (await import('node:fs')).readFileSync('/proc/self/limits', 'utf8').match(/Max core file size.*/)[0].split(/ {2,}/).slice(1, 3)`,
      ),
    ).toEqual({ value: ['0', '0'] });
  });

  it.skipIf(plain)('cannot change, replace or add to its files', async () => {
    const injected = [secret('KEY_FILE', 'file', 'unchangeable-value')];
    const { run } = await fixture.start(launch, { id: 'changer', injected });
    for (const step of [
      'writeFileSync(path, "x")',
      'chmodSync(path, 0o600)',
      'unlinkSync(path)',
      'writeFileSync(path + "2", "x")',
    ]) {
      const code = `const fs = await import('node:fs'); const path = process.env.KEY_FILE; fs.${step}`;
      expect(await run(code)).toEqual({ error: expect.stringMatching(/EROFS|EACCES|EPERM/) });
    }
  });

  it('is refused what it cannot be given, by name and without the value', async () => {
    const cases: readonly [InjectedSecret, string][] = [
      [secret('X-Key', 'header', 'never-shown-value'), 'X-Key is a header'],
      [secret('../escape', 'file', 'never-shown-value'), 'cannot name'],
      [secret('A/B', 'file', 'never-shown-value'), 'cannot name'],
      [secret('KEY', 'env', 'never-shown-value\0'), 'The value of KEY holds a NUL'],
      [secret('KEY', 'env', 'never-shown-value'.repeat(10_000)), 'too long'],
      [secret('KEY', 'file', 'never-shown-value'.repeat(100_000)), 'larger than 1 MiB'],
    ];
    for (const [injected, words] of cases) {
      const start = fixture.start(launch, { id: 'refused', injected: [injected] });
      await expect(start).rejects.toMatchObject({
        code: 'invalid_input',
        message: expect.stringContaining(words),
      });
      await expect(start).rejects.not.toMatchObject({
        message: expect.stringContaining('never-shown'),
      });
    }
    const many = Array.from({ length: 8 }, (_, at) => secret(`D${at}`, 'descriptor', 'value'));
    await expect(fixture.start(launch, { id: 'refused', injected: many })).rejects.toMatchObject({
      code: 'invalid_input',
    });
    expect(await memoryFolders(fixture)).toEqual([]);
  });

  it('leaves nothing in memory when it does not start or crashes', async () => {
    const injected = [secret('KEY_FILE', 'file', 'left-over-value')];
    await writeFile(join(fixture.installDir, 'crash.mjs'), 'process.exit(3);');
    await expect(
      fixture.start({ ...launch, entry: 'crash.mjs' }, { id: 'crash', injected }),
    ).rejects.toThrow();
    await expect.poll(() => memoryFolders(fixture)).toEqual([]);
  });
});

describe('reapOrphans', () => {
  it('removes what a dead Plugboard left in memory, and no other', async () => {
    await using fixture = await buildDriver({ plain: true });
    const identity = await readFile(join(fixture.dataDir, 'sandbox', 'identity'), 'utf8');
    const own = `/dev/shm/plugboard-secrets-${identity}.0badc0de`;
    const other = `/dev/shm/plugboard-secrets-ffff${identity.slice(4)}.0badc0de`;
    await Promise.all([own, other].map((path) => mkdir(path, { recursive: true })));
    await reapOrphans(fixture.dataDir);
    const left = (await readdir('/dev/shm')).filter((name) => name.endsWith('.0badc0de'));
    await rm(other, { recursive: true });
    expect(left.map((name) => `/dev/shm/${name}`)).toEqual([other]);
  });
});

async function memoryFolders({ dataDir }: DriverFixture): Promise<string[]> {
  const identity = await readFile(join(dataDir, 'sandbox', 'identity'), 'utf8');
  return (await readdir('/dev/shm')).filter((name) => name.includes(identity));
}

async function commandLines(): Promise<string> {
  const lines = await Promise.all(
    (await allPids()).map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return lines.join('\n');
}

async function contentsBelow(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const texts = await Promise.all(
    files.map(({ parentPath, name }) => readFile(join(parentPath, name), 'latin1').catch(() => '')),
  );
  return texts.join('\n');
}
