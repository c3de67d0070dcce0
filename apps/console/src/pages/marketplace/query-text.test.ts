import { describe, expect, it } from 'vitest';

import {
  chosenValues,
  countFilters,
  isSayable,
  withoutFilters,
  withValue,
  withValues,
} from './query-text.ts';

describe('filters in a query', () => {
  it('are read in all their spellings', () => {
    const query = 'pg licence:"MIT License" category:ai,cloud -category:other transport:http';
    expect([...chosenValues(query, 'category')]).toEqual(['ai', 'cloud']);
    expect([...chosenValues(query, 'license')]).toEqual(['mit license']);
    expect([...chosenValues(query, 'transport')]).toEqual(['streamable-http']);
    expect(countFilters(`${query} sort:name`)).toBe(5);
    expect(withoutFilters(query)).toBe('pg');
  });

  it('are not looked for within quotes', () => {
    const query = '"category:ai is here" mail';
    expect([...chosenValues(query, 'category')]).toEqual([]);
    expect(withValue(query, 'category', 'ai', true)).toBe('"category:ai is here" mail category:ai');
  });

  it('are put in one piece and taken out again', () => {
    const one = withValue('mail', 'runtime', 'npm', true);
    const two = withValue(one, 'runtime', 'pypi', true);
    expect(two).toBe('mail runtime:npm,pypi');
    expect(withValue(withValue(two, 'runtime', 'npm', false), 'runtime', 'pypi', false)).toBe(
      'mail',
    );
  });

  it('keep what is excluded and every other word', () => {
    expect(withValues('-tier:community a tier:official b', 'tier', ['curated'])).toBe(
      '-tier:community a b tier:curated',
    );
  });

  it('quote what has spaces', () => {
    expect(withValue('', 'license', 'Apache 2', true)).toBe('license:"apache 2"');
  });

  it('are not offered for what they cannot say', () => {
    expect(['mit', 'a b, c', 'a,b', 'say "x"', ''].map(isSayable)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});
