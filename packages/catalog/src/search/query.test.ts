import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseMoments } from './moments.ts';
import { maxQueryLength, parseQuery } from './parse-query.ts';
import { cutQuery } from './query-pieces.ts';
import { facetKeys, queryKeys } from './query-keys.ts';

describe('parseQuery', () => {
  it('reads every kind of piece', () => {
    const query = parseQuery(
      'what can send "read only" -old -"not this" category:databases,search -runtime:oci verified:yes tool:sendEmail publisher:"Acme Inc" updated:>=2026-01 sort:stars post',
    );
    expect(query).toEqual({
      words: ['send', 'post'],
      open: true,
      phrases: [['read', 'only']],
      excluded: [['old'], ['not', 'this']],
      facets: {
        category: { any: ['databases', 'search'], none: [] },
        runtime: { any: [], none: ['oci'] },
        verified: { any: ['true'], none: [] },
      },
      publisher: { any: ['acme inc'], none: [] },
      tool: { any: ['send email'], none: [] },
      updated: { from: '2026-01-01T00:00:00.000Z' },
      sort: 'stars',
      messages: [],
    });
  });

  it.each([
    ['catgory:databases', 'category:databases'],
    ['category:database', 'category:databases'],
    ['-transport:stdoi', '-transport:stdio'],
    ['sort:star', 'sort:stars'],
    ['verified:maybe', undefined],
    ['updated:yesterday', 'updated:>2026-01'],
    ['updated:2026-13', 'updated:>2026-01'],
    ['category:', 'category:databases'],
    ['-updated:2026', 'updated:>2026-01'],
  ])('tells what is wrong in %j, and the right word', (text, suggestion) => {
    const { messages, facets } = parseQuery(text);
    expect(messages).toHaveLength(1);
    expect(messages[0]?.suggestion).toBe(suggestion);
    expect(facets).toEqual({});
  });

  it('searches for what looks like no filter', () => {
    expect(parseQuery('https://github.com/acme').words).toEqual(['https', 'github', 'com', 'acme']);
    const unknown = parseQuery('banana:split');
    expect(unknown.words).toEqual(['banana', 'split']);
    expect(unknown.messages[0]?.message).toContain('There is no filter "banana"');
  });

  it('takes a word as a beginning only where it may still be typed', () => {
    expect(parseQuery('post').open).toBe(true);
    expect(parseQuery('post ').open).toBe(false);
    expect(parseQuery('post sort:name').open).toBe(false);
    expect(parseQuery('"post').open).toBe(false);
    expect(parseQuery('what is it for').words).toEqual(['what', 'is', 'it', 'for']);
  });

  it('leaves out what is too much, and says so', () => {
    const long = parseQuery(Array.from({ length: 5000 }, (_each, n) => `w${n}`).join(' '));
    expect(long.words).toHaveLength(12);
    expect(long.messages.length).toBeGreaterThan(1);
    const filters = parseQuery(Array.from({ length: 80 }, (_each, n) => `license:l${n}`).join(' '));
    expect(filters.facets.license?.any).toHaveLength(30);
    expect(parseQuery(`"${'a b '.repeat(2000)}"`).phrases[0]?.length).toBeLessThanOrEqual(12);
  });

  it('takes every text, and says the same of it each time', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constantFrom(
        ...queryKeys.map(({ key }) => `${key}:`),
        '"',
        '-',
        ':',
        ',',
        '%',
        "'",
        '\\',
        '..',
        '>',
      ),
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 60 }),
        fc.constantFrom('', ' '),
        (pieces, between) => {
          const text = pieces.join(between);
          const query = parseQuery(text);
          expect(parseQuery(text)).toEqual(query);
          expect(query.words.length).toBeLessThanOrEqual(12);
          for (const word of [...query.words, ...query.phrases.flat(), ...query.excluded.flat()]) {
            expect(word).toMatch(/^[\p{L}\p{N}\p{M}]+(?:\+\+|#)?$/u);
          }
          for (const key of Object.keys(query.facets)) expect(facetKeys).toContain(key);
        },
      ),
    );
  });

  it('cuts a query into pieces that are all of it', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: maxQueryLength }), (text) => {
        const kept = cutQuery(text)
          .map(({ raw }) => raw)
          .join('');
        expect(kept.replaceAll(/\s/g, '')).toBe(text.replaceAll(/\s/g, ''));
      }),
    );
  });
});

describe('parseMoments', () => {
  it.each([
    ['2026', '2026-01-01', '2027-01-01'],
    ['2026-02', '2026-02-01', '2026-03-01'],
    ['2026-12', '2026-12-01', '2027-01-01'],
    ['2024-02-29', '2024-02-29', '2024-03-01'],
    ['>2026-01', '2026-02-01', undefined],
    ['>=2026-01', '2026-01-01', undefined],
    ['<2026-01', undefined, '2026-01-01'],
    ['<=2026-01-31', undefined, '2026-02-01'],
    ['2025..2026-03', '2025-01-01', '2026-04-01'],
    ['..2026', undefined, '2027-01-01'],
    ['2026..', '2026-01-01', undefined],
  ])('reads %s', (text, from, to) => {
    const midnight = (day: string) => `${day}T00:00:00.000Z`;
    expect(parseMoments(text)).toEqual({
      ...(from !== undefined && { from: midnight(from) }),
      ...(to !== undefined && { to: midnight(to) }),
    });
  });

  it.each(['', '..', '>', '2026-02-30', '2026-00', '26', '2026-1-1-1', '1960', 'a..b', '2026..x'])(
    'refuses %j',
    (text) => expect(parseMoments(text)).toBeUndefined(),
  );
});
