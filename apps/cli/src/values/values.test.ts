import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';

import { describe, expect, it } from 'vitest';

import { buildTerminal } from '../testing/build-terminal.ts';
import { parseCallArguments } from './call-arguments.ts';
import { parseDuration, parseFuture, parsePast } from './moment.ts';
import { readSecrets } from './named-values.ts';

describe('parseCallArguments', () => {
  const read = (given: string[], input = '') =>
    parseCallArguments(given, buildTerminal({ stdin: Readable.from([input]) }).terminal);

  it.each([
    [[], {}],
    [['{"a": {"b": [1]}}'], { a: { b: [1] } }],
    [['a=1', 'b=true', 'c=[1,2]'], { a: 1, b: true, c: [1, 2] }],
    [['a=hello world', 'b="12"', 'c=a=b', 'd='], { a: 'hello world', b: '12', c: 'a=b', d: '' }],
    [['path=/tmp/{x}'], { path: '/tmp/{x}' }],
  ])('reads %j', async (given, wanted) => {
    expect(await read(given)).toEqual(wanted);
  });

  it('reads an object from stdin', async () => {
    expect(await read(['-'], '{"a": 1}\n')).toEqual({ a: 1 });
  });

  it.each([
    [['{a: 1}'], /not JSON/],
    [['hello'], /"hello" is neither a JSON object nor key=value/],
    [['=1'], /neither/],
  ])('refuses %j', async (given, message) => {
    await expect(read(given)).rejects.toThrow(message);
  });

  it('refuses what is JSON and no object', async () => {
    await expect(read(['-'], '[1]')).rejects.toThrow(/must be a JSON object/);
  });
});

describe('moments', () => {
  it('reads lengths of time', () => {
    expect(parseDuration('90s')).toBe(90_000);
    expect(parseDuration('1.5h')).toBe(5_400_000);
    expect(parseDuration('2w')).toBe(1_209_600_000);
    expect(() => parseDuration('soon')).toThrow(/30m, 12h/);
  });

  it('reads moments relative to now and dates', () => {
    expect(Date.parse(parseFuture('7d')) - Date.now()).toBeGreaterThan(6.99 * 86_400_000);
    expect(Date.now() - Date.parse(parsePast('2h'))).toBeGreaterThan(7_199_000);
    expect(parseFuture('2099-01-31')).toBe('2099-01-31T00:00:00.000Z');
    expect(() => parseFuture('tomorrow')).toThrow(/a date such as/);
    expect(() => parseFuture('2099-13-31')).toThrow(/a date such as/);
  });
});

describe('readSecrets', () => {
  it('takes them from the environment and from files', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'secret-'));
    await writeFile(path.join(folder, 'key.txt'), 'from file\n');
    const { terminal } = buildTerminal({ env: { A: 'from env' }, cwd: folder });
    expect(await readSecrets(['A', 'B=@key.txt'], terminal)).toEqual({
      A: 'from env',
      B: 'from file',
    });
    await rm(folder, { recursive: true });
  });

  it('refuses a value on the command line without repeating it', async () => {
    const refused = readSecrets(['A=hunter2'], buildTerminal().terminal);
    await expect(refused).rejects.toThrow(/must not stand on the command line/);
    await expect(refused).rejects.not.toThrow(/hunter2/);
  });

  it('says which variable is missing', async () => {
    await expect(readSecrets(['A'], buildTerminal().terminal)).rejects.toThrow(
      /environment variable A, which is not set/,
    );
  });
});
