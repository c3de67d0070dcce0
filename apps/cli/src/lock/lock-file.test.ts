import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { canonicalLock } from '@plugboard/contracts/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { parseLock, readLock } from './read-lock.ts';
import { buildLock } from './testing/build-lock.ts';
import { formatLock, replaceFile } from './write-lock.ts';

const faultsOf = (text: string) => {
  const read = parseLock(text);
  return 'faults' in read ? read.faults : [];
};

describe('a lock document as YAML', () => {
  const text = formatLock(buildLock());

  it('says the same when it is read again, and is written the same', () => {
    const read = parseLock(text);
    expect(read).toEqual({ document: canonicalLock(buildLock()) });
    expect('document' in read && formatLock(read.document)).toBe(text);
  });

  it('does not depend on the order in which things are given', () => {
    const shuffled = buildLock();
    for (const list of Object.values(shuffled)) if (Array.isArray(list)) list.reverse();
    shuffled.instances![0]!.definitions.reverse();
    shuffled.instances![0]!.settings = {
      network: { mode: 'off' },
      env: { LOG: 'yes # no comment' },
    };
    expect(formatLock(shuffled)).toBe(text);
  });

  it('changes in one line for one definition', () => {
    const changed = buildLock();
    changed.instances![0]!.definitions[0]!.sha256 = 'b'.repeat(64);
    const lines = formatLock(changed).split('\n');
    const differing = text.split('\n').filter((line, index) => line !== lines[index]);
    expect(differing).toHaveLength(1);
  });

  it('explains each of its parts', () => {
    for (const part of Object.keys(buildLock()).slice(1)) {
      expect(text).toMatch(new RegExp(`\\n# .+\\n${part}:`));
    }
  });

  it.each([
    'no',
    'null',
    '1e3',
    '0x1f',
    '~',
    '- a',
    '{a}',
    '&a',
    '*a',
    '!x',
    ': ',
    '#',
    'a\nb',
    ' ',
  ])('keeps the text %j', (value) => {
    const document = buildLock();
    document.instances![0]!.settings = { env: { A: value }, values: { key: value } };
    expect(parseLock(formatLock(document))).toEqual({ document: canonicalLock(document) });
  });
});

describe('reading a lock document', () => {
  const text = formatLock(buildLock());
  const lineOf = (wanted: string) =>
    text.split('\n').findIndex((line) => line.includes(wanted)) + 1;

  it('says of each field what is wrong, and in which line', () => {
    const broken = text
      .replace('level: read }', 'level: all }')
      .replace('priority: 10', 'priority: x');
    expect(faultsOf(broken)).toEqual([
      { line: lineOf('priority'), path: 'sources.0.priority', message: expect.any(String) },
      {
        line: lineOf('level: read }'),
        path: 'instances.0.levels.0.level',
        message: 'a level is one of read, write, execute, admin',
      },
    ]);
  });

  it('refuses what it does not know, where that stands', () => {
    expect(faultsOf(text.replace('title:', 'titel: x\n    title:'))).toEqual([
      {
        line: lineOf('title:'),
        path: 'sources.0.titel',
        message: expect.stringContaining('titel'),
      },
    ]);
  });

  it.each([
    ['a key twice', 'version: 1\nversion: 1', /twice/],
    ['an alias', 'version: 1\nagents: &a []\ngrants: *a', /aliases/],
    ['a merge', 'version: 1\nagents: [&a {slug: x, name: x}, {<<: *a}]', /aliases|tag|<</],
    [
      'a bomb',
      `a: &a [x]\n${'bcdefghi'
        .split('')
        .map((c, i) => `${c}: &${c} [${`*${'abcdefgh'[i]},`.repeat(9)}]`)
        .join('\n')}`,
      /aliases/,
    ],
    ['a tag', 'version: !!js/function 1', /tag/],
    ['__proto__', 'version: 1\n__proto__: {agents: []}', /cannot be a key/],
    [
      '__proto__ in settings',
      'version: 1\nlayers: [{server: a, environment: dev, settings: {env: {__proto__: x}}}]',
      /cannot be a key/,
    ],
    [
      'constructor',
      'version: 1\nlayers: [{server: a, environment: dev, settings: {env: {constructor: x}}}]',
      /cannot be a key/,
    ],
    ['another version', 'version: 2', /version 1/],
    ['two documents', 'version: 1\n---\nversion: 1', /multiple documents/],
    ['nothing', '', /object/],
    ['a list', '[]', /object/],
    ['a text', 'lock', /object/],
    ['brackets without end', '['.repeat(1_000_000), /nested/],
    ['a key that is a list', '? [a]\n: 1', /name/],
    ['something twice', 'version: 1\nagents: [{slug: a, name: a}, {slug: a, name: b}]', /twice/],
    ['a slug that is none', 'version: 1\nagents: [{slug: ../x, name: a}]', /lower-case/],
    [
      'hidden characters',
      'version: 1\nlayers: [{server: "a\\u202eb", environment: dev, settings: {}}]',
      /control/,
    ],
    [
      'a secret',
      'version: 1\ninstances: [{slug: a, toolbox: b, server: c, version: d, source: {type: remote, url: "https://x.example"}, definitions: [], secrets: {A: value}}]',
      /array/,
    ],
  ])('refuses %s', (_name, hostile, message) => {
    const faults = faultsOf(hostile);
    expect(faults.map((fault) => fault.message).join('\n')).toMatch(message);
    expect(Object.hasOwn(Object.prototype, 'agents')).toBe(false);
  });

  it('refuses more than 5 MB, before it is parsed', () => {
    expect(faultsOf(`# ${'x'.repeat(5 * 1024 * 1024)}\nversion: 1`)).toEqual([
      { line: undefined, path: '', message: 'is larger than 5 MB' },
    ]);
  });
});

describe('the file', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'plugboard-lock-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('is replaced whole, and nothing else stays behind', async () => {
    const file = join(folder, 'plugboard.lock');
    await writeFile(file, 'before');
    await replaceFile(file, 'after', 0o644);
    expect(await readFile(file, 'utf8')).toBe('after');
    expect(await readdir(folder)).toEqual(['plugboard.lock']);
  });

  it('is told of with its faults when it is none', async () => {
    await writeFile(join(folder, 'bad.lock'), 'version: 1\nagents:\n  - slug: A\n    name: a\n');
    await expect(readLock('bad.lock', folder)).rejects.toThrow(
      /bad\.lock:3: agents\.0\.slug: lower-case/,
    );
    await expect(readLock('none.lock', folder)).rejects.toThrow('none.lock cannot be read');
  });
});
