import { describe, expect, it } from 'vitest';

import { filterLines, levelOf, maxLines, toLogFile, withLines } from './log-lines.ts';

const at = '2026-01-01T10:00:00.000Z';
const line = (text: string, source: 'stderr' | 'plugboard' = 'stderr') => ({ at, source, text });

describe('lines of a log', () => {
  it('are forgotten, oldest first, beyond what is kept', () => {
    const many = Array.from({ length: maxLines + 5 }, (_, index) => line(`line ${index}`));
    const kept = withLines(withLines([], many), [line('last')]);
    expect(kept).toHaveLength(maxLines);
    expect(kept.at(-1)?.text).toBe('last');
    expect(new Set(kept.map(({ number }) => number)).size).toBe(maxLines);
  });

  it('are clipped, and show what would not be seen', () => {
    const [long, hostile] = withLines(
      [],
      [line('x'.repeat(100_000)), line('\u001b[31mred\u001b[0m \u202egnp.exe \u0007')],
    );
    expect(long?.text.length).toBeLessThan(9000);
    expect(hostile?.text).toBe('red <U+202E>gnp.exe <U+0007>');
  });

  it.each([
    ['2026-01-01 ERROR it broke', 'error'],
    ['[warn] old', 'warn'],
    ['DEBUG: 1', 'debug'],
    ['info starting', 'info'],
    ['{"level":50,"msg":"x"}', 'error'],
    ['{"level":"warn","msg":"an error"}', 'warn'],
    ['{"level":20}', 'debug'],
    ['terror in the informal park', undefined],
  ])('say their level: %s', (text, level) => {
    expect(levelOf(text)).toBe(level);
  });

  it('are filtered by text, level, source and time together', () => {
    const lines = withLines(
      [],
      [line('ERROR a'), line('warn b'), line('c'), line('debug d'), line('ready', 'plugboard')],
    );
    const texts = (filter: Partial<Parameters<typeof filterLines>[1]>) =>
      filterLines(lines, {
        q: '',
        level: undefined,
        source: undefined,
        since: undefined,
        ...filter,
      }).map(({ text }) => text);
    expect(texts({ level: 'warn' })).toEqual(['ERROR a', 'warn b']);
    expect(texts({ level: 'info' })).not.toContain('debug d');
    expect(texts({ q: 'error' })).toEqual(['ERROR a']);
    expect(texts({ source: 'plugboard' })).toEqual(['ready']);
    expect(texts({ since: '2026-01-01T10:00:00.001Z' })).toEqual([]);
  });

  it('are a file', () => {
    expect(toLogFile(withLines([], [line('a')]))).toBe(`${at} stderr a\n`);
  });
});
