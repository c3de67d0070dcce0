import { describe, expect, it } from 'vitest';

import { freeSlug } from './free-slug.ts';

describe('freeSlug', () => {
  it('is made of the name, and of a number where the name is taken', () => {
    expect(freeSlug('Claude Code', [])).toBe('claude-code');
    expect(freeSlug('Claude Code', [{ slug: 'claude-code' }])).toBe('claude-code-2');
    expect(freeSlug('VS Code', [{ slug: 'vs-code' }, { slug: 'vs-code-2' }])).toBe('vs-code-3');
    expect(freeSlug('4 ever!', [])).toBe('ever');
    expect(freeSlug('…', [])).toBe('client');
  });
});
