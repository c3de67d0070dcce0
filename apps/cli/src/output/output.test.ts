import { stripVTControlCharacters } from 'node:util';

import { describe, expect, it } from 'vitest';

import { presentDuration, presentMoment } from './moments.ts';
import { plainText } from './plain-text.ts';
import { createStyle } from './style.ts';
import { table } from './table.ts';

describe('table', () => {
  it('aligns columns, whatever their colours and characters', () => {
    const style = createStyle(true);
    const text = table(
      style,
      ['name', 'state'],
      [
        [style.name('é́a'), style.good('ready')],
        ['memory', ''],
      ],
    );
    expect(stripVTControlCharacters(text)).toBe('NAME    STATE\né́a      ready\nmemory\n');
  });

  it('has no colours where none are wanted', () => {
    const style = createStyle(false);
    expect(table(style, ['a'], [[style.bad('x')]])).toBe('A\nx\n');
  });
});

describe('plainText', () => {
  it('shows what would command the terminal', () => {
    expect(plainText('a\u001b[2Jb\u0007\u202e\ttab\n')).toBe(
      'a\\u001b[2Jb\\u0007\\u202e\ttab\\u000a',
    );
    expect(plainText('a\nb\r', { lines: true })).toBe('a\nb\\u000d');
  });
});

describe('moments', () => {
  it('are shown from now', () => {
    const now = Date.parse('2030-01-02T00:00:00Z');
    expect(presentMoment('2030-01-01T00:00:00Z', now)).toBe('1d ago');
    expect(presentMoment('2030-01-02T00:12:30Z', now)).toBe('in 13m');
    expect(presentMoment(undefined, now)).toBe('');
    expect(presentDuration(850)).toBe('850ms');
  });
});
