import { slugPattern } from '@plugboard/contracts';
import { describe, expect, it } from 'vitest';

import { slugOf } from './slug-of.ts';

describe('slugOf', () => {
  it.each([
    ['Coder', 'coder'],
    ['Ann’s laptop', 'anns-laptop'],
    ['Café  & Bar!', 'cafe-bar'],
    ['42 things', 'things'],
    ['--', ''],
    ['日本', ''],
    ['a'.repeat(80), 'a'.repeat(32)],
  ])('makes %j to %j', (name, slug) => {
    expect(slugOf(name)).toBe(slug);
    if (slug !== '') expect(slug).toMatch(slugPattern);
  });
});
