import {
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
  appendFile,
  mkdir,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Log } from '../log.ts';
import type { LogLine } from './log-line.ts';
import { createLogs, type LogLimits, type Logs } from './logs.ts';
import type { LogQuery } from './read-logs.ts';

let dataDir: string;
let warnings: string[];
const open: Logs[] = [];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'plugboard-logs-'));
  warnings = [];
});
afterEach(async () => {
  for (const logs of open.splice(0)) await logs[Symbol.asyncDispose]();
  await rm(dataDir, { recursive: true, force: true });
});

async function buildLogs(limits: Partial<LogLimits> = {}, clock = Date.now): Promise<Logs> {
  const note = (_: object, message: string): void => void warnings.push(message);
  const log: Log = { debug: note, info: note, warn: note, error: note };
  const logs = await createLogs({ dataDir, log, clock, limits });
  open.push(logs);
  return logs;
}

async function texts(logs: Logs, query: Omit<LogQuery, 'instanceId'> = {}): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of logs.read({ instanceId: 'one', ...query })) lines.push(line.text);
  return lines;
}

describe('createLogs', () => {
  it('keeps lines as JSON in a private file and reads them back', async () => {
    const logs = await buildLogs({}, () => Date.UTC(2026, 0, 2));
    logs.write('one', 'stderr', 'first "line"');
    logs.write('one', 'plugboard', 'started');
    logs.write('two', 'stderr', 'elsewhere');
    expect(await texts(logs)).toEqual(['first "line"', 'started']);
    const path = join(dataDir, 'logs', 'one.log');
    expect((await readFile(path, 'utf8')).split('\n')[0]).toBe(
      '{"time":"2026-01-02T00:00:00.000Z","stream":"stderr","text":"first \\"line\\""}',
    );
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(dataDir, 'logs'))).mode & 0o777).toBe(0o700);
  });

  it('filters by text, time and number', async () => {
    let now = 1_000_000;
    const logs = await buildLogs({}, () => now);
    for (let n = 0; n < 10; n++, now += 1000) logs.write('one', 'stderr', `Line ${n}`);
    expect(await texts(logs, { tail: 2 })).toEqual(['Line 8', 'Line 9']);
    expect(await texts(logs, { tail: 0 })).toEqual([]);
    expect(await texts(logs, { since: 1_008_000 })).toEqual(['Line 8', 'Line 9']);
    expect(await texts(logs, { grep: 'line 3' })).toEqual(['Line 3']);
    expect(await texts(logs, { grep: 'LINE', tail: 1 })).toEqual(['Line 9']);
    expect(await texts(logs, { grep: 'absent' })).toEqual([]);
  });

  it('rotates by size and keeps no more files than allowed', async () => {
    const logs = await buildLogs({ maxFileBytes: 1000, files: 3, linesPerSecond: 1e6 });
    for (let n = 0; n < 60; n++) {
      logs.write('one', 'stderr', `${n} ${'x'.repeat(80)}`);
      if (n % 5 === 0) await texts(logs);
    }
    const kept = await texts(logs);
    expect(kept.at(-1)).toMatch(/^59 /);
    expect(kept.length).toBeLessThan(30);
    expect((await readdir(join(dataDir, 'logs'))).sort()).toEqual([
      'one.log',
      'one.log.1',
      'one.log.2',
    ]);
    const numbers = kept.map((text) => Number.parseInt(text, 10));
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  });

  it('drops what a flooding server writes and says how much', async () => {
    const logs = await buildLogs({ linesPerSecond: 10 }, () => 5);
    for (let n = 0; n < 5_000; n++) logs.write('one', 'stderr', `flood ${n}`);
    logs.write('one', 'plugboard', 'still heard');
    const kept = await texts(logs);
    expect(kept).toHaveLength(102);
    expect(kept.slice(-2)).toEqual([
      '4900 lines dropped: the server writes faster than its log may grow.',
      'still heard',
    ]);
  });

  it('says how many were dropped though nothing follows them', async () => {
    const logs = await buildLogs({ linesPerSecond: 1 }, () => 5);
    for (let n = 0; n < 30; n++) logs.write('one', 'stderr', `flood ${n}`);
    await logs[Symbol.asyncDispose]();
    const file = await readFile(join(dataDir, 'logs', 'one.log'), 'utf8');
    expect(file).toContain('20 lines dropped');
  });

  it('cuts a line that is too long', async () => {
    const logs = await buildLogs();
    logs.write('one', 'stderr', 'y'.repeat(20_000));
    expect((await texts(logs))[0]).toMatch(/^y{16384}… \(3616 more characters\)$/);
  });

  it('follows: every line once, across the seam and a rotation', async () => {
    const logs = await buildLogs({ maxFileBytes: 2000, files: 5, linesPerSecond: 1e6 });
    for (let n = 0; n < 20; n++) logs.write('one', 'stderr', `n ${n}`);
    const stop = new AbortController();
    const seen: string[] = [];
    const reading = (async () => {
      const query = { instanceId: 'one', follow: true, signal: stop.signal };
      for await (const line of logs.read(query)) {
        seen.push(line.text);
        if (seen.length === 100) stop.abort();
      }
    })();
    for (let n = 20; n < 100; n++) {
      logs.write('one', 'stderr', `n ${n}`);
      if (n % 7 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await reading;
    expect(seen).toEqual(Array.from({ length: 100 }, (_, n) => `n ${n}`));
  });

  it('follows an instance that has no log yet, until the signal aborts', async () => {
    const logs = await buildLogs();
    const stop = new AbortController();
    const seen: LogLine[] = [];
    const reading = (async () => {
      for await (const line of logs.read({
        instanceId: 'new',
        follow: true,
        signal: stop.signal,
      })) {
        seen.push(line);
      }
    })();
    await new Promise((resolve) => setTimeout(resolve, 20));
    logs.write('new', 'stderr', 'hello');
    await expect.poll(() => seen.map((line) => line.text)).toEqual(['hello']);
    stop.abort();
    await reading;
    expect(seen).toHaveLength(1);
  });

  it('reads on after a crash that left half a line', async () => {
    await mkdir(join(dataDir, 'logs'));
    await writeFile(join(dataDir, 'logs', 'one.log'), '{"time":"2026');
    const logs = await buildLogs();
    logs.write('one', 'stderr', 'after');
    expect(await texts(logs)).toEqual(['after']);
    await appendFile(join(dataDir, 'logs', 'one.log'), '[1]\n{"time":1}\n');
    expect(await texts(logs)).toEqual(['after']);
  });

  it('goes on without the disk and reports it once', async () => {
    const logs = await buildLogs();
    await symlink('/dev/full', join(dataDir, 'logs', 'one.log'));
    logs.write('one', 'stderr', 'lost');
    await expect.poll(() => warnings).toHaveLength(1);
    for (let n = 0; n < 3; n++) {
      logs.write('one', 'stderr', 'lost');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await logs[Symbol.asyncDispose]();
    expect(warnings).toEqual(['a server log cannot be written']);
  });

  it('refuses an id that is a path', async () => {
    const logs = await buildLogs();
    expect(() => logs.write('../x', 'stderr', 'y')).toThrow('instance id');
    const lines = logs.read({ instanceId: '../../etc' })[Symbol.asyncIterator]();
    await expect(lines.next()).rejects.toThrow('instance id');
  });

  it('removes all files of an instance', async () => {
    const logs = await buildLogs({ maxFileBytes: 100 });
    for (let n = 0; n < 5; n++) {
      logs.write('one', 'stderr', 'z'.repeat(90));
      await texts(logs);
    }
    await logs.remove('one');
    expect(await readdir(join(dataDir, 'logs'))).toEqual([]);
  });
});
