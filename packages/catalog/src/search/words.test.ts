import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { wordForms } from './forms.ts';
import { allowedSlips, countSlips, letterMask, nearest } from './spelling.ts';
import { withoutStopWords } from './stop-words.ts';
import { synonymsOf } from './synonyms.ts';
import { identifierWords, proseWords } from './words.ts';

describe('words', () => {
  it.each([
    ['What can send an e-mail?', ['what', 'can', 'send', 'an', 'email']],
    ['GitHub’s API, in C++ and C#', ['github', 'api', 'in', 'c++', 'and', 'c#']],
    ['Café déjà-vu', ['cafe', 'deja', 'vu']],
    ['数据库查询', ['数据', '据库', '库查', '查询']],
    ['ＰＤＦ', ['pdf']],
  ])('of %j', (text, words) => expect(proseWords(text)).toEqual(words));

  it.each([
    ['sendEmail', ['send', 'email']],
    ['send_email-now', ['send', 'email', 'now']],
    ['parseHTMLPage', ['parse', 'html', 'page']],
    ['v2Search', ['v2', 'search']],
  ])('of the name %s', (name, words) => expect(identifierWords(name)).toEqual(words));

  it('leave out what says nothing, unless nothing else is left', () => {
    expect(withoutStopWords(['what', 'can', 'send', 'mcp'])).toEqual(['send']);
    expect(withoutStopWords(['an', 'mcp', 'server'])).toEqual(['mcp', 'server']);
    expect(withoutStopWords(['the', 'who'])).toEqual(['the', 'who']);
  });

  it('have forms both ways', () => {
    for (const [word, form] of [
      ['databases', 'database'],
      ['send', 'sending'],
      ['sending', 'send'],
      ['queries', 'query'],
      ['query', 'queries'],
      ['scraping', 'scrape'],
      ['running', 'run'],
      ['branches', 'branch'],
    ] as const) {
      expect(wordForms(word)).toContain(form);
    }
    expect(wordForms('s3')).toEqual([]);
  });

  it('have synonyms both ways', () => {
    expect(synonymsOf('pg')).toContain('postgres');
    expect(synonymsOf('postgres')).toContain('pg');
    expect(synonymsOf('k8s')).toContain('kubernetes');
    expect(synonymsOf('constructor')).toEqual([]);
  });
});

describe('countSlips', () => {
  it.each([
    ['postgres', 'postgres', 0],
    ['postgrs', 'postgres', 1],
    ['psotgres', 'postgres', 1],
    ['kubrnets', 'kubernetes', 2],
    ['abc', 'xyz', 3],
  ])('between %s and %s', (left, right, slips) => expect(countSlips(left, right, 2)).toBe(slips));

  it('is the same both ways, and never less than letters tell', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd', 'e', '1'), maxLength: 9 });
    fc.assert(
      fc.property(word, word, (left, right) => {
        const slips = countSlips(left, right, 2);
        expect(countSlips(right, left, 2)).toBe(slips);
        let differing = letterMask(left) ^ letterMask(right);
        let letters = 0;
        for (; differing > 0n; differing >>= 1n) letters += Number(differing & 1n);
        if (slips <= 2) expect(letters).toBeLessThanOrEqual(2 * slips);
      }),
    );
  });

  it('forgives more in longer words', () => {
    expect(['git', 'slak', 'kubernets', '2026'].map(allowedSlips)).toEqual([0, 1, 2, 0]);
    expect(nearest('catgory', ['category', 'tool'])).toBe('category');
    expect(nearest('https', ['has', 'tool', 'source'])).toBeUndefined();
  });
});
